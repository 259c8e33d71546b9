#!/usr/bin/env bash
# Restores the newest backup of each database, and drops the result: a backup that was never restored proves little.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

read -r -a databases <<<"${DATABASES}"
for database in "${databases[@]}"; do
  "$(dirname "$0")/restore.sh" "${database}" --into starter_check --overwrite
  in_database psql --no-psqlrc --quiet --dbname postgres --command 'DROP DATABASE starter_check WITH (FORCE)'
done
report_success restore_check
