#!/usr/bin/env bash
# Brings secrets from Secrets Manager to files in memory. Passwords that do not exist yet are generated once.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

install --directory --mode 0700 "${STARTER_RUN}/secrets"

current() {
  local found
  if found="$(aws secretsmanager get-secret-value --secret-id "${SERVICES_SECRET}" \
    --query SecretString --output text 2>"${STARTER_RUN}/secrets.error")"; then
    printf '%s' "${found}"
  elif grep --quiet ResourceNotFoundException "${STARTER_RUN}/secrets.error"; then
    # The secret exists without a value until the machine starts for the first time.
    printf '{}'
  else
    cat "${STARTER_RUN}/secrets.error" >&2
    return 1
  fi
}

known="$(current)"
wanted="${known}"
read -r -a databases <<<"${DATABASES}"
names=(administrator_password queue_password)
for database in "${databases[@]}"; do names+=("${database}_password"); done
for name in "${names[@]}"; do
  if [ "$(jq --raw-output --arg name "${name}" '.[$name] // ""' <<<"${wanted}")" = "" ]; then
    password="$(aws secretsmanager get-random-password --password-length 40 --exclude-punctuation \
      --query RandomPassword --output text)"
    wanted="$(jq --compact-output --arg name "${name}" --arg value "${password}" '.[$name] = $value' <<<"${wanted}")"
  fi
done
if [ "${wanted}" != "${known}" ]; then
  install --mode 0600 /dev/null "${STARTER_RUN}/secrets.json"
  printf '%s' "${wanted}" >"${STARTER_RUN}/secrets.json"
  aws secretsmanager put-secret-value --secret-id "${SERVICES_SECRET}" \
    --secret-string "file://${STARTER_RUN}/secrets.json" >/dev/null
  rm --force "${STARTER_RUN}/secrets.json"
fi

# The folder is closed, and containers see only the files that they mount.
field() { jq --raw-output --join-output --arg name "$1" '.[$name]' <<<"${2}"; }
for name in "${names[@]}"; do
  field "${name}" "${wanted}" | replace_file "${STARTER_RUN}/secrets/${name}" 0444
done
queue="$(field queue_password "${wanted}")"
printf 'requirepass %s\n' "${queue}" | replace_file "${STARTER_RUN}/secrets/queue_auth" 0444
printf 'redis://:%s@queue:6379/0' "${queue}" | replace_file "${STARTER_RUN}/secrets/queue_url" 0444
client="$(aws secretsmanager get-secret-value --secret-id "${CLIENT_SECRET}" --query SecretString --output text)"
field clientSecret "${client}" | replace_file "${STARTER_RUN}/secrets/client_secret" 0444
field cookieSecret "${client}" | replace_file "${STARTER_RUN}/secrets/cookie_secret" 0444
