#!/usr/bin/env bash
# Restores a database from a backup in S3 into a new database, and puts it in place on request.
#
#   restore.sh DATABASE [--at STAMP] [--into NAME] [--overwrite] [--replace]
#
# Without --at the newest backup is taken. Without --replace, DATABASE stays as it is, and the restored one is called
# NAME, DATABASE_restored by default. If there is a database NAME, the restore stops; with --overwrite it drops NAME.
# With --replace, DATABASE is renamed to DATABASE_before_<time>, and the restored one takes its name; no data of DATABASE
# is deleted.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

usage() {
  echo "usage: restore.sh DATABASE [--at STAMP] [--into NAME] [--overwrite] [--replace]" >&2
  exit 2
}

[ $# -ge 1 ] || usage
database="$1"
shift
at="" into="" overwrite=no replace=no
while [ $# -gt 0 ]; do
  case "$1" in
  --at) at="${2:?--at needs a time such as 2026-11-30T06-00-00Z}" && shift 2 ;;
  --into) into="${2:?--into needs a name}" && shift 2 ;;
  --overwrite) overwrite=yes && shift ;;
  --replace) replace=yes && shift ;;
  *) usage ;;
  esac
done
into="${into:-${database}_restored}"
if ! [[ " ${DATABASES} " == *" ${database} "* ]]; then
  echo "there is no database ${database}; name one of: ${DATABASES}" >&2
  exit 2
fi
if ! [[ "${into}" =~ ^[a-z][a-z0-9_]{0,62}$ ]]; then
  echo "${into} is not a database name; use small letters, digits and underscores" >&2
  exit 2
fi
if [[ " ${DATABASES} postgres template0 template1 " == *" ${into} "* ]]; then
  echo "--into ${into}: the restore needs a database of its own; choose another name" >&2
  exit 2
fi

query() { in_database psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname postgres; }

found="$(query <<<"SELECT 1 FROM pg_database WHERE datname = '${into}';")"
if [ -n "${found}" ] && [ "${overwrite}" = no ]; then
  echo "there is a database ${into}; add --overwrite to drop it, or choose another name with --into" >&2
  exit 2
fi
staging="$(mktemp --directory "${STARTER_DATA}/.restore.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT
at="$(fetch_backup "databases/${database}/" .dump "${at}" "${staging}/dump")"

echo "restores ${database} of ${at} as ${into}"
query <<<"DROP DATABASE IF EXISTS \"${into}\" WITH (FORCE);"
query <<<"CREATE DATABASE \"${into}\" OWNER \"${database}\" TEMPLATE template0;"
query <<<"REVOKE CONNECT, TEMPORARY ON DATABASE \"${into}\" FROM PUBLIC;"
in_database pg_restore --exit-on-error --single-transaction --dbname "${into}" <"${staging}/dump"
# Tables that an extension creates are not in the list of a dump.
tables="$(in_database psql --no-psqlrc --tuples-only --no-align --dbname "${into}" --command "
  SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')")"
listed="$(in_database pg_restore --list <"${staging}/dump" |
  { grep --extended-regexp '^[0-9]+; [0-9]+ [0-9]+ TABLE ' || true; } |
  { grep --count --invert-match --extended-regexp ' TABLE (DATA|ATTACH) ' || true; })"
if [ "${tables}" != "${listed}" ]; then
  echo "the backup lists ${listed} tables, and ${into} has ${tables}" >&2
  exit 1
fi
echo "restored ${tables} tables"

if [ "${replace}" = yes ]; then
  before="${database}_before_$(date --utc +%Y%m%d%H%M%S)"
  query <<SQL
ALTER DATABASE "${database}" ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${database}';
ALTER DATABASE "${database}" RENAME TO "${before}";
ALTER DATABASE "${into}" RENAME TO "${database}";
SQL
  echo "${database} is the restored database; the former one is ${before} and accepts no connections"
fi
