#!/usr/bin/env bash
# Makes the machine what the files say: units, secrets, folders, images, containers and databases. It may run again.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

here="${STARTER_HOME}/current/host"
install --directory --mode 0755 "${STARTER_HOME}/files" "${STARTER_RUN}/metrics" "${STARTER_RUN}/credentials"
cp --no-clobber "${STARTER_HOME}"/current/files/* "${STARTER_HOME}/files/"
chmod 0444 "${STARTER_HOME}"/files/*

read -r -a folders <<<"${DATA_FOLDERS}"
for pair in "${folders[@]}"; do
  owner="${pair#*=}"
  install --directory --mode 0750 --owner "${owner%%:*}" --group "${owner#*:}" "${STARTER_DATA}/${pair%%=*}"
done

"${here}/secrets.sh"
"${here}/credentials.sh"
while read -r image; do
  docker image inspect "${image}" >/dev/null 2>&1 || docker pull --quiet "${image}"
done <"${STARTER_HOME}/current/images"
compose up --detach --remove-orphans --pull never --wait --wait-timeout 300
"${here}/databases.sh"
install --mode 0644 "${here}"/units/* /etc/systemd/system/
systemctl daemon-reload
read -r -a timers <<<"${TIMERS}"
systemctl enable --quiet --now "${timers[@]}"
docker image prune --all --force --filter until=168h >/dev/null
