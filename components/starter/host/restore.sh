#!/usr/bin/env bash
# Restores a database from a backup in S3 into a new database, and puts it in place on request.
#
#   restore.sh DATABASE [--at STAMP] [--into NAME] [--replace]
#
# Without --at the newest backup is taken. Without --replace, DATABASE stays as it is, and the restored one is called
# NAME, DATABASE_restored by default. With --replace, DATABASE is renamed to DATABASE_before_<time>, and the restored one
# takes its name; no data is deleted.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

usage() {
  echo "usage: restore.sh DATABASE [--at STAMP] [--into NAME] [--replace]" >&2
  exit 2
}

[ $# -ge 1 ] || usage
database="$1"
shift
at="" into="" replace=no
while [ $# -gt 0 ]; do
  case "$1" in
  --at) at="${2:?--at needs a time such as 2026-11-30T06-00-00Z}" && shift 2 ;;
  --into) into="${2:?--into needs a name}" && shift 2 ;;
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
case "${into}" in
"${database}" | postgres | template0 | template1)
  echo "--into ${into}: the restore needs a database of its own; choose another name" >&2
  exit 2
  ;;
esac

query() { in_database psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname postgres; }

prefix="databases/${database}/"
if [ -z "${at}" ]; then
  at="$(aws s3 ls "s3://${BACKUP_BUCKET}/${prefix}" | awk '{ print $4 }' | { grep '\.dump$' || true; } | sort |
    tail --lines 1)"
  at="${at%.dump}"
  if [ -z "${at}" ]; then
    echo "s3://${BACKUP_BUCKET}/${prefix} has no backup" >&2
    exit 1
  fi
fi
staging="$(mktemp --directory "${STARTER_DATA}/.restore.XXXXXX")"
trap 'rm --recursive --force "${staging}"' EXIT
aws s3 cp --only-show-errors "s3://${BACKUP_BUCKET}/${prefix}${at}.dump" "${staging}/dump"
aws s3 cp --only-show-errors "s3://${BACKUP_BUCKET}/${prefix}${at}.dump.sha256" "${staging}/sum"
printf '%s  %s\n' "$(cat "${staging}/sum")" "${staging}/dump" | sha256sum --check --status || {
  echo "the backup ${at} differs from its checksum; take another one with --at" >&2
  exit 1
}

echo "restores ${database} of ${at} as ${into}"
query <<<"DROP DATABASE IF EXISTS \"${into}\" WITH (FORCE);"
query <<<"CREATE DATABASE \"${into}\" OWNER \"${database}\" TEMPLATE template0;"
query <<<"REVOKE CONNECT, TEMPORARY ON DATABASE \"${into}\" FROM PUBLIC;"
in_database pg_restore --exit-on-error --single-transaction --dbname "${into}" <"${staging}/dump"
tables="$(in_database psql --no-psqlrc --tuples-only --no-align --dbname "${into}" \
  --command "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")"
listed="$(in_database pg_restore --list <"${staging}/dump" | { grep --count --extended-regexp ' TABLE [^D]' || true; })"
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
