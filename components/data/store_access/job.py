"""Gives each use of the stores its own login, and keeps its password in Secrets Manager alone.

Runs in the cluster with boto3, psycopg2 and PyMySQL, and nothing else of this package: `python3 job.py access.json`.
May be run again at any time: what is as it should be stays, and two runs at once wait for each other.
"""

import hashlib
import json
import re
import secrets
import string
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

PASSWORD_LENGTH = 40
LOCK = 5_843_212_907
"""The advisory lock of this program; any number does that no other program takes."""
LOCK_SECONDS = 300
USER_SECONDS = 420
POLL_SECONDS = 2.0
MAINTENANCE = ("postgres", "template1")
"""Databases that every instance has and no application needs."""

Databases = Mapping[str, Sequence[str]]
"""Databases by name, each with the roles that read it; the role that uses it has its name."""


class AccessError(Exception):
    """What could not be done, and why."""


@contextmanager
def doing(what: str) -> Generator[None]:
    """Names what failed; the libraries' own messages don't say for whom it was."""
    try:
        yield
    except AccessError:
        raise
    except Exception as error:
        raise AccessError(f"{what}: {type(error).__name__}: {str(error).strip()}") from error


def quoted(identifier: str) -> str:
    """An identifier as SQL takes it, whatever is in it."""
    return '"' + identifier.replace('"', '""') + '"'


def database_grants(database: str, readers: Sequence[str]) -> list[str]:
    """Who may connect to a database: its own role and its readers, and not everyone as PostgreSQL has it."""
    name, owner = quoted(database), quoted(database)
    return [
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {owner}",
        *(f"GRANT CONNECT ON DATABASE {name} TO {quoted(reader)}" for reader in readers),
    ]


def schema_grants(database: str, readers: Sequence[str]) -> list[str]:
    """What they may do inside: the database's own role makes its tables, and nobody else makes any."""
    return [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {quoted(database)}",
        *(f"GRANT USAGE ON SCHEMA public TO {quoted(reader)}" for reader in readers),
    ]


def reader_grants(readers: Sequence[str]) -> list[str]:
    """What a database's own role grants: to read its tables, those that it has and those that it will make."""
    return [
        statement
        for reader in map(quoted, readers)
        for statement in (
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {reader}",
        )
    ]


def new_password() -> str:
    """Letters and digits, a letter first: clients expand and parse what else a password could hold."""
    letters = string.ascii_letters
    rest = (secrets.choice(letters + string.digits) for _ in range(PASSWORD_LENGTH - 1))
    return secrets.choice(letters) + "".join(rest)


class Vault:
    """The secrets in Secrets Manager: each holds a username and a password, or nothing yet."""

    def __init__(self, client: Any):
        self._client = client

    def login(self, secret: str) -> tuple[str, str] | None:
        """The username and password in a secret; None when it has no value."""
        with doing(f"reading secret {secret}"):
            stages = self._client.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
            if not any("AWSCURRENT" in each for each in stages.values()):
                return None
            text = self._client.get_secret_value(SecretId=secret)["SecretString"]
        try:
            value = json.loads(text)
            return str(value["username"]), str(value["password"])
        except (ValueError, KeyError, TypeError):
            # Not what is wrong with it: that could quote the password.
            raise AccessError(f"reading secret {secret}: it holds no JSON with username and password") from None

    def give(self, secret: str, username: str, apply: Callable[[str], None]) -> None:
        """Let `apply` set the password in a secret; a secret without one gets one, once it is set.

        In this order nothing that fails leaves a password in the secret that is set nowhere.
        """
        login = self.login(secret)
        if login and login[0] != username:
            raise AccessError(f"reading secret {secret}: its username is {login[0]}, which should be {username}")
        password = login[1] if login else new_password()
        apply(password)
        if not login:
            with doing(f"writing secret {secret}"):
                text = json.dumps({"username": username, "password": password})
                self._client.put_secret_value(SecretId=secret, SecretString=text)
        say(f"{username}: password {'kept' if login else 'made'}")


class Server:
    """The PostgreSQL instance, reached by TLS alone."""

    def __init__(self, host: str, port: int, certificates: str):
        self._address: dict[str, Any] = {
            **{"host": host, "port": port, "connect_timeout": 15, "application_name": "store-access"},
            **{"sslmode": "verify-full", "sslrootcert": certificates},
        }

    def connect(self, user: str, password: str, database: str) -> Any:
        """A connection on which each statement is a transaction of its own."""
        import psycopg2  # pyright: ignore[reportMissingModuleSource]

        connection: Any = psycopg2.connect(**self._address, user=user, password=password, dbname=database)
        connection.autocommit = True
        return connection

    def run(self, user: str, password: str, database: str, statements: Sequence[str]) -> None:
        """Run statements as a user of a database."""
        if not statements:
            return
        with (
            doing(f"granting in database {database} as {user}"),
            closing(self.connect(user, password, database)) as connection,
        ):
            for statement in statements:
                rows(connection, statement)


