"""The databases of a starter move to another PostgreSQL, whose administrator is no superuser, as that of RDS."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from operations.takeover import __main__ as program
from operations.takeover.__main__ import main
from tests.support.services.servers import ROOT, Postgres, SqlError, postgres
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


def ending(keys: Sequence[str], end: str) -> list[str]:
    return [each for each in keys if each.endswith(end)]


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
    dumped = ending(source.keys(), ".dump")
    known = {key: source.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in dumped}
    for key in known:
        source.s3.put_object(Bucket=BUCKET, Key=key, Body=b"PGDMP")
    try:
        assert take("--apply", "--confirm", "freeze") == 1
        assert "differs from its checksum; run freeze.sh again" in capsys.readouterr().err
    finally:
        for key, content in known.items():
            source.s3.put_object(Bucket=BUCKET, Key=key, Body=content)


@pytest.fixture
def begun(source: Machine, target: Postgres, take: Take, monkeypatch: pytest.MonkeyPatch) -> Take:
    """A run `begun` whose dump is downloaded, and an empty target. Its next step restores the dump."""
    if not ending(source.keys(), ".rows"):
        source.done("freeze")
    target.sql("DROP DATABASE IF EXISTS app WITH (FORCE)")
    assert take("--apply", name="begun") == 3
    with monkeypatch.context() as wrong:
        wrong.setenv("PGPASSWORD", "wrong")
        assert take("--apply", "--confirm", "freeze", name="begun") == 1
    return lambda *arguments: take(*arguments, name="begun")


def wrapped(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a pg_restore before the real one, which `script` calls as `real`."""
    (folder / "bin").mkdir(exist_ok=True)
    path = folder / "bin" / "pg_restore"
    real = f'real() {{ PATH="{os.environ["PATH"]}" pg_restore "$@"; }}'
    path.write_text(f"#!/usr/bin/env bash\n{real}\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def dumps(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.glob("*.dump*"))


def test_a_run_that_is_killed_after_the_restore_leaves_no_dump(
    source: Machine, target: Postgres, begun: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killing:
        wrapped(tmp_path, killing, 'real "$@" || exit; [[ "$*" == *--list* ]] || kill -9 "${PPID}"')
        files = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path)]
        command = [sys.executable, "-m", "operations.takeover", "--run", "begun", *files, "--apply"]
        killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    # A part of a download that was killed has a name of boto3's.
    (tmp_path / "takeover-begun-app.dump.1a2B3c4D").write_bytes(b"PGDMP")
    assert dumps(tmp_path) == ["takeover-begun-app.dump", "takeover-begun-app.dump.1a2B3c4D"]
    assert begun("--apply") == 3
    assert dumps(tmp_path) == []
    assert target.sql(ROWS, database="app") == source.postgres.sql(ROWS, database="app")


def test_a_run_goes_on_after_an_interruption_of_any_call_of_the_database(
    source: Machine, target: Postgres, begun: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls, ended = program.psql, 0, False

    def interrupted(host: str, database: str, statement: str) -> Sequence[str]:
        nonlocal calls
        found = real(host, database, statement)
        calls += 1
        if calls == attempt:
            raise KeyboardInterrupt
        return found

    attempt = 0
    with monkeypatch.context() as interrupting:
        interrupting.setattr(program, "psql", interrupted)
        while not ended:
            attempt, calls = attempt + 1, 0
            try:
                ended = begun("--apply") == 3
            except KeyboardInterrupt:
                continue
    assert attempt > 5
    assert target.sql(ROWS, database="app") == source.postgres.sql(ROWS, database="app")
    assert dumps(tmp_path) == []


def test_a_dump_that_changed_on_disk_is_downloaded_again(
    source: Machine, target: Postgres, begun: Take, tmp_path: Path
) -> None:
    (tmp_path / "takeover-begun-app.dump").write_bytes(b"PGDMP")
    assert begun("--apply") == 3
    assert target.sql(ROWS, database="app") == source.postgres.sql(ROWS, database="app")


def test_two_runs_at_once_restore_once(
    target: Postgres, begun: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filelock: Any = import_module("filelock")
    with filelock.FileLock(tmp_path / "takeover-begun.lock"):
        assert begun("--apply") == 2
    assert "another process works on this run; wait until it ends" in capsys.readouterr().err
    # A run of another name is as far as this one, and restores first.
    real = program.restore

    def twice(*arguments: Any) -> None:
        real(*arguments)
        real(*arguments)

    with monkeypatch.context() as together:
        together.setattr(program, "restore", twice)
        assert begun("--apply") == 1
    assert "already exists" in capsys.readouterr().err
    assert begun("--apply") == 3
    assert len(target.sql(ROWS, database="app")) > 400


def test_a_run_belongs_to_one_bucket_and_one_freeze(
    source: Machine, begun: Take, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "platform.json"
    known = path.read_text()
    path.write_text(json.dumps({**json.loads(known), "starterBackupBucket": "raw"}))
    assert begun("--apply") == 2
    assert f"bucket = 'raw': the run begun began with '{BUCKET}'; name another run" in capsys.readouterr().err
    path.write_text(known)
    # The machine took writes again after the dump that this run has, and was frozen again.
    rows = max(ending(source.keys(), ".rows"))
    again = "databases/app/2999-12-31T00-00-00Z.dump.rows"
    source.s3.copy_object(Bucket=BUCKET, Key=again, CopySource={"Bucket": BUCKET, "Key": rows})
    assert begun("--apply") == 1
    source.s3.delete_object(Bucket=BUCKET, Key=again)
    told = "app-restore: freeze.sh has run again: the last backup of app is 2999-12-31T00-00-00Z"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "real \"$@\" | sed 's/\\(Dumped from database version: \\).*/\\199.1/'",
            "the dump of app is of PostgreSQL 99, and localhost has",
        ),
        (
            "echo 'pg_restore: error: unsupported version (1.99) in file header' >&2; exit 1",
            "in file header; install the client of the starter's version or a newer one",
        ),
    ],
    ids=["older server", "older client"],
)
def test_another_version_of_postgresql_is_refused(
    target: Postgres,
    begun: Take,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
    told: str,
) -> None:
    wrapped(tmp_path, monkeypatch, script)
    assert begun("--apply") == 1
    assert told in capsys.readouterr().err
    assert target.sql("SELECT FROM pg_tables WHERE schemaname = 'public'", database="app") == []


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
