"""The Job's own script against a real PostgreSQL and a Secrets Manager: who gets in, what they may do, what fails."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest

from components.data.store_access.store_access import SCRIPT, access_plan
from tests.support.services.elasticache import CacheUser, elasticache
from tests.support.services.servers import (
    ANOTHER_NAME,
    CREDENTIALS,
    REGION,
    Postgres,
    SqlError,
    issue_certificate,
    moto,
    postgres,
    tool,
)
from tests.support.services.vault import Vault

ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "platform", "of-the-administrator"
DATABASES: Mapping[str, list[str]] = {"mlflow": ["analyst"], "feast": []}
CACHE_USES = {"online-store/feast": "arn:aws:elasticache:us-east-1:123456789012:user:features-feast"}
CACHE_USER = "features-feast"


@dataclass
class Stores(Vault):
    """An instance as RDS hands it over, an empty Secrets Manager but for the administrator's login, and cache users."""

    postgres: Postgres
    users: dict[str, CacheUser]
    vault: Any
    environment: Mapping[str, str]
    python: Path
    folder: Path
    administrator: str = ""
    numbers: Iterator[int] = field(default_factory=count)

    def command(
        self, databases: Mapping[str, list[str]], cache_users: Mapping[str, str] = {}, **changed: Any
    ) -> list[str]:
        """The Job's command, with the plan that the component would make for it."""
        roles = [*databases, *(reader for readers in databases.values() for reader in readers)]
        uses = [*(f"database/{role}" for role in roles), *cache_users]
        given = {
            "host": self.postgres.host,
            "administrator": self.administrator,
            "secrets": {use: self.secret(use) for use in uses},
            "users": cache_users,
        }
        plan = json.loads(access_plan(REGION, {name: list(readers) for name, readers in databases.items()}, given))
        here = {"port": self.postgres.port, "certificates": str(self.postgres.certificates)}
        path = self.folder / f"access-{next(self.numbers)}.json"
        path.write_text(json.dumps({**plan, **here, **changed}), encoding="utf-8")
        return [str(self.python), "-I", "-B", str(SCRIPT), str(path)]

    def run(self, *wanted: Any, **changed: Any) -> subprocess.CompletedProcess[str]:
        command = self.command(*wanted, **changed)
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def open(self, *wanted: Any, **changed: Any) -> str:
        """What a run that succeeds says."""
        done = self.run(*wanted, **changed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def failure(self, *wanted: Any, **changed: Any) -> str:
        """What a run that fails says, in one line and without a traceback."""
        done = self.run(*wanted, **changed)
        assert done.returncode == 1, done.stdout + done.stderr
        [line] = done.stderr.strip().splitlines()[:1]
        assert "Traceback" not in done.stderr
        return line

    def sql(self, role: str, database: str, statement: str) -> list[str]:
        """What a statement yields to a role, with the password that is in its secret."""
        user, password = self.login(f"database/{role}")
        return self.postgres.sql(statement, user=user, password=password, database=database)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    python = tool("mlflow", "python")
    users = {CACHE_USER: CacheUser()}
    with ExitStack() as stack:
        server = stack.enter_context(postgres(["log_statement=all"]))
        aws, caches = stack.enter_context(moto()), stack.enter_context(elasticache(users))
        # The master user of RDS may make roles and databases and owns those that exist, but is no superuser.
        server.sql(f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE CREATEDB PASSWORD '{ADMINISTRATOR_PASSWORD}'")
        for database in ("postgres", "template1"):
            server.sql(f"ALTER DATABASE {database} OWNER TO {ADMINISTRATOR}")
        session: Any = boto3.Session("testing", "testing", region_name=REGION)
        vault = session.client("secretsmanager", endpoint_url=aws)
        places = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": aws, "AWS_ENDPOINT_URL_ELASTICACHE": caches}
        environment = {"PATH": os.environ["PATH"], **CREDENTIALS, **places}
        made = Stores(server, users, vault, environment, python, tmp_path_factory.mktemp("plans"))
        login = {"username": ADMINISTRATOR, "password": ADMINISTRATOR_PASSWORD}
        made.administrator = made.secret("administrator", json.dumps(login))
        yield made


@pytest.fixture(scope="module")
def opened(stores: Stores) -> Stores:
    stores.open(DATABASES, CACHE_USES)
    return stores


def state(stores: Stores) -> list[list[str]]:
    """All there is of roles, databases and grants, the versions of the secrets, and the cache user's password."""
    server = stores.postgres
    names = [each["Name"] for each in stores.vault.list_secrets()["SecretList"]]
    return [
        server.sql("SELECT rolname, rolcanlogin, rolpassword, rolcreaterole, rolcreatedb FROM pg_authid ORDER BY 1"),
        server.sql("SELECT datname, datdba, datacl FROM pg_database ORDER BY 1"),
        *(
            server.sql(f"SELECT {columns} FROM {table} ORDER BY 1", database=database)
            for database in DATABASES
            for columns, table in (
                ("nspname, nspacl", "pg_namespace WHERE nspname = 'public'"),
                ("defaclrole, defaclacl", "pg_default_acl"),
            )
        ),
        sorted(str(stores.vault.describe_secret(SecretId=name)["VersionIdsToStages"]) for name in names),
        stores.users[CACHE_USER].passwords,
    ]


def test_each_use_has_a_login_whose_password_needs_no_quoting(opened: Stores) -> None:
    for use in ("database/mlflow", "database/feast", "database/analyst", "online-store/feast"):
        user, password = opened.login(use)
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{39}", password)
        assert user == (CACHE_USER if use.startswith("online") else use.rpartition("/")[2])
    passwords = {opened.login(f"database/{role}")[1] for role in ("mlflow", "feast", "analyst")}
    assert len(passwords) == 3


def test_a_second_run_changes_nothing(opened: Stores) -> None:
    before = state(opened)
    said = opened.open(DATABASES, CACHE_USES)
    assert state(opened) == before
    assert "made" not in said


def test_a_role_makes_and_keeps_its_own_tables(opened: Stores) -> None:
    for statement in (
        "CREATE TABLE runs (id serial PRIMARY KEY, name text)",
        "CREATE INDEX by_name ON runs (name)",
        "ALTER TABLE runs ADD COLUMN ended timestamptz",
        "INSERT INTO runs (name) VALUES ('one')",
        "CREATE TEMPORARY TABLE batch (id int)",
        "CREATE TYPE status AS ENUM ('on', 'off')",
        "DROP TYPE status",
    ):
        opened.sql("mlflow", "mlflow", statement)
    assert opened.sql("mlflow", "mlflow", "SELECT id, name FROM runs") == ["1|one"]


def test_reader_reads_old_and_new_tables_and_writes_none(opened: Stores) -> None:
    opened.open({"ledger": []})
    opened.sql("ledger", "ledger", "CREATE TABLE before AS SELECT 1 AS x")
    opened.open({"ledger": ["auditor"]})
    opened.sql("ledger", "ledger", "CREATE TABLE after AS SELECT 2 AS x")
    assert opened.sql("auditor", "ledger", "SELECT x FROM before UNION SELECT x FROM after ORDER BY 1") == ["1", "2"]
    for statement in (
        "INSERT INTO before VALUES (3)",
        "UPDATE after SET x = 4",
        "DELETE FROM after",
        "TRUNCATE before",
        "CREATE TABLE own (x int)",
        "CREATE TEMPORARY TABLE own (x int)",
        "DROP TABLE before",
    ):
        with pytest.raises(SqlError, match=r"permission denied|must be owner"):
            opened.sql("auditor", "ledger", statement)


@pytest.mark.parametrize("database", ["feast", "postgres", "template1"])
@pytest.mark.parametrize("role", ["mlflow", "analyst"])
def test_no_role_gets_into_another_database(opened: Stores, role: str, database: str) -> None:
    with pytest.raises(SqlError, match=f'permission denied for database "{database}"'):
        opened.sql(role, database, "SELECT 1")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE other",
        "CREATE DATABASE other",
        "DROP DATABASE feast",
        "DROP DATABASE mlflow",
        "ALTER DATABASE mlflow SET log_statement = 'none'",
        "ALTER DATABASE mlflow OWNER TO mlflow",
        "CREATE SCHEMA other",
        "DROP SCHEMA public CASCADE",
        "ALTER ROLE feast PASSWORD 'taken'",
        "ALTER ROLE mlflow CREATEDB",
        "SET ROLE platform",
        "SET ROLE feast",
        "GRANT platform TO mlflow",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER SYSTEM SET log_statement = 'none'",
    ],
)
def test_a_role_may_nothing_else(opened: Stores, statement: str) -> None:
    with pytest.raises(SqlError, match=r"denied|must be|must have"):
        opened.sql("mlflow", "mlflow", statement)


