#!/usr/bin/env bash
# Restores the queue from a backup in S3.
#
#   restore-queue.sh [--at STAMP] [--replace]
#
# Without --at the newest backup is taken. If the queue has keys, the restore stops. With --replace, their files are moved
# to /data/queue/before_<time>; no data is deleted.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

usage() {
  echo "usage: restore-queue.sh [--at STAMP] [--replace]" >&2
  exit 2
}

at="" replace=no
while [ $# -gt 0 ]; do
  case "$1" in
  --at) at="${2:?--at needs a time such as 2026-11-30T06-00-00Z}" && shift 2 ;;
  --replace) replace=yes && shift ;;
  *) usage ;;
  esac
done
keys="$(in_queue valkey-cli dbsize)"
if [ "${keys}" != 0 ] && [ "${replace}" = no ]; then
  echo "the queue has ${keys} keys; add --replace to put them aside" >&2
  exit 2
fi
staging="$(mktemp --directory "${STARTER_DATA}/.restore.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT
at="$(fetch_backup queue/ .rdb "${at}" "${staging}/rdb")"

echo "restores the queue of ${at}"
queue="${STARTER_DATA}/queue"
compose stop queue
if [ -d "${queue}/appendonlydir" ]; then
  mv "${queue}/appendonlydir" "${queue}/before_$(date --utc +%Y%m%d%H%M%S)"
fi
# With an append-only file, Valkey reads no dump.rdb. The backup becomes the base of a new append-only file.
mkdir "${queue}/appendonlydir"
mv "${staging}/rdb" "${queue}/appendonlydir/appendonly.aof.1.base.rdb"
echo 'file appendonly.aof.1.base.rdb seq 1 type b' >"${queue}/appendonlydir/appendonly.aof.manifest"
chown --recursive --reference "${queue}" "${queue}/appendonlydir"
compose up --detach --wait --pull never queue
echo "restored $(in_queue valkey-cli dbsize) keys"
