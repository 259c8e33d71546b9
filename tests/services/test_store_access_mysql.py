"""The Job's script against a MariaDB, which Debian has for MySQL: who gets in, what they may do, what fails.

Of MySQL's own the plugin for passwords, the grants and the lock are the same; the account's administrator is given what
RDS gives its own.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest

from components.data.store_access.store_access import SCRIPT, access_plan
from tests.support.services.servers import (
    ANOTHER_NAME,
    CREDENTIALS,
    REGION,
    MySql,
    Postgres,
    SqlError,
    moto,
    mysql,
    postgres,
    tool,
)
from tests.support.services.vault import Vault

ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "platform", "OfTheAdministrator1"
USE = "kubeflow/pipelines"
LOGINS = {USE: {"user": "pipelines", "databases": ["mlpipeline", "metadb", "cachedb"]}}
# RDS user guide, "Master user account privileges", and MariaDB's own DELETE HISTORY, part of all that a database has.
PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, "
    "CREATE USER, EVENT, TRIGGER, DELETE HISTORY"
)


@dataclass
class Stores(Vault):
    """Two instances as RDS hands them over, and a Secrets Manager with their administrators' logins."""

    postgres: Postgres
    mysql: MySql
    vault: Any
    environment: dict[str, str]
    python: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def command(self, logins: Any, **changed: Any) -> list[str]:
        """The Job's command, with the plan that the component would make for it."""
        given = {
            "host": self.postgres.host,
            "administrator": self.secret("administrator"),
            "secrets": {use: self.secret(use) for use in ("database/katib", *logins)},
            "users": {},
            "mysql": [self.mysql.host, self.secret("mysql-administrator"), "key"],
        }
        plan = json.loads(access_plan(REGION, {"katib": []}, given, logins))
        plan |= {"port": self.postgres.port, "certificates": str(self.folder / "bundle.pem")}
        plan["mysql"] |= {"port": self.mysql.port, **changed}
        path = self.folder / f"access-{next(self.numbers)}.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        return [str(self.python), "-I", "-B", str(SCRIPT), str(path)]

    def run(self, logins: Any, **changed: Any) -> subprocess.CompletedProcess[str]:
        command = self.command(logins, **changed)
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def open(self, logins: Any = LOGINS) -> str:
        """What a run that succeeds says."""
        done = self.run(logins)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def failure(self, logins: Any = LOGINS, **changed: Any) -> str:
        """What a run that fails says, in one line and without a traceback."""
        done = self.run(logins, **changed)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.strip().splitlines()[0]

    def sql(self, statement: str, use: str = USE) -> list[str]:
        """What a statement yields to a use, with the login in its secret."""
        user, password = self.login(use)
        return self.mysql.sql(statement, user=user, password=password)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    python = tool("mlflow", "python")
    folder = tmp_path_factory.mktemp("plans")
    with ExitStack() as stack:
        first, second = stack.enter_context(postgres()), stack.enter_context(mysql())
        aws = stack.enter_context(moto())
        first.sql(f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE CREATEDB PASSWORD '{ADMINISTRATOR_PASSWORD}'")
        for database in ("postgres", "template1"):
            first.sql(f"ALTER DATABASE {database} OWNER TO {ADMINISTRATOR}")
        second.sql(f"CREATE USER {ADMINISTRATOR}@'%' IDENTIFIED BY '{ADMINISTRATOR_PASSWORD}'")
        second.sql(f"GRANT {PRIVILEGES} ON *.* TO {ADMINISTRATOR}@'%' WITH GRANT OPTION")
        # One file has the authorities of every instance, as RDS publishes it.
        bundle = first.certificates.read_text() + second.certificates.read_text()
        (folder / "bundle.pem").write_text(bundle, encoding="utf-8")
        session: Any = boto3.Session("testing", "testing", region_name=REGION)
        vault = session.client("secretsmanager", endpoint_url=aws)
        environment = {"PATH": os.environ["PATH"], **CREDENTIALS, "AWS_ENDPOINT_URL": aws}
        made = Stores(first, second, vault, environment, python, folder)
        login = json.dumps({"username": ADMINISTRATOR, "password": ADMINISTRATOR_PASSWORD})
        for use in ("administrator", "mysql-administrator"):
            made.secret(use, login)
        yield made


@pytest.fixture(scope="module")
def opened(stores: Stores) -> Stores:
    stores.open()
    return stores


def state(stores: Stores) -> list[object]:
    """Users, grants and databases of MySQL, the versions of the secret, and how often a user was altered."""
    server = stores.mysql
    return [
        server.sql("SELECT user, host, authentication_string, ssl_type, plugin FROM mysql.user ORDER BY 1, 2"),
        server.sql("SELECT * FROM mysql.db ORDER BY host, db, user"),
        server.sql("SHOW DATABASES"),
        str(stores.vault.describe_secret(SecretId=f"test/{USE}")["VersionIdsToStages"]),
        server.log.read_text(encoding="utf-8").count("ALTER USER"),
    ]


def test_login_needs_tls_and_its_password_no_quoting(opened: Stores) -> None:
    user, password = opened.login(USE)
    assert user == "pipelines"
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{39}", password)
    [how] = opened.mysql.sql("SELECT plugin, ssl_type FROM mysql.user WHERE user = 'pipelines'")
    assert how == "mysql_native_password\tANY"


def test_it_makes_its_databases_and_does_in_them_what_it_likes(opened: Stores) -> None:
    for database in ("mlpipeline", "metadb", "cachedb"):
        opened.sql(f"CREATE DATABASE IF NOT EXISTS {database}")
        opened.sql(f"CREATE TABLE {database}.runs (id int AUTO_INCREMENT PRIMARY KEY, name text)")
        opened.sql(f"ALTER TABLE {database}.runs ADD COLUMN ended datetime")
        opened.sql(f"INSERT INTO {database}.runs (name) VALUES ('one')")
        assert opened.sql(f"SELECT id, name FROM {database}.runs") == ["1\tone"]
        opened.sql(f"DROP TABLE {database}.runs")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE other",
        "SELECT * FROM mysql.user",
        "DROP DATABASE theirs",
        "CREATE TABLE theirs.t (x int)",
        "CREATE USER other@'%'",
        "ALTER USER platform@'%' IDENTIFIED BY 'taken'",
        "GRANT ALL PRIVILEGES ON mlpipeline.* TO other@'%'",
        "GRANT SELECT ON *.* TO pipelines@'%'",
        "SET GLOBAL require_secure_transport = OFF",
        "SELECT 1 INTO OUTFILE '/tmp/never'",
    ],
)
def test_it_may_nothing_else(opened: Stores, statement: str) -> None:
    opened.mysql.sql("CREATE DATABASE IF NOT EXISTS theirs")
    with pytest.raises(SqlError, match=r"denied|not allowed|must be"):
        opened.sql(statement)


