"""How MLflow is started: arguments and environment, as plain data without passwords.

Host, user and password reach PostgreSQL's client library by its own variables, so that the address in the arguments
has none of them, and nothing in a password needs escaping. Source: PostgreSQL documentation, libpq, "Environment
Variables".
"""

from collections.abc import Sequence

import pulumi

from ..database.ca_bundle import BUNDLE_PATH

PORT = 5000
DATABASE = "mlflow"
USERNAME, PASSWORD = "PGUSER", "PGPASSWORD"
"""The variables that come from the secret."""
POD_ADDRESS = "POD_ADDRESS"
"""The variable that holds the pod's own address."""
SCRATCH = "/tmp"  # noqa: S108 - a volume of its own

# A database that failed over doesn't close the connections it had.
_DATABASE_URL = (
    f"postgresql+psycopg2:///{DATABASE}"
    "?keepalives_idle=30&keepalives_interval=10&keepalives_count=3&tcp_user_timeout=60000"
)

_UPGRADE = """
import subprocess, sys
import psycopg2
connection = psycopg2.connect("")
connection.autocommit = True
connection.cursor().execute("SELECT pg_advisory_lock(hashtext('mlflow db upgrade'))")
sys.exit(subprocess.call(["mlflow", "db", "upgrade", sys.argv[1]]))
"""


def server_arguments(
    service: str, artifacts: pulumi.Input[str], workers: int, hosts: Sequence[str], monitoring: bool
) -> list[pulumi.Input[str]]:
    """The command of a server. `service` is its host in the cluster, `artifacts` the S3 address of its folder.

    A request that names another host is refused, as one from a browser would be that a foreign page leads here; a
    browser that was forwarded a port says localhost.
    """
    names = [service, service.removesuffix(".cluster.local"), service.removesuffix(".svc.cluster.local"), "localhost"]
    # Prometheus asks a pod by its address.
    own = [f"$({POD_ADDRESS}):*"] if monitoring else []
    allowed = [*(host for name in (*names, *hosts) for host in (name, f"{name}:*")), *own]
    return [
        *("mlflow", "server", "--host", "0.0.0.0", "--port", str(PORT)),  # noqa: S104 - a pod has one address
        *("--workers", str(workers)),
        *("--backend-store-uri", _DATABASE_URL),
        *("--serve-artifacts", "--artifacts-destination", artifacts),
        *("--allowed-hosts", ",".join(allowed)),
        *(("--cors-allowed-origins", ",".join(f"https://{host}" for host in hosts)) if hosts else ()),
        *(("--expose-prometheus", f"{SCRATCH}/metrics") if monitoring else ()),
    ]


def upgrade_arguments() -> list[str]:
    """The command that makes the tables, or brings them to the server's version.

    PostgreSQL lets one of them in at a time, for as long as it is connected: of servers that start at once each finds
    what the one before it made.
    """
    return ["python3", "-c", _UPGRADE, _DATABASE_URL]


def database_environment(address: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """How PostgreSQL is reached and known; user and password come beside it."""
    return {
        "PGHOST": address,
        "PGPORT": "5432",
        "PGDATABASE": DATABASE,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": BUNDLE_PATH,
        "PGCONNECT_TIMEOUT": "10",
    }


def server_environment(region: str) -> dict[str, str]:
    """What else a server is told: it runs no jobs, which would be seven processes more, and sends no telemetry."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "HOME": SCRATCH,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
