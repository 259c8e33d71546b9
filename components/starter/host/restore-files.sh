#!/usr/bin/env bash
# Restores the files of the file server from S3.
#
#   restore-files.sh [--replace]
#
# If there are files, the restore stops. With --replace, files of the same name get the content of the backup, and other
# files stay. An earlier version of a file is in S3 for the days of backups.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

files="${STARTER_DATA}/files"
if [ "${1:-}" != "" ] && [ "${1:-}" != --replace ]; then
  echo "usage: restore-files.sh [--replace]" >&2
  exit 2
fi
if [ "${1:-}" != --replace ] && [ -n "$(find "${files}" -mindepth 1 -print -quit)" ]; then
  echo "${files} has files; add --replace to overwrite those of the backup" >&2
  exit 2
fi
aws s3 cp --only-show-errors --recursive "s3://${BACKUP_BUCKET}/files" "${files}"
chown --recursive --reference "${files}" "${files}"
echo "restored $(find "${files}" -type f | wc --lines) files"