def test_a_second_run_changes_nothing(opened: Stores) -> None:
    before = state(opened)
    assert "made" not in opened.open()
    assert state(opened) == before


def test_a_password_changed_in_its_secret_is_set(opened: Stores) -> None:
    use = "kubeflow/rotated"
    logins = {use: {"user": "rotated", "databases": ["rotated"]}}
    opened.open(logins)
    _, old = opened.login(use)
    value = json.dumps({"username": "rotated", "password": "AnotherPasswordOfTwenty1"})
    opened.vault.put_secret_value(SecretId=f"test/{use}", SecretString=value)
    opened.open(logins)
    assert opened.sql("SELECT current_user()", use) == ["rotated@%"]
    with pytest.raises(SqlError, match="Access denied"):
        opened.mysql.sql("SELECT 1", user="rotated", password=old)


def test_two_runs_at_once_agree(opened: Stores) -> None:
    command = opened.command({"kubeflow/twice": {"user": "twice", "databases": ["twice"]}})
    runs = [
        subprocess.Popen(command, env=opened.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sum("twice: password made" in out for out, _ in said) == 1
    assert opened.sql("SELECT current_user()", "kubeflow/twice") == ["twice@%"]


def test_no_password_is_in_any_log(opened: Stores) -> None:
    said = opened.open({"kubeflow/quiet": {"user": "quiet", "databases": ["quiet"]}})
    log = opened.mysql.log.read_text(encoding="utf-8")
    assert "ALTER USER" in log
    for use in (USE, "kubeflow/quiet"):
        _, password = opened.login(use)
        assert password not in log
        assert password not in said


def test_a_user_that_may_more_is_left_alone(opened: Stores) -> None:
    opened.mysql.sql("CREATE USER mighty@'%'; GRANT SELECT ON *.* TO mighty@'%'")
    said = opened.failure({"kubeflow/mighty": {"user": "mighty", "databases": ["mighty"]}})
    assert "MySQL user mighty exists with SELECT ON *.*" in said
    assert opened.vault.describe_secret(SecretId="test/kubeflow/mighty").get("VersionIdsToStages", {}) == {}


def test_failures_name_the_login(opened: Stores) -> None:
    wrong = opened.secret("wrong", json.dumps({"username": ADMINISTRATOR, "password": "guess"}))
    assert "logging in to MySQL as platform" in opened.failure(administrator=wrong)
    empty = opened.secret("empty")
    assert f"reading secret {empty}: it has no value" in opened.failure(administrator=empty)


def test_a_server_with_anothers_certificate_is_refused(opened: Stores) -> None:
    said = opened.failure(host=ANOTHER_NAME)
    assert "certificate verify failed" in said
