#!/usr/bin/env bash
# Gives each service that calls AWS credentials of its own role. Containers do not reach the instance's role.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

read -r -a roles <<<"${SERVICE_ROLES}"
for pair in "${roles[@]}"; do
  service="${pair%%=*}"
  install --directory --mode 0755 "${STARTER_RUN}/credentials/${service}"
  aws sts assume-role --role-arn "${pair#*=}" --role-session-name "${STARTER_NAME}-${service}" \
    --duration-seconds 3600 --query Credentials --output json |
    jq --compact-output '{Version: 1} + .' |
    replace_file "${STARTER_RUN}/credentials/${service}/credentials.json" 0444
done
