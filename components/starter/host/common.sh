# shellcheck shell=bash
# What the scripts of the machine share. They run as root on Amazon Linux 2023.
set -euo pipefail

STARTER_HOME="${STARTER_HOME:-/opt/starter}"
STARTER_RUN="${STARTER_RUN:-/run/starter}"
STARTER_DATA="${STARTER_DATA:-/data}"
export STARTER_HOME STARTER_RUN STARTER_DATA

# The file is rendered from the stack's config.
# shellcheck source=/dev/null
source "${STARTER_HOME}/current/environment"
DATABASES="${DATABASES?}" STARTER_NAME="${STARTER_NAME?}" TIMERS="${TIMERS?}"
export AWS_REGION AWS_DEFAULT_REGION="${AWS_REGION}" STARTER_NAME DATABASES TIMERS

# Compose comes as an image, because Amazon Linux does not package it.
compose() {
  docker run --rm --interactive --network none \
    --volume /var/run/docker.sock:/var/run/docker.sock \
    --volume "${STARTER_HOME}:${STARTER_HOME}:ro" \
    --volume "${STARTER_RUN}:${STARTER_RUN}:ro" \
    "${COMPOSE_IMAGE}" docker compose --file "${STARTER_HOME}/current/compose.json" "$@"
}

# Runs a program in the container of PostgreSQL as its superuser.
in_database() {
  docker exec --interactive --user postgres starter-database-1 "$@"
}

# Writes standard input to a file that readers see as a whole.
replace_file() {
  local file="$1" mode="$2" temporary
  temporary="$(mktemp "${file}.XXXXXX")"
  cat >"${temporary}"
  chmod "${mode}" "${temporary}"
  mv "${temporary}" "${file}"
}

# Writes a metric for Prometheus, and reports the success to CloudWatch, which notices when the machine is lost.
report_success() {
  local name="$1"
  printf '%s_success_timestamp_seconds %s\n' "starter_${name}" "$(date +%s)" |
    replace_file "${STARTER_RUN}/metrics/${name}.prom" 0644
  aws cloudwatch put-metric-data --namespace Starter --metric-name "${name}" --value 1 \
    --dimensions "Machine=${STARTER_NAME}"
}
