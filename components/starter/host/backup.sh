#!/usr/bin/env bash
# Backs up each database and the files to S3. The role of the machine may write there, but delete nothing.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

stamp="$(date --utc +%Y-%m-%dT%H-%M-%SZ)"
staging="$(mktemp --directory "${STARTER_DATA}/.backup.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT

# A machine without a single login of the stack has lost its database: an empty backup would hide that.
read -r -a databases <<<"${DATABASES}"
for database in "${databases[@]}"; do
  dump="${staging}/${database}.dump"
  in_database pg_dump --format custom --compress zstd:3 --dbname "${database}" >"${dump}"
  # A dump that was cut off has no complete list of its contents.
  in_database pg_restore --list <"${dump}" >"${staging}/${database}.list"
  sha256sum "${dump}" | cut --delimiter ' ' --fields 1 >"${dump}.sha256"
  aws s3 cp --only-show-errors "${dump}" "s3://${BACKUP_BUCKET}/databases/${database}/${stamp}.dump"
  aws s3 cp --only-show-errors "${dump}.sha256" "s3://${BACKUP_BUCKET}/databases/${database}/${stamp}.dump.sha256"
  rm "${dump}"
done
if [ -d "${STARTER_DATA}/files" ]; then
  # Without --delete: a file that somebody removes stays in the backup until it expires.
  aws s3 sync --only-show-errors "${STARTER_DATA}/files" "s3://${BACKUP_BUCKET}/files"
fi
report_success backup