def lets_in(connect: Callable[[], Any]) -> bool:
    """Whether a login works. Both drivers call what is refused, and no error of theirs, an OperationalError."""
    try:
        connect().close()
    except Exception as error:
        if type(error).__name__ != "OperationalError":
            raise
        return False
    return True


def rows(connection: Any, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement yields."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def make_role(connection: Any, role: str) -> None:
    """Make a role that can't log in yet; one that exists must be as harmless.

    Raises:
        AccessError: when it exists and may do more than this program would give it.
    """
    with doing(f"making role {role}"):
        found = rows(
            connection,
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, "
            "ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = pg_roles.oid) "
            "FROM pg_roles WHERE rolname = %s",
            role,
        )
        if not found:
            rows(connection, f"CREATE ROLE {quoted(role)} NOLOGIN")
            say(f"{role}: role made")
            return
    *powers, groups = found[0]
    names = ("SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS")
    extra = [name for name, has in zip(names, powers, strict=True) if has] + [
        f"the rights of {each}" for each in groups
    ]
    if extra:
        raise AccessError(f"role {role} exists with {', '.join(extra)}; take that away, or name another role")


def make_database(connection: Any, database: str) -> None:
    """Make a database that the administrator owns; its own role could otherwise open it to others, or drop it.

    Raises:
        AccessError: when it exists and is another's.
    """
    with doing(f"making database {database}"):
        found = rows(
            connection,
            "SELECT pg_get_userbyid(datdba), pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = %s",
            database,
        )
        if not found:
            rows(connection, f"CREATE DATABASE {quoted(database)}")
            say(f"{database}: database made")
            return
    owner, ours = found[0]
    if not ours:
        raise AccessError(f"database {database} exists and is {owner}'s; name another, or give it to the administrator")


def set_password(connection: Any, server: Server, role: str, database: str, password: str) -> None:
    """Let a role log in to its database with this password. What the server and its logs see is no password."""
    from psycopg2 import extensions  # pyright: ignore[reportMissingModuleSource]

    if lets_in(partial(server.connect, role, password, database)):
        return
    with doing(f"setting the password of role {role}"):
        verifier = extensions.encrypt_password(password, role, connection, "scram-sha-256")
        rows(connection, f"ALTER ROLE {quoted(role)} LOGIN PASSWORD %s", verifier)
    with doing(f"logging in to database {database} as {role}"):
        server.connect(role, password, database).close()


@contextmanager
def alone(server: Server, login: tuple[str, str]) -> Generator[Any]:
    """The administrator's connection, while no other run is under way: the lock goes with the connection."""
    with doing(f"logging in to database postgres as {login[0]}"):
        connection = server.connect(*login, "postgres")
    with closing(connection):
        with doing("waiting for another run to end"):
            rows(connection, f"SET lock_timeout = '{LOCK_SECONDS}s'")
            rows(connection, "SELECT pg_advisory_lock(%s)", LOCK)
        yield connection


def open_databases(connection: Any, server: Server, login: tuple[str, str], databases: Databases) -> None:
    """Make roles and databases, and grant the former what they may do in the latter."""
    with doing("closing the databases of maintenance"):
        for database in MAINTENANCE:
            rows(connection, f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC")
    for role in roles(databases):
        make_role(connection, role)
    for database, readers in databases.items():
        make_database(connection, database)
        with doing(f"opening database {database}"):
            for statement in database_grants(database, readers):
                rows(connection, statement)
        server.run(*login, database, schema_grants(database, readers))


def roles(databases: Databases) -> dict[str, str]:
    """Each role, with a database that it may connect to."""
    readers = {reader: database for database, named in databases.items() for reader in named}
    return {**{database: database for database in databases}, **readers}


def mysql(place: Mapping[str, Any], user: str, password: str) -> Any:
    """A connection to a MySQL instance by TLS alone, on which each statement is a transaction of its own."""
    import pymysql  # pyright: ignore[reportMissingModuleSource]

    tls: dict[str, Any] = {"ssl_ca": place["certificates"], "ssl_verify_cert": True, "ssl_verify_identity": True}
    address: dict[str, Any] = {"host": place["host"], "port": place["port"], "connect_timeout": 15}
    return pymysql.connect(**address, **tls, user=user, password=password, autocommit=True)


def native_verifier(password: str) -> str:
    """What MySQL keeps of a password by its plugin mysql_native_password, the only one that ml-metadata knows."""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()  # noqa: S324 - its form


def set_mysql_password(connection: Any, place: Mapping[str, Any], user: str, password: str) -> None:
    """Let a user log in over TLS with this password. What the server and its logs see is no password."""
    if lets_in(partial(mysql, place, user, password)):
        return
    identified = f"`{user}`@`%` IDENTIFIED WITH mysql_native_password AS '{native_verifier(password)}' REQUIRE SSL"
    with doing(f"setting the password of MySQL user {user}"):
        rows(connection, f"CREATE USER IF NOT EXISTS {identified}")
        rows(connection, f"ALTER USER {identified}")
    with doing(f"logging in to MySQL as {user}"):
        mysql(place, user, password).close()


def refuse_more(connection: Any, user: str, databases: Sequence[str]) -> None:
    """Refuse a user that exists and may do more than use its own databases."""
    with doing(f"reading what MySQL user {user} may do"):
        if not rows(connection, "SELECT 1 FROM mysql.user WHERE user = %s AND host = '%%'", user):
            return
        granted = [str(grant) for (grant,) in rows(connection, f"SHOW GRANTS FOR `{user}`@`%`")]
    own = "|".join(databases)
    for grant in granted:
        if not re.match(rf"GRANT (USAGE ON \*\.\*|[A-Z ,]+ ON `({own})`\.\*) TO ", grant) or "GRANT OPTION" in grant:
            may = re.split(r" TO [`'\"]", grant)[0].removeprefix("GRANT ")
            raise AccessError(f"MySQL user {user} exists with {may}; take that away, or name another user")


def open_mysql(place: Mapping[str, Any], secret: Mapping[str, str], vault: Vault) -> None:
    """Give each use of the MySQL instance a user that makes and uses its own databases."""
    login = vault.login(place["administrator"])
    if not login:
        raise AccessError(f"reading secret {place['administrator']}: it has no value")
    with doing(f"logging in to MySQL as {login[0]}"):
        connection = mysql(place, *login)
    with closing(connection):
        for use, wanted in place["logins"].items():
            user = str(wanted["user"])
            refuse_more(connection, user, wanted["databases"])
            vault.give(secret[use], user, partial(set_mysql_password, connection, place, user))
            for database in wanted["databases"]:
                with doing(f"opening MySQL database {database}"):
                    rows(connection, f"GRANT ALL PRIVILEGES ON `{database}`.* TO `{user}`@`%`")


class CacheUsers:
    """Users of ElastiCache, which takes a password through its API and never gives one back."""

    def __init__(self, client: Any):
        self._client = client

    def set_password(self, user: str, password: str) -> None:
        """Let a user log in with this password and no other, and wait until its caches know."""
        self._settle(user)
        mode = {"Type": "password", "Passwords": [password]}
        with doing(f"setting the password of cache user {user}"):
            self._client.modify_user(UserId=user, AuthenticationMode=mode)
        self._settle(user)

    def _settle(self, user: str) -> None:
        deadline = time.monotonic() + USER_SECONDS
        while True:
            with doing(f"reading cache user {user}"):
                [found] = self._client.describe_users(UserId=user)["Users"]
            if found["Status"] == "active":
                return
            if time.monotonic() > deadline:
                raise AccessError(f"cache user {user} is still {found['Status']} after {USER_SECONDS} s")
            time.sleep(POLL_SECONDS)


def give_access(plan: Mapping[str, Any], vault: Vault, caches: CacheUsers) -> None:
    """Do what a plan says.

    Raises:
        AccessError: naming what could not be done.
    """
    server = Server(plan["host"], plan["port"], plan["certificates"])
    databases: Databases = plan["databases"]
    secret: dict[str, str] = plan["secrets"]
    administrator = vault.login(plan["administrator"])
    if not administrator:
        raise AccessError(f"reading secret {plan['administrator']}: it has no value")
    with alone(server, administrator) as connection:
        open_databases(connection, server, administrator, databases)
        for role, database in roles(databases).items():
            vault.give(secret[f"database/{role}"], role, partial(set_password, connection, server, role, database))
        for database, readers in databases.items():
            if own := vault.login(secret[f"database/{database}"]):
                server.run(*own, database, reader_grants(readers))
        if "mysql" in plan:
            open_mysql({"certificates": plan["certificates"], **plan["mysql"]}, secret, vault)
        for use, user in plan["cache_users"].items():
            vault.give(secret[use], user, partial(caches.set_password, user))


def main(arguments: Sequence[str]) -> int:
    """Do what the plan in the named file says. Returns 1 and says what is wrong when that fails."""
    import boto3  # pyright: ignore[reportMissingTypeStubs]

    [path] = arguments
    plan: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    session: Any = boto3.Session(region_name=plan["region"])
    try:
        give_access(plan, Vault(session.client("secretsmanager")), CacheUsers(session.client("elasticache")))
    except AccessError as error:
        print(f"store-access: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """What was done, for the Job's log; never a password."""
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
