#!/usr/bin/env bash
# Takes the files of the stack from S3 and applies them when they have changed, or when they have not been applied.
set -euo pipefail

# The file is rendered from the stack's config.
# shellcheck source=/dev/null
source /etc/starter/boot
export AWS_DEFAULT_REGION="${REGION}"

mountpoint --quiet /data || {
  echo "/data is not mounted, so nothing is started" >&2
  exit 1
}
mkdir --parents /opt/starter/releases /run/starter
aws s3 cp --only-show-errors "s3://${BUCKET}/${KEY}" /opt/starter/next.tar.gz
release="$(sha256sum /opt/starter/next.tar.gz | cut --delimiter ' ' --fields 1)"
folder="/opt/starter/releases/${release}"
# Secrets are in memory, so that a restart of the machine applies the files again.
if [ "$(cat /run/starter/applied 2>/dev/null)" = "${release}" ]; then exit 0; fi
mkdir --parents "${folder}"
tar --extract --gzip --file /opt/starter/next.tar.gz --directory "${folder}" --no-same-owner
ln --symbolic --force --no-dereference "${folder}" /opt/starter/current
/opt/starter/current/host/apply.sh
printf '%s' "${release}" >/run/starter/applied
