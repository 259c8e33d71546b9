#!/usr/bin/env bash
# The first start of the machine: it mounts the data volume, installs Docker and takes its files. It may run again.
set -euo pipefail

# The file is rendered from the stack's config.
# shellcheck source=/dev/null
source /etc/starter/boot

device="/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}"
# The volume is attached after the machine has started.
for _ in $(seq 120); do
  if [ -b "${device}" ]; then break; fi
  sleep 5
done
# With 2 blkid has found nothing at all. Every other failure leaves the volume alone, because it may hold data.
found=0
blkid --probe "${device}" >/dev/null || found=$?
if [ "${found}" -eq 2 ]; then
  mkfs.xfs -L starter-data "${device}"
elif [ "${found}" -ne 0 ]; then
  echo "blkid ended with ${found}: the volume ${VOLUME_ID} is not touched" >&2
  exit 1
fi
mkdir --parents /data
if ! grep --quiet '^LABEL=starter-data ' /etc/fstab; then
  echo 'LABEL=starter-data /data xfs defaults,noatime,nofail,x-systemd.device-timeout=300 0 2' >>/etc/fstab
fi
systemctl daemon-reload
mountpoint --quiet /data || mount /data
xfs_growfs /data >/dev/null

dnf install --assumeyes --quiet docker jq amazon-ecr-credential-helper
mkdir --parents /root/.docker
printf '{"credHelpers": {"%s": "ecr-login"}}\n' "${REGISTRY}" >/root/.docker/config.json
systemctl enable --quiet --now docker
exec /usr/local/sbin/starter-sync
