#!/usr/bin/env bash
# Creates the databases and their logins, and sets the passwords. A login owns its database and sees no other.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

read -r -a databases <<<"${DATABASES}"
for database in "${databases[@]}"; do
  password="$(cat "${STARTER_RUN}/secrets/${database}_password")"
  # Statements come by standard input, so that no list of processes shows the password.
  in_database psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres <<SQL
SELECT 'CREATE ROLE "${database}" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${database}') \gexec
SET log_min_duration_statement = -1;
ALTER ROLE "${database}" PASSWORD '${password}';
SELECT 'CREATE DATABASE "${database}" OWNER "${database}"'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE "${database}" FROM PUBLIC;
SQL
done
