"""Whether a restored PostgreSQL holds what it should, read by psql."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .steps import RestoreError

Query = Callable[[str, str, str], Sequence[str]]
"""The rows of a statement: `query(host, database, statement)`, the columns of a row joined by `|`."""

REGISTRY_TABLES = ("projects", "feature_views", "entities", "data_sources")
"""Tables of Feast's SQL registry that are never empty.

Source: feast-dev/feast, sdk/python/feast/infra/registry/sql.py.
"""
_QUOTE = "'"
_NAMES = (
    "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
)


def psql(host: str, database: str, statement: str) -> Sequence[str]:
    """Ask PostgreSQL by psql, with the role of the database's own name, because no role reads all databases.

    libpq takes the password from PGPASSWORD or ~/.pgpass. PGUSER names another role for all databases.

    Raises:
        RestoreError: psql is not installed, or the server refuses.
    """
    environment = {
        "PGSSLMODE": "require",
        "PGUSER": database,
        **os.environ,
        "PGHOST": host,
        "PGDATABASE": database,
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
    }
    # A name may hold a line break, and no name holds the character zero.
    command = ["psql", "-XAtq0", "-v", "ON_ERROR_STOP=1", "-c", statement]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, the statement is an argument
            command, env=environment, capture_output=True, encoding="utf-8", timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RestoreError(f"psql {host}/{database}: {error}") from None
    if done.returncode:
        raise RestoreError(f"psql {host}/{database}: {done.stderr.strip()}")
    return [row for row in done.stdout.split("\0") if row]


def counts(query: Query, host: str, database: str) -> dict[str, int]:
    """The rows of each table of a database."""
    names = query(host, database, _NAMES)
    if not names:
        return {}
    # The server has quoted the names.
    rows = (f"SELECT '{name.replace(_QUOTE, _QUOTE * 2)}|' || count(*) FROM {name}" for name in names)  # noqa: S608
    statement = " UNION ALL ".join(rows)
    return {name: int(number) for name, _, number in (row.rpartition("|") for row in query(host, database, statement))}


def checked(query: Query, host: str, databases: Sequence[str], reference: str = "") -> Mapping[str, Any]:
    """Count the rows of every table of `databases`, and compare them with the server `reference`, if it is given.

    Raises:
        RestoreError: a database is empty, Feast's registry lacks what every registry has, or a table that has rows
            on the other server has none or does not exist.
    """
    found: dict[str, dict[str, int]] = {}
    for database in databases:
        here = found[database] = counts(query, host, database)
        if not sum(here.values()):
            raise RestoreError(f"the database {database} on {host} holds no rows")
        if database == "feast":
            empty = [name for name in REGISTRY_TABLES if not here.get(f"public.{name}")]
            if empty:
                raise RestoreError(f"the registry on {host} has no rows in {', '.join(empty)}")
        there = counts(query, reference, database) if reference else {}
        if lost := sorted(name for name, rows in there.items() if rows and not here.get(name)):
            raise RestoreError(f"{database} on {host} lacks the rows of {', '.join(lost)}")
    return {"rows": {database: sum(tables.values()) for database, tables in found.items()}}