def test_a_role_can_let_nobody_into_its_database(opened: Stores) -> None:
    opened.sql("mlflow", "mlflow", "GRANT CONNECT ON DATABASE mlflow TO feast")
    opened.sql("mlflow", "mlflow", "GRANT CREATE ON SCHEMA public TO analyst")
    with pytest.raises(SqlError, match="permission denied for database"):
        opened.sql("feast", "mlflow", "SELECT 1")
    with pytest.raises(SqlError, match="permission denied for schema"):
        opened.sql("analyst", "mlflow", "CREATE TABLE own (x int)")


def test_a_database_that_was_open_to_all_is_closed(opened: Stores) -> None:
    administrator = {"user": ADMINISTRATOR, "password": ADMINISTRATOR_PASSWORD}
    opened.postgres.sql("CREATE DATABASE commons", **administrator)
    opened.postgres.sql("GRANT ALL ON SCHEMA public TO PUBLIC", **administrator, database="commons")
    opened.open({"commons": ["visitor"]})
    with pytest.raises(SqlError, match="permission denied for schema"):
        opened.sql("visitor", "commons", "CREATE TABLE own (x int)")
    with pytest.raises(SqlError, match="permission denied for database"):
        opened.sql("mlflow", "commons", "SELECT 1")


def test_a_reader_of_two_databases_is_one_role(opened: Stores) -> None:
    opened.open({"first": ["both"], "second": ["both"]})
    for database in ("first", "second"):
        opened.sql(database, database, f"CREATE TABLE t AS SELECT '{database}' AS name")
        assert opened.sql("both", database, "SELECT name FROM t") == [database]


