"""The platform's PostgreSQL, by psql and pg_restore with the administrator's login."""

import os
import re
import subprocess
from pathlib import Path

from ..restore.databases import Query, counts
from ..restore.steps import RestoreError
from .dumps import Frozen

_DUMPED_FROM = re.compile(r"^;\s+Dumped from database version: (\d+)", re.MULTILINE)
"""A line of `pg_restore --list`. Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c, PrintTOCSummary."""
_TOO_NEW = "unsupported version"
"""Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c, ReadHead."""
_MARK = "taken over from the starter, backup "
_SEQUENCES = "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"


def prepare(query: Query, host: str, database: str, stamp: str) -> bool:
    """Create the role and the database where they are missing, and say whether the dump of `stamp` is to be restored.

    RDS lets its administrator create a database for a role only as a member of it. Source: PostgreSQL documentation,
    "CREATE DATABASE", and Amazon RDS user guide, "Understanding the rds_superuser role".

    Raises:
        RestoreError: the database has tables that this program did not restore, or those of another backup.
    """
    if not query(host, "postgres", f"SELECT 1 FROM pg_roles WHERE rolname = '{database}'"):  # noqa: S608 - a checked name
        query(host, "postgres", f'CREATE ROLE "{database}" LOGIN')
    query(host, "postgres", f'GRANT "{database}" TO CURRENT_USER')
    if not query(host, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):  # noqa: S608
        query(host, "postgres", f'CREATE DATABASE "{database}" OWNER "{database}" TEMPLATE template0')
        query(host, "postgres", f'REVOKE CONNECT, TEMPORARY ON DATABASE "{database}" FROM PUBLIC')
    if not counts(query, host, database):
        # Before the restore, so that a run that is killed after it finds the mark.
        query(host, database, f"COMMENT ON DATABASE \"{database}\" IS '{_MARK}{stamp}'")
        return True
    mark = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    [found] = [*query(host, database, mark)] or [""]
    if found == f"{_MARK}{stamp}":
        return False
    if found.startswith(_MARK):
        remedy = f'what was written since is missing in it. DROP DATABASE "{database}" there, and run this again'
        raise RestoreError(
            f"the database {database} on {host} has the backup {found.removeprefix(_MARK)}, and the last is {stamp}: "
            f"{remedy}"
        )
    remedy = "drop it there if nobody needs it, or rename the starter's database"
    raise RestoreError(f"the database {database} on {host} has tables of somebody else; {remedy}")


def restore(query: Query, host: str, database: str, dump: Path) -> None:
    """Restore a dump in one transaction, with the database's role as owner of all.

    Raises:
        RestoreError: pg_restore is not installed or fails, or the server is older than that of the dump; the database
            stays empty.
    """
    if version := _DUMPED_FROM.search(_pg_restore(host, "--list", str(dump))):
        [here] = query(host, "postgres", "SHOW server_version_num")
        if int(version[1]) > int(here) // 10000:
            raise RestoreError(
                f"the dump of {database} is of PostgreSQL {version[1]}, and {host} has {int(here) // 10000}; "
                f"upgrade the platform's database to {version[1]}, and run this again"
            )
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _pg_restore(host, *options, "--role", database, "--dbname", database, str(dump))


def _pg_restore(host: str, *arguments: str) -> str:
    environment = {"PGSSLMODE": "require", **os.environ, "PGHOST": host, "PGCONNECT_TIMEOUT": "10"}
    command = ["pg_restore", *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    except OSError as error:
        raise RestoreError(f"pg_restore: {error}; install the client of PostgreSQL") from None
    if done.returncode:
        remedy = "; install the client of the starter's version or a newer one" if _TOO_NEW in done.stderr else ""
        raise RestoreError(f"pg_restore {host}: {done.stderr.strip()}{remedy}")
    return done.stdout


def compare(query: Query, host: str, database: str, frozen: Frozen) -> int:
    """Compare the rows of each table and the value of each sequence with the frozen ones. Returns all rows.

    Raises:
        RestoreError: a table or sequence differs or is missing.
    """
    here = counts(query, host, database)
    rows = (row.rpartition("|") for row in query(host, database, _SEQUENCES))
    values = {name: int(value) if value else None for name, _, value in rows}
    wrong = [
        f"{name} has {there} on the starter and {found.get(name, 'nothing')} here"
        for wanted, found in ((frozen.tables, here), (frozen.sequences, values))
        for name, there in sorted(wanted.items())
        if name not in found or found[name] != there
    ]
    if wrong:
        raise RestoreError(f"{database} on {host}: {'; '.join(wrong[:5])}")
    return sum(here.values())
