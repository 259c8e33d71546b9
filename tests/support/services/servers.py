"""Real servers on free ports of this machine, for the length of a test: PostgreSQL, MariaDB, Redis, moto for AWS."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from pwd import getpwnam
from tempfile import TemporaryDirectory
from typing import TypedDict

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.programs import require

ROOT = Path(__file__).parents[3]
HOST = "localhost"
ANOTHER_NAME = "127.0.0.2"
"""An address at which PostgreSQL answers too, for which it has no certificate."""
REGION = "us-east-1"
_PASSWORD = "of-the-superuser"
_DEADLINE = 30.0

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION}
"""What a client of moto has in its environment, beside AWS_ENDPOINT_URL."""


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL that knows its certificate authority; each database of it is reached by TLS and password."""

    port: int
    certificates: Path
    """The certificates of its authority, as RDS publishes those of its own."""
    binaries: Path
    log: Path
    host: str = HOST
    superuser: str = "postgres"
    password: str = _PASSWORD

    def sql(self, statement: str, *, user: str = "", password: str = "", database: str = "postgres") -> list[str]:
        """The rows of a statement, each with its columns joined by `|`; as the superuser unless `user` is given.

        Raises:
            SqlError: with what the server says, when it refuses the login or the statement.
        """
        login = f"host={self.host} port={self.port} dbname={database} user={user or self.superuser}"
        secured = f"{login} sslmode=verify-full sslrootcert={self.certificates} connect_timeout=10"
        command = [str(self.binaries / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, secured]
        environment = {"PATH": os.environ["PATH"], "PGPASSWORD": password or self.password, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
        if done.returncode:
            raise SqlError(done.stderr.strip())
        return done.stdout.splitlines()

    def url(self, user: str, password: str, database: str, driver: str = "postgresql") -> str:
        """The address of a database as SQLAlchemy and libpq read it."""
        tls = f"sslmode=verify-full&sslrootcert={self.certificates}"
        return f"{driver}://{user}:{password}@{self.host}:{self.port}/{database}?{tls}"


@dataclass(frozen=True)
class MySql:
    """A MariaDB, which Debian has for MySQL; it takes nobody without TLS, and root by its socket."""

    port: int
    certificates: Path
    log: Path
    """Every statement, as the server logs it."""
    socket: Path
    host: str = HOST

    def sql(self, statement: str, *, user: str = "", password: str = "") -> list[str]:
        """The rows of a statement, each with its columns joined by tabs; as root unless `user` is given.

        Raises:
            SqlError: with what the server says, when it refuses the login or the statement.
        """
        remote = ["--protocol=tcp", "-h", self.host, "-P", str(self.port), "--ssl-ca", str(self.certificates)]
        place = [*remote, "--ssl-verify-server-cert", "-u", user] if user else ["-S", str(self.socket), "-u", "root"]
        command = ["mariadb", "--no-defaults", *place, "-NBe", statement]
        environment = {"PATH": os.environ["PATH"], "MYSQL_PWD": password}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
        if done.returncode:
            raise SqlError(done.stderr.strip())
        return done.stdout.splitlines()


class SqlError(Exception):
    """What a database says when it refuses."""


@dataclass(frozen=True)
class Redis:
    """A Redis by TLS, a cluster of one node or no cluster, whose user `default` is off."""

    port: int
    certificates: Path
    username: str
    password: str
    host: str = HOST

    def command(self, *words: str, username: str = "", password: str = "") -> str:
        """What the server answers a command; as the given user, or as the one that the test was given."""
        login = ["--user", username or self.username, "--pass", password or self.password, "--no-auth-warning"]
        connection = ["-h", self.host, "-p", str(self.port), "--tls", "--cacert", str(self.certificates)]
        done = subprocess.run(
            ["redis-cli", *connection, *login, *words], capture_output=True, text=True, timeout=60, check=False
        )
        return (done.stdout + done.stderr).strip()


@contextmanager
def postgres(settings: Sequence[str] = ()) -> Generator[Postgres]:
    """A new PostgreSQL; `settings` are further ones, such as `log_statement=all`."""
    binaries = _postgres_binaries()
    with _folder("postgres") as folder:
        data, port = folder / "data", free_port()
        password = folder / "password"
        password.write_text(_PASSWORD, encoding="utf-8")
        authority = issue_certificate(folder)
        _give(folder)
        login = ["-U", "postgres", "--pwfile", str(password), "--auth", "scram-sha-256"]
        _as_nobody([str(binaries / "initdb"), "-D", str(data), "-E", "UTF8", "--locale", "C.UTF-8", *login, "-N"])
        options = [
            *(f"port={port}", f"listen_addresses=localhost,{ANOTHER_NAME}", f"unix_socket_directories={folder}"),
            *("ssl=on", f"ssl_cert_file={folder / 'server.pem'}", f"ssl_key_file={folder / 'server.key'}"),
            *("fsync=off", "synchronous_commit=off", "full_page_writes=off", *settings),
        ]
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-t", str(int(_DEADLINE))]
        given = " ".join(f"-c {option}" for option in options)
        log = folder / "log"
        _as_nobody([*control, "-l", str(log), "-o", given, "start"])
        try:
            yield Postgres(port, authority, binaries, log)
        finally:
            _as_nobody([*control, "-m", "immediate", "stop"])


@contextmanager
def mysql() -> Generator[MySql]:
    """A new MariaDB with root alone."""
    require("mariadbd", "mariadb-install-db", "mariadb")
    with _folder("mysql") as folder:
        authority, data, port = issue_certificate(folder), folder / "data", free_port()
        _give(folder)
        made = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        _as_nobody(["mariadb-install-db", *made])
        server = MySql(port, authority, folder / "statements", folder / "socket")
        options = [
            *("--no-defaults", f"--datadir={data}", f"--port={port}", f"--bind-address=127.0.0.1,{ANOTHER_NAME}"),
            *(f"--socket={server.socket}", f"--pid-file={folder / 'pid'}", "--skip-name-resolve"),
            *(f"--ssl-cert={folder / 'server.pem'}", f"--ssl-key={folder / 'server.key'}", f"--ssl-ca={authority}"),
            *("--require-secure-transport=ON", "--general-log=ON", f"--general-log-file={server.log}"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"),
        ]
        with server_process(["mariadbd", *options], folder, as_nobody=True) as process:
            wait_until(process, lambda: server.socket.exists() and answers(port), folder)
            yield server


@contextmanager
def redis(cluster: bool = True, username: str = "application", access: str = "~* &* +@all") -> Generator[Redis]:
    """A new Redis with one user, who may do what `access` says; the test's own administration needs no user of it."""
    require("redis-server", "redis-cli")
    with _folder("redis") as folder:
        port, bus = free_port(), free_port()
        authority = issue_certificate(folder)
        lines = [
            *("port 0", f"tls-port {port}", "bind 127.0.0.1 ::1", f"dir {folder}", 'save ""', "appendonly no"),
            *(f"tls-cert-file {folder / 'server.pem'}", f"tls-key-file {folder / 'server.key'}"),
            *(f"tls-ca-cert-file {authority}", "tls-auth-clients no", "tls-replication yes"),
            f"user {username} on >{_PASSWORD} {access}",
            f"user administrator on >{_PASSWORD} ~* &* +@all",
            "user default off",
        ]
        if cluster:
            announced = ["cluster-announce-hostname localhost", "cluster-preferred-endpoint-type hostname"]
            lines += ["cluster-enabled yes", "tls-cluster yes", f"cluster-port {bus}", *announced]
        configuration = folder / "redis.conf"
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _give(folder)
        server = Redis(port, authority, username, _PASSWORD)
        with server_process(["redis-server", str(configuration)], folder, as_nobody=True) as process:
            wait_until(process, lambda: server.command("PING", username="administrator") == "PONG", folder)
            if cluster:
                server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383", username="administrator")
                wait_until(process, lambda: "cluster_state:ok" in _cluster_info(server), folder)
            yield server


def _cluster_info(server: Redis) -> str:
    return server.command("CLUSTER", "INFO", username="administrator")


@contextmanager
def secure_moto() -> Generator[tuple[str, Path]]:
    """A new, empty AWS by TLS: its address, and the certificate of its authority."""
    with TemporaryDirectory(prefix="certificates-") as name:
        authority = issue_certificate(Path(name))
        with moto(f"--ssl-cert={name}/server.pem", f"--ssl-key={name}/server.key") as address:
            yield address.replace("http://127.0.0.1", f"https://{HOST}"), authority


@contextmanager
def moto(*options: str) -> Generator[str]:
    """The address of a new, empty AWS; what asks it must have CREDENTIALS in its environment."""
    if not (find_spec("moto") and find_spec("flask") and find_spec("flask_cors")):
        pytest.skip("moto[server] is missing")
    with _folder("moto") as folder:
        port = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), *options]
        with server_process(command, folder) as process:
            wait_until(process, lambda: answers(port), folder)
            yield f"http://127.0.0.1:{port}"


def tool(environment: str, name: str) -> Path:
    """A program of one of the environments that services are tested in, such as `tool("mlflow", "python")`."""
    path = ROOT / ".venv" / environment / "bin" / name
    if not path.exists():
        pytest.skip(f".venv/{environment}/bin/{name} is missing; `make services` makes it")
    return path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def issue_certificate(folder: Path) -> Path:
    """Writes server.pem and server.key for localhost into `folder`; returns the path of their authority's."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    # Clients tell an authority that they don't know by its name.
    names = (f"Authority {x509.random_serial_number()}", HOST)
    authority_name, server_name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in names)
    now = datetime.now(UTC)

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    hosts = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))])
    constraint = x509.BasicConstraints(ca=True, path_length=0)
    authority = certificate(authority_name, authority_key).add_extension(constraint, critical=True)
    server = certificate(server_name, server_key).add_extension(hosts, critical=False)
    files = {
        "authority.pem": authority.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        "server.pem": server.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        "server.key": server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "server.key").chmod(0o600)
    return folder / "authority.pem"


def _postgres_binaries() -> Path:
    on_path = shutil.which("pg_ctl")
    places = [Path(on_path).resolve().parent] if on_path else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
    for place in (*places, *debian):
        if all((place / name).exists() for name in ("initdb", "pg_ctl", "postgres", "psql")):
            return place
    pytest.skip("PostgreSQL (initdb, pg_ctl, postgres, psql) is missing")


@contextmanager
def _folder(name: str) -> Generator[Path]:
    """A folder that an unprivileged user can reach, as those of pytest can't be when root runs it."""
    with TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _give(folder: Path) -> None:
    """PostgreSQL refuses to run as root, so that everything it reads and writes is another's."""
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")


class _User(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _unprivileged() -> _User:
    if os.geteuid():
        return {}
    nobody = getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _as_nobody(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=2 * _DEADLINE,
        check=False,
        **_unprivileged(),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")


@contextmanager
def server_process(command: Sequence[str], folder: Path, as_nobody: bool = False) -> Generator[subprocess.Popen[bytes]]:
    """A process that is ended afterwards; its output goes to the file `log` in `folder`."""
    with (folder / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            **(_unprivileged() if as_nobody else _User()),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(
    process: subprocess.Popen[bytes], holds: Callable[[], bool], folder: Path, seconds: float = _DEADLINE
) -> None:
    """Wait until `holds`, while the process runs.

    Raises:
        RuntimeError: with the process's log in `folder`, when it ends or the time is over.
    """
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not get there:\n{(folder / 'log').read_text(errors='replace')}")


def answers(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_healthy(url: str, seconds: float = 5.0) -> bool:
    """Whether a server answers a probe of this address with success, within so many seconds."""
    try:
        return httpx.get(url, timeout=seconds).is_success
    except httpx.HTTPError:
        return False
