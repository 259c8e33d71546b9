#!/usr/bin/env bash
# Makes the databases read-only and backs them up with the number of their rows, so that a platform takes them over.
#
#   freeze.sh [--undo]
#
# With --undo, the databases take writes again.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

if [ "${1:-}" != "" ] && [ "${1:-}" != --undo ]; then
  echo "usage: freeze.sh [--undo]" >&2
  exit 2
fi
change="SET default_transaction_read_only = on"
if [ "${1:-}" = --undo ]; then change="RESET default_transaction_read_only"; fi
read -r -a databases <<<"${DATABASES}"
for database in "${databases[@]}"; do
  # Services connect again, with the new setting.
  in_database psql --no-psqlrc --quiet --output /dev/null --set ON_ERROR_STOP=1 --dbname postgres <<SQL
ALTER DATABASE "${database}" ${change};
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}';
SQL
done
if [ "${1:-}" = --undo ]; then
  echo "the databases take writes"
  exit 0
fi
STAMP="$(date --utc +%Y-%m-%dT%H-%M-%SZ)"
export STAMP
"$(dirname "$0")/backup.sh"
staging="$(mktemp --directory "${STARTER_DATA}/.freeze.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT
for database in "${databases[@]}"; do
  in_database psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "${database}" \
    >"${staging}/rows" <<'SQL'
SELECT json_build_object(
  'tables', (
    SELECT coalesce(json_object_agg(
      quote_ident(schemaname) || '.' || quote_ident(tablename),
      (xpath('/row/n/text()', query_to_xml(
        format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint), '{}')
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')),
  'sequences', (
    SELECT coalesce(json_object_agg(quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value), '{}')
    FROM pg_sequences));
SQL
  aws s3 cp --only-show-errors "${staging}/rows" "s3://${BACKUP_BUCKET}/databases/${database}/${STAMP}.dump.rows"
done
echo "the databases are read-only; their last backup is ${STAMP}"
