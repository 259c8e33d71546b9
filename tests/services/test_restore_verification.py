"""A restored PostgreSQL is compared with the running one by psql, against two real servers."""

from collections.abc import Iterator, Sequence

import pytest

from operations.restore.databases import Query, checked, counts, psql
from operations.restore.steps import RestoreError
from tests.support.services import servers
from tests.support.services.servers import Postgres

TABLES = ("projects", "feature_views", "entities", "data_sources")


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Postgres, Postgres]]:
    """The running server and a restored one."""
    with servers.postgres() as running, servers.postgres() as restored:
        for each in (running, restored):
            each.sql("CREATE DATABASE feast")
            for table in TABLES:
                each.sql(f"CREATE TABLE {table} AS SELECT * FROM generate_series(1, 3) AS id", database="feast")
            each.sql('CREATE SCHEMA "It\'s"; CREATE TABLE "It\'s"."a|b" AS SELECT 1 AS one', database="feast")
            each.sql('CREATE TABLE "two\nlines\u2028of|it" AS SELECT 1 AS one', database="feast")
        yield running, restored


def ask(pair: tuple[Postgres, Postgres], monkeypatch: pytest.MonkeyPatch) -> Query:
    """psql with the login and the port of the server that a host stands for."""
    ports = {"running": pair[0], "restored": pair[1]}

    def query(host: str, database: str, statement: str) -> Sequence[str]:
        server = ports[host]
        monkeypatch.setenv("PGPORT", str(server.port))
        monkeypatch.setenv("PGUSER", server.superuser)
        monkeypatch.setenv("PGPASSWORD", server.password)
        return psql(server.host, database, statement)

    return query


def test_rows_of_every_table_are_counted(pair: tuple[Postgres, Postgres], monkeypatch: pytest.MonkeyPatch) -> None:
    found = counts(ask(pair, monkeypatch), "restored", "feast")
    assert found == {
        **{f"public.{name}": 3 for name in TABLES},
        '"It\'s"."a|b"': 1,
        'public."two\nlines\u2028of|it"': 1,
    }
    assert checked(ask(pair, monkeypatch), "restored", ["feast"], "running") == {"rows": {"feast": 14}}


def test_tables_that_were_lost_are_named(pair: tuple[Postgres, Postgres], monkeypatch: pytest.MonkeyPatch) -> None:
    pair[0].sql("CREATE TABLE saved_datasets AS SELECT 1 AS id", database="feast")
    with pytest.raises(RestoreError, match=r"feast on restored lacks the rows of public\.saved_datasets"):
        checked(ask(pair, monkeypatch), "restored", ["feast"], "running")
    pair[1].sql("CREATE TABLE saved_datasets AS SELECT 1 AS id", database="feast")
    pair[1].sql("TRUNCATE feature_views", database="feast")
    with pytest.raises(RestoreError, match="the registry on restored has no rows in feature_views"):
        checked(ask(pair, monkeypatch), "restored", ["feast"])


def test_a_server_that_refuses_is_told(pair: tuple[Postgres, Postgres], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RestoreError, match='database "mlflow" does not exist'):
        checked(ask(pair, monkeypatch), "restored", ["mlflow"])