def test_a_password_changed_in_its_secret_is_set(opened: Stores) -> None:
    opened.open({"rotated": []})
    _, old = opened.login("database/rotated")
    value = json.dumps({"username": "rotated", "password": "AnotherPasswordOfTwenty1"})
    opened.vault.put_secret_value(SecretId="test/database/rotated", SecretString=value)
    opened.open({"rotated": []})
    assert opened.sql("rotated", "rotated", "SELECT current_user") == ["rotated"]
    with pytest.raises(SqlError, match="password authentication failed"):
        opened.postgres.sql("SELECT 1", user="rotated", password=old, database="rotated")


def test_a_lost_secret_is_made_anew(opened: Stores) -> None:
    opened.open({"lost": []})
    _, old = opened.login("database/lost")
    opened.vault.delete_secret(SecretId="test/database/lost", ForceDeleteWithoutRecovery=True)
    opened.open({"lost": []})
    assert opened.sql("lost", "lost", "SELECT current_user") == ["lost"]
    assert opened.login("database/lost")[1] != old


def test_the_cache_knows_the_password_that_is_in_the_secret(opened: Stores) -> None:
    user = opened.users[CACHE_USER]
    assert (user.mode, user.passwords) == ("password", [opened.login("online-store/feast")[1]])
    assert user.modifying == 0


