#!/usr/bin/env bash
# Backs up each database, the queue and the files to S3. The role of the machine may write there, but delete nothing.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

stamp="${STAMP:-$(date --utc +%Y-%m-%dT%H-%M-%SZ)}"
staging="$(mktemp --directory "${STARTER_DATA}/.backup.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT

upload() {
  local file="$1" key="$2" stored
  sha256sum "${file}" | cut --delimiter ' ' --fields 1 >"${file}.sha256"
  aws s3 cp --only-show-errors "${file}" "s3://${BACKUP_BUCKET}/${key}"
  stored="$(aws s3api head-object --bucket "${BACKUP_BUCKET}" --key "${key}" --query ContentLength --output text)"
  if [ "${stored}" != "$(stat --format %s "${file}")" ]; then
    echo "${key} has ${stored} bytes in S3, and $(stat --format %s "${file}") here" >&2
    return 1
  fi
  # A backup without its checksum is incomplete, and no restore takes it.
  aws s3 cp --only-show-errors "${file}.sha256" "s3://${BACKUP_BUCKET}/${key}.sha256"
  rm "${file}"
}

# A machine without a single login of the stack has lost its database: an empty backup would hide that.
read -r -a databases <<<"${DATABASES}"
for database in "${databases[@]}"; do
  dump="${staging}/${database}.dump"
  in_database pg_dump --format custom --compress 5 --dbname "${database}" >"${dump}"
  # A dump that was cut off has no complete list of its contents.
  in_database pg_restore --list <"${dump}" >"${staging}/${database}.list"
  upload "${dump}" "databases/${database}/${stamp}.dump"
done
# Inside of the container, the folder of the queue is /data.
in_queue valkey-cli --rdb /data/backup.rdb >/dev/null
in_queue valkey-check-rdb /data/backup.rdb >"${staging}/queue.check" || {
  tail --lines 3 "${staging}/queue.check" >&2
  echo "the dump of the queue is damaged; it is not uploaded" >&2
  exit 1
}
mv "${STARTER_DATA}/queue/backup.rdb" "${staging}/queue.rdb"
upload "${staging}/queue.rdb" "queue/${stamp}.rdb"
# Without --delete: a file that somebody removes stays in the backup until it expires.
aws s3 sync --only-show-errors "${STARTER_DATA}/files" "s3://${BACKUP_BUCKET}/files"
report_success backup
