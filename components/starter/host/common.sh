# shellcheck shell=bash
# What the scripts of the machine share. They run as root on Amazon Linux 2023.
set -euo pipefail
shopt -s inherit_errexit

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

# Runs a program in the container of Valkey, which reads the password from its environment.
in_queue() {
  REDISCLI_AUTH="$(cat "${STARTER_RUN}/secrets/queue_password")" \
    docker exec --interactive --env REDISCLI_AUTH starter-queue-1 "$@"
}

# Downloads a backup to a file: the object that $1 begins and $2 ends, of the time $3, or the newest one if it is empty.
# Prints the time.
fetch_backup() {
  local prefix="$1" ending="$2" at="$3" file="$4"
  if [ -z "${at}" ]; then
    at="$(aws s3api list-objects-v2 --bucket "${BACKUP_BUCKET}" --prefix "${prefix}" --query 'Contents[].[Key]' \
      --output text | { grep --fixed-strings "${ending}.sha256" || true; } | sort | tail --lines 1)"
    at="${at#"${prefix}"}"
    at="${at%"${ending}.sha256"}"
    if [ -z "${at}" ]; then
      echo "s3://${BACKUP_BUCKET}/${prefix} has no backup" >&2
      return 1
    fi
  fi
  aws s3 cp --only-show-errors "s3://${BACKUP_BUCKET}/${prefix}${at}${ending}" "${file}" >&2
  aws s3 cp --only-show-errors "s3://${BACKUP_BUCKET}/${prefix}${at}${ending}.sha256" "${file}.sha256" >&2
  printf '%s  %s\n' "$(cat "${file}.sha256")" "${file}" | sha256sum --check --status || {
    echo "the backup ${at} differs from its checksum; take another one with --at" >&2
    return 1
  }
  printf '%s' "${at}"
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
