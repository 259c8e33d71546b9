"""The databases of a starter move to another PostgreSQL, whose administrator is no superuser, as that of RDS."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.takeover.__main__ import main
from tests.support.services.servers import Postgres, SqlError, postgres
from tests.support.services.starter_machine import BUCKET, Machine, machine

BUCKETS = {"rawBucket": "raw", "trainingBucket": "training", "modelsBucket": "models", "offlineBucket": "offline"}
TABLES = """
CREATE TABLE predictions (id bigserial PRIMARY KEY, score numeric);
INSERT INTO predictions (score) SELECT n / 7.0 FROM generate_series(1, 400) AS n;
CREATE SCHEMA "Odd"; CREATE TABLE "Odd"."a|b" AS SELECT 1 AS one;
CREATE SEQUENCE unused;
"""
ROWS = "SELECT id, score FROM predictions ORDER BY id"
Take = Callable[..., int]


@pytest.fixture(scope="module")
def source() -> Iterator[Machine]:
    with machine() as made:
        made.postgres.sql(f"SET ROLE app; {TABLES}", database="app")
        for name in BUCKETS.values():
            made.s3.create_bucket(Bucket=name)
        yield made


@pytest.fixture(scope="module")
def target() -> Iterator[Postgres]:
    with postgres() as made:
        made.sql("CREATE ROLE platform LOGIN PASSWORD 'of-the-platform' CREATEROLE CREATEDB")
        yield made


@pytest.fixture
def take(source: Machine, target: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Runs the program with the files of this test."""
    known = {"region": "us-east-1", "databaseAddress": target.host, "starterBackupBucket": BUCKET, **BUCKETS}
    (tmp_path / "platform.json").write_text(json.dumps({**known, "starterDatabases": ["app"]}))
    for name in ("PATH", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, source.environment[name])
    monkeypatch.setenv("PGPORT", str(target.port))
    monkeypatch.setenv("PGUSER", "platform")
    monkeypatch.setenv("PGPASSWORD", "of-the-platform")

    def run(*arguments: str, name: str = "first") -> int:
        files = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path)]
        return main(["--run", name, *files, *arguments])

    return run


def test_the_databases_are_taken_over_once(
    source: Machine,
    target: Postgres,
    take: Take,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert take() == 0
    assert "to do  app-restore: restore app on localhost" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["platform.json"]

    # The machine is not frozen yet.
    assert take("--apply") == 3
    assert "waits for you: on the starter's machine, run /opt/starter/current/host/freeze.sh" in capsys.readouterr().out
    assert take("--apply", "--confirm", "switch") == 2
    assert take("--apply", "--confirm", "freeze") == 1
    assert "has no backup of freeze.sh; run it on the starter's machine" in capsys.readouterr().err

    password = (source.folder / "run" / "secrets" / "app_password").read_text()
    add = "INSERT INTO predictions (score) VALUES (1)"
    source.postgres.sql(add, user="app", password=password, database="app")
    assert "the databases are read-only" in source.done("freeze")
    with pytest.raises(SqlError, match="read-only transaction"):
        source.postgres.sql(add, user="app", password=password, database="app")

    # A login that fails leaves nothing behind, and the next run goes on.
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert take("--apply") == 1
    assert "app-restore: psql localhost/postgres" in capsys.readouterr().err
    monkeypatch.setenv("PGPASSWORD", "of-the-platform")
    assert take("--apply") == 3
    assert "give the services the host localhost" in capsys.readouterr().out
    assert target.sql(ROWS, database="app") == source.postgres.sql(ROWS, database="app")
    assert len(target.sql(ROWS, database="app")) == 401
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'Odd')"
    assert target.sql(owners, database="app") == ["app"]
    # The role writes, and the sequence goes on.
    assert target.sql(f"SET ROLE app; {add} RETURNING id", database="app") == ["402"]
    assert take("--apply", "--confirm", "switch") == 0
    assert take("--apply") == 0
    assert not list(tmp_path.glob("*.dump"))
    log = [json.loads(line) for line in (tmp_path / "takeover-first.jsonl").read_text().splitlines()]
    ended = [each["step"] for each in log if each["event"] == "done"]
    assert ended == ["buckets", "app-dump", "app-restore", "app-compare"]

    # Another run of another name restores nothing twice, and sees that writes have come.
    assert take("--apply", name="second") == 3
    assert take("--apply", "--confirm", "freeze", name="second") == 1
    assert "public.predictions has 401 on the starter and 402 here" in capsys.readouterr().err
    source.done("freeze", "--undo")
    source.postgres.sql(add, user="app", password=password, database="app")

    # What was restored before the services wrote again is never taken for the last state.
    source.done("freeze")
    assert take("--apply", name="third") == 3
    assert take("--apply", "--confirm", "freeze", name="third") == 1
    assert "what was written since is missing in it. DROP DATABASE" in capsys.readouterr().err
    source.done("freeze", "--undo")


def test_a_database_of_somebody_else_is_not_touched(
    source: Machine, target: Postgres, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    target.sql("COMMENT ON DATABASE app IS 'of the search team'")
    take("--apply")
    assert take("--apply", "--confirm", "freeze") == 1
    assert "the database app on localhost has tables of somebody else" in capsys.readouterr().err


def test_a_changed_dump_and_a_lost_bucket_are_noticed(
    source: Machine, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    source.s3.delete_bucket(Bucket="offline")
    assert take("--apply") == 1
    assert "buckets: " in capsys.readouterr().err
    source.s3.create_bucket(Bucket="offline")
    assert take("--apply") == 3
    for page in source.s3.list_objects_v2(Bucket=BUCKET, Prefix="databases/app/")["Contents"]:
        if page["Key"].endswith(".dump"):
            source.s3.put_object(Bucket=BUCKET, Key=page["Key"], Body=b"PGDMP")
    assert take("--apply", "--confirm", "freeze") == 1
    assert "differs from its checksum; run freeze.sh again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--database", "other"], "database = 'other': the starter has app; name one of these"),
        (["--run", "First"], "write up to 16 small letters and digits"),
    ],
)
def test_wrong_arguments_are_refused(
    take: Take, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(*arguments) == 2
    assert told in capsys.readouterr().err
