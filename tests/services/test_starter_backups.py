"""Backups of the starter's machine in S3, and the restore of what was lost, on a real PostgreSQL and Redis."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services.servers import SqlError
from tests.support.services.starter_machine import BUCKET, Machine, machine

ROWS = "SELECT id, region, score FROM public.predictions ORDER BY id"
TABLES = """
CREATE TABLE predictions (id int, region text, score numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE predictions_eu PARTITION OF predictions FOR VALUES IN ('eu');
CREATE TABLE predictions_us PARTITION OF predictions FOR VALUES IN ('us');
COMMENT ON TABLE predictions IS 'one row a prediction';
GRANT SELECT ON predictions TO analyst;
INSERT INTO predictions SELECT n, CASE n % 2 WHEN 0 THEN 'eu' ELSE 'us' END, n / 7.0 FROM generate_series(1, 500) AS n;
CREATE SEQUENCE runs; SELECT nextval('runs'), nextval('runs');
"""


def queued(keys: list[str]) -> list[str]:
    return [each for each in keys if each.startswith("queue/")]


@pytest.fixture(scope="module")
def host() -> Iterator[Machine]:
    with machine() as made:
        made.postgres.sql("CREATE ROLE analyst LOGIN PASSWORD 'of-the-analyst'")
        made.postgres.sql(f"SET ROLE app; {TABLES}", database="app")
        yield made


@pytest.fixture(scope="module")
def rows(host: Machine) -> list[str]:
    return host.postgres.sql(ROWS, database="app")


@pytest.fixture(scope="module")
def backed_up(host: Machine, rows: list[str]) -> list[str]:
    """The keys of the first backup."""
    assert len(rows) == 500
    host.queue("RPUSH", "predictions", "one", "two")
    host.queue("SET", "result", "42")
    (host.data / "files" / "a folder").mkdir()
    (host.data / "files" / "a folder" / "scene é.tif").write_bytes(b"\0image" * 100)
    host.done("backup")
    return host.keys()


def test_a_backup_has_each_store(host: Machine, backed_up: list[str]) -> None:
    kinds = sorted({key.rpartition("/")[0] for key in backed_up})
    assert kinds == ["databases/app", "files/a folder", "queue"]
    checked = {key for key in backed_up if not key.startswith("files/") and not key.endswith(".sha256")}
    assert {f"{key}.sha256" for key in checked} <= set(backed_up)
    assert "starter_backup_success_timestamp_seconds" in (host.folder / "run" / "metrics" / "backup.prom").read_text()
    assert [each.name for each in host.data.iterdir() if each.name.startswith(".")] == []


def test_everything_that_was_lost_is_restored(host: Machine, backed_up: list[str], rows: list[str]) -> None:
    host.postgres.sql("DROP DATABASE app WITH (FORCE)")
    host.queue("DEL", "predictions", "result")
    for path in (host.data / "files").rglob("*.tif"):
        path.unlink()
    (host.data / "files" / "a folder").rmdir()
    host.done("databases")
    assert "restored 3 tables" in host.done("restore", "app", "--replace")
    assert host.postgres.sql(ROWS, database="app") == rows
    assert host.postgres.sql("SELECT nextval('runs')", database="app") == ["3"]
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'predictions'"
    assert host.postgres.sql(owner, database="app") == ["app"]
    with pytest.raises(SqlError, match="permission denied for database"):
        host.postgres.sql(ROWS, user="analyst", password="of-the-analyst", database="app")
    assert "restored 2 keys" in host.done("restore-queue")
    assert host.queue("LRANGE", "predictions", "0", "-1").split() == ["one", "two"]
    assert host.queue("CONFIG", "GET", "appendonly").split() == ["appendonly", "yes"]
    host.queue("RPUSH", "predictions", "three")
    assert "restored 1 files" in host.done("restore-files")
    assert (host.data / "files" / "a folder" / "scene é.tif").read_bytes() == b"\0image" * 100


def test_the_weekly_check_restores_and_leaves_nothing(host: Machine, backed_up: list[str]) -> None:
    host.postgres.sql("CREATE DATABASE starter_check")
    host.done("check")
    found = host.postgres.sql("SELECT datname FROM pg_database WHERE datname LIKE 'starter%'")
    assert found == []
    assert (host.folder / "run" / "metrics" / "restore_check.prom").exists()


def test_a_restore_overwrites_nothing_without_a_flag(host: Machine, backed_up: list[str], rows: list[str]) -> None:
    host.postgres.sql("CREATE DATABASE app_restored")
    host.postgres.sql("CREATE TABLE mine AS SELECT 1 AS id", database="app_restored")
    assert "there is a database app_restored; add --overwrite" in host.refusal("restore", "app")
    assert host.postgres.sql("SELECT id FROM mine", database="app_restored") == ["1"]
    for name in ("app", "postgres"):
        assert f"--into {name}: the restore needs" in host.refusal("restore", "app", "--into", name, "--overwrite")
    host.postgres.sql("DELETE FROM predictions WHERE id > 3", database="app")
    told = host.done("restore", "app", "--overwrite", "--replace")
    [before] = re.findall(r"the former one is (\w+) and accepts no connections", told)
    assert host.postgres.sql(ROWS, database="app") == rows
    host.postgres.sql(f"ALTER DATABASE {before} ALLOW_CONNECTIONS true")
    assert len(host.postgres.sql(ROWS, database=before)) == 3


def test_the_queue_and_files_are_overwritten_only_with_a_flag(host: Machine, backed_up: list[str]) -> None:
    host.queue("SET", "newer", "1")
    assert "keys; add --replace to put them aside" in host.refusal("restore-queue")
    assert host.queue("GET", "newer") == "1"
    assert "restored 2 keys" in host.done("restore-queue", "--replace")
    assert [each.name.partition("_")[0] for each in (host.data / "queue").glob("before_*")]
    (host.data / "files" / "newer.txt").write_text("new")
    assert "has files; add --replace" in host.refusal("restore-files")
    host.done("restore-files", "--replace")
    assert (host.data / "files" / "newer.txt").read_text() == "new"


def test_a_changed_backup_is_refused(host: Machine, backed_up: list[str]) -> None:
    [key] = [each for each in backed_up if each.startswith("databases/app/") and each.endswith(".dump")]
    content = host.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    host.s3.put_object(Bucket=BUCKET, Key=key, Body=content[:-1] + b"?")
    stamp = Path(key).name.removesuffix(".dump")
    try:
        told = host.refusal("restore", "app", "--at", stamp, "--into", "changed")
    finally:
        host.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    assert f"the backup {stamp} differs from its checksum" in told
    assert host.postgres.sql("SELECT FROM pg_database WHERE datname = 'changed'") == []


@pytest.mark.parametrize(
    ("name", "script", "told"),
    [
        # The AWS CLI that uploads half of a file, and says nothing.
        (
            "aws",
            r'if [[ "$*" == *"s3 cp"*.dump\ s3://* ]]; then head -c 99 "$4" >"$4.h"; set -- "${@:1:3}" "$4.h" "$5"; fi',
            "",
        ),
        ("pg_dump", 'printf PGDMP && echo "server closed the connection" >&2 && exit 1', "server closed"),
        ("pg_dump", "exit 0", "pg_restore: error: "),
        # A connection to the queue that ends before the dump does.
        (
            "redis-cli",
            r'if [[ $* == *--rdb* ]]; then PATH="${PATH#*:}" redis-cli "$@"; truncate --size -12 "${@: -1}"; exit; fi',
            "the dump of the queue is damaged; it is not uploaded",
        ),
        (
            "redis-cli",
            r'if [[ $* == *--rdb* ]]; then echo "not a dump" >"${@: -1}"; exit; fi',
            "the dump of the queue is damaged; it is not uploaded",
        ),
    ],
    ids=["half of a file", "cut off", "empty dump", "cut off queue", "no queue"],
)
def test_a_broken_backup_is_noticed(
    host: Machine, backed_up: list[str], name: str, script: str, told: str, tmp_path: Path
) -> None:
    wrapper = tmp_path / name
    rest = host.environment["PATH"]
    wrapper.write_text(f'#!/usr/bin/env bash\n{script}\nPATH="{rest}" exec {name} "$@"\n')
    wrapper.chmod(0o755)
    report = host.folder / "run" / "metrics" / "backup.prom"
    before = report.stat().st_mtime_ns
    broken = Machine(host.folder, host.postgres, {**host.environment, "PATH": f"{tmp_path}:{rest}"}, host.s3)
    before_it = queued(host.keys())
    stderr = broken.refusal("backup")
    assert told in stderr
    assert queued(host.keys()) == before_it
    if not told:
        assert "bytes in S3" in stderr
    # The time of the last success stays, so that the alarm tells of a late backup.
    assert report.stat().st_mtime_ns == before


def test_a_damaged_backup_of_the_queue_is_refused(host: Machine, backed_up: list[str]) -> None:
    [key] = [each for each in backed_up if each.startswith("queue/") and each.endswith(".rdb")]
    content = host.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    host.s3.put_object(Bucket=BUCKET, Key=key, Body=content[:-1] + b"?")
    host.queue("SET", "kept", "1")
    stamp = Path(key).name.removesuffix(".rdb")
    try:
        told = host.refusal("restore-queue", "--at", stamp, "--replace")
    finally:
        host.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    assert f"the backup {stamp} differs from its checksum" in told
    # The queue runs as before.
    assert host.queue("GET", "kept") == "1"


def test_passwords_are_generated_once(host: Machine, backed_up: list[str]) -> None:
    secret = host.folder / "run" / "secrets" / "app_password"
    before = secret.read_text()
    host.done("secrets")
    assert (secret.read_text(), len(before)) == (before, 40)
    host.done("databases")
    assert host.postgres.sql("SELECT 1", user="app", password=before, database="app") == ["1"]


def test_a_bucket_without_backups_is_told(host: Machine, backed_up: list[str]) -> None:
    kept = host.keys()
    for key in kept:
        if key.startswith("databases/app/"):
            host.s3.delete_object(Bucket=BUCKET, Key=key)
    assert f"s3://{BUCKET}/databases/app/ has no backup" in host.refusal("restore", "app")