def test_a_cache_user_that_is_being_modified_is_waited_for(opened: Stores) -> None:
    opened.users["busy"] = CacheUser(modifying=1)
    opened.open({"feast": []}, {"online-store/busy": "arn:aws:elasticache:us-east-1:123456789012:user:busy"})
    assert opened.users["busy"].passwords == [opened.login("online-store/busy")[1]]


def test_two_runs_at_once_agree(opened: Stores) -> None:
    command = opened.command({"twice": ["twice_reader"]})
    runs = [
        subprocess.Popen(command, env=opened.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sum("twice: password made" in out for out, _ in said) == 1
    assert opened.sql("twice_reader", "twice", "SELECT current_user") == ["twice_reader"]


def test_no_password_is_in_any_log(opened: Stores) -> None:
    said = opened.open({"quiet": []}, {"online-store/quiet": CACHE_USES["online-store/feast"]})
    log = opened.postgres.log.read_text(encoding="utf-8")
    assert "ALTER ROLE" in log
    for use in ("database/mlflow", "database/quiet", "online-store/quiet"):
        _, password = opened.login(use)
        assert password not in log
        assert password not in said


def test_a_role_that_may_more_is_left_alone(opened: Stores) -> None:
    opened.postgres.sql("CREATE ROLE mighty LOGIN CREATEDB; GRANT pg_read_all_data TO mighty")
    said = opened.failure({"mighty": []})
    assert "role mighty exists with CREATEDB, the rights of pg_read_all_data" in said
    assert opened.postgres.sql("SELECT 1 FROM pg_database WHERE datname = 'mighty'") == []


def test_the_administrator_is_no_application(opened: Stores) -> None:
    assert f"role {ADMINISTRATOR} exists with CREATEROLE" in opened.failure({ADMINISTRATOR: []})


def test_a_database_of_another_is_left_alone(opened: Stores) -> None:
    opened.postgres.sql("CREATE DATABASE theirs")
    assert "database theirs exists and is postgres's" in opened.failure({"theirs": []})


def test_failures_name_the_secret(opened: Stores) -> None:
    opened.secret("database/scribble", "no JSON at all: hunter2")
    said = opened.failure({"scribble": []})
    assert "test/database/scribble" in said
    assert "no JSON with username and password" in said
    assert "hunter2" not in said
    opened.secret("database/mixed", json.dumps({"username": "mlflow", "password": "x"}))
    assert "its username is mlflow, which should be mixed" in opened.failure({"mixed": []})
    gone = {"database/gone": "arn:aws:secretsmanager:us-east-1:123456789012:secret:gone"}
    assert "reading secret arn:aws:secretsmanager:us-east-1:123456789012:secret:gone" in opened.failure(
        {"gone": []}, secrets=gone
    )
    empty = opened.secret("empty")
    assert f"reading secret {empty}: it has no value" in opened.failure(DATABASES, administrator=empty)


def test_failures_name_the_login(opened: Stores, tmp_path: Path) -> None:
    wrong = opened.secret("wrong", json.dumps({"username": ADMINISTRATOR, "password": "guess"}))
    said = opened.failure(DATABASES, administrator=wrong)
    assert "logging in to database postgres as platform" in said
    assert "127.0.0.3" in opened.failure(DATABASES, host="127.0.0.3")
    said = opened.failure(DATABASES, certificates=str(issue_certificate(tmp_path)))
    assert "certificate verify failed" in said
    assert "does not match host name" in opened.failure(DATABASES, host=ANOTHER_NAME)


def test_a_cache_user_that_is_not_there_is_named(opened: Stores) -> None:
    nobody = {"online-store/nobody": "arn:aws:elasticache:us-east-1:123456789012:user:nobody"}
    assert "reading cache user nobody" in opened.failure({"feast": []}, nobody)
    with pytest.raises(opened.vault.exceptions.ResourceNotFoundException):
        opened.login("online-store/nobody")
