"""The logins with which a restored PostgreSQL is verified."""

from pathlib import Path

import pytest

from operations.restore.databases import psql


@pytest.fixture
def answers_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A psql that answers with the user and the database that libpq would take."""
    program = tmp_path / "psql"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$PGUSER" "$PGDATABASE"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.usefixtures("answers_its_user")
def test_each_database_is_read_by_its_own_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGUSER", raising=False)
    assert psql("host", "feast", "SELECT 1") == ["feast", "feast"]
    assert psql("host", "mlflow", "SELECT 1") == ["mlflow", "mlflow"]


@pytest.mark.usefixtures("answers_its_user")
def test_a_role_of_the_environment_reads_all_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", "auditor")
    assert psql("host", "mlflow", "SELECT 1") == ["auditor", "mlflow"]
