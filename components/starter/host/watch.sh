#!/usr/bin/env bash
# Writes for Prometheus whether each container is healthy.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

{
  docker ps --all --filter label=com.docker.compose.project=starter \
    --format '{{.Label "com.docker.compose.service"}} {{.State}} {{.Status}}' |
    while read -r service state status; do
      healthy=0
      if [ "${state}" = running ] && [[ "${status}" != *unhealthy* ]]; then healthy=1; fi
      printf 'starter_service_healthy{service="%s"} %s\n' "${service}" "${healthy}"
    done | sort --unique
} | replace_file "${STARTER_RUN}/metrics/services.prom" 0644
