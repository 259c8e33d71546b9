"""The tracking server's own commands and environment, started over a real PostgreSQL and moto's S3."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest

from components.core.account import Account
from components.data.database.ca_bundle import BUNDLE_PATH
from components.data.store_access.job import database_grants, schema_grants
from components.data.tracking_server.access import FOLDER, artifacts_access
from components.data.tracking_server.objects import SERVICE, deployment
from components.data.tracking_server.server import SCRATCH
from components.data.tracking_server.spec import TrackingServerSpec
from tests.support.services import servers
from tests.support.services.servers import CREDENTIALS, HOST, REGION, Postgres

BUCKET = "models"
PASSWORD = "Of24the25role"
ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
_DEADLINE = 300.0

CLIENT = """
import json
import mlflow
from sklearn.dummy import DummyRegressor

mlflow.set_experiment("fraud")
with mlflow.start_run() as run:
    mlflow.log_params({"depth": 7})
    for step, loss in enumerate((0.5, 0.25)):
        mlflow.log_metric("loss", loss, step=step)
    mlflow.log_text("as good as it gets", "report.txt")
    model = DummyRegressor(strategy="constant", constant=3.0).fit([[0.0], [1.0]], [3.0, 3.0])
    mlflow.sklearn.log_model(model, name="model", registered_model_name="fraud", pip_requirements=["scikit-learn"])
loaded = mlflow.sklearn.load_model("models:/fraud/1")
print(json.dumps({
    "run": run.info.run_id,
    "artifacts": run.info.artifact_uri,
    "report": mlflow.artifacts.load_text(run.info.artifact_uri + "/report.txt"),
    "predicted": loaded.predict([[5.0]]).tolist(),
}))
"""
"""What a data scientist's program does; it prints what it saw."""


@dataclass(frozen=True)
class Tracking:
    """A server that answers, and what it stands on."""

    port: int
    postgres: Postgres
    aws: str
    s3: Any
    process: subprocess.Popen[bytes]
    upgrades: tuple[subprocess.CompletedProcess[str], ...]
    folder: Path

    def ask(self, path: str, host: str = "") -> tuple[int, str]:
        """The status and text of an answer to a request that names `host`."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers={"Host": host or f"{HOST}:{self.port}"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def processes(self) -> list[str]:
        """The command line of each process of the server."""
        return [words for session, words in _running() if session == self.process.pid]


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracking]:
    """A server of the Deployment, with one worker, after two pods' init containers at once."""
    servers.tool("mlflow", "mlflow")
    folder = tmp_path_factory.mktemp("mlflow")
    with servers.postgres() as postgres, servers.moto() as aws:
        _open_database(postgres)
        everything = _user(aws, "everything", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
        s3 = _client("s3", aws, everything)
        s3.create_bucket(Bucket=BUCKET)
        given = {**_identity(aws), "AWS_ENDPOINT_URL": aws}
        _enforce(aws)
        spec = TrackingServerSpec(client_namespaces=("notebooks",), workers=1, monitoring=True)
        pod = deployment(spec, REGION, postgres.host, f"s3://{BUCKET}/{FOLDER}")["spec"]["template"]["spec"]
        port = servers.free_port()
        places = {"5432": str(postgres.port), "5000": str(port), BUNDLE_PATH: str(postgres.certificates)}
        upgrade = pod["initContainers"][1]
        with ThreadPoolExecutor() as pods:
            both = [pods.submit(_run, upgrade, places, given, folder / name) for name in ("one", "other")]
            upgrades = tuple(each.result() for each in both)
        with _started(pod["containers"][0], places, given, folder / "server", port) as process:
            yield Tracking(port, postgres, aws, s3, process, upgrades, folder / "server")


@pytest.fixture(scope="module")
def logged(tracking: Tracking) -> dict[str, Any]:
    """What the client printed; it has the server's address, and no credentials of AWS."""
    home = tracking.folder / "client"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "MLFLOW_TRACKING_URI": f"http://{HOST}:{tracking.port}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        # Otherwise it asks the server for addresses that S3 answers by itself, which moto refuses like everyone.
        "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
    }
    command = [str(servers.tool("mlflow", "python")), "-c", CLIENT]
    done = subprocess.run(
        command, env=environment, cwd=home, capture_output=True, text=True, timeout=_DEADLINE, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_client_without_credentials_logs_a_run_and_a_model(tracking: Tracking, logged: dict[str, Any]) -> None:
    assert logged["artifacts"].startswith("mlflow-artifacts:/")
    assert (logged["report"], logged["predicted"]) == ("as good as it gets", [3.0])
    run = f"WHERE run_uuid = '{logged['run']}'"
    assert _select(tracking, f"SELECT key, value FROM params {run}") == ["depth|7"]
    assert _select(tracking, f"SELECT step, value FROM metrics {run} AND key = 'loss' ORDER BY step") == [
        "0|0.5",
        "1|0.25",
    ]
    assert _select(tracking, "SELECT name, version FROM model_versions") == ["fraud|1"]
    keys = _keys(tracking)
    assert {key.split("/")[0] for key in keys} == {FOLDER}
    [report] = [key for key in keys if key.endswith(f"{logged['run']}/artifacts/report.txt")]
    assert tracking.s3.get_object(Bucket=BUCKET, Key=report)["Body"].read() == b"as good as it gets"


def test_the_address_of_an_artifact_needs_no_credentials(tracking: Tracking, logged: dict[str, Any]) -> None:
    [report] = [key for key in _keys(tracking) if key.endswith("report.txt")]
    path = report.removeprefix(f"{FOLDER}/")
    status, text = tracking.ask(f"/api/2.0/mlflow-artifacts/presigned/{path}")
    assert status == 200
    # moto knows no signature in an address.
    _enforce(tracking.aws, unasked=1)
    with urllib.request.urlopen(json.loads(text)["url"], timeout=60) as answer:
        assert answer.read() == b"as good as it gets"


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (f"{SERVICE}:5000", "/api/2.0/mlflow/experiments/search?max_results=1", 200),
        (SERVICE, "/api/2.0/mlflow/experiments/search?max_results=1", 200),
        ("mlflow.mlflow:5000", "/api/2.0/mlflow/experiments/search?max_results=1", 200),
        ("elsewhere.example.com", "/api/2.0/mlflow/experiments/search?max_results=1", 403),
        (f"{SERVICE}.example.com", "/api/2.0/mlflow/experiments/search?max_results=1", 403),
        ("elsewhere.example.com", "/api/2.0/mlflow-artifacts/artifacts?path=", 403),
        ("elsewhere.example.com", "/metrics", 403),
        ("127.0.0.1:5000", "/metrics", 200),
        # As the kubelet's probes do.
        ("10.40.3.7:5000", "/health", 200),
    ],
)
def test_it_answers_to_its_own_names_alone(tracking: Tracking, host: str, path: str, status: int) -> None:
    assert tracking.ask(path, host)[0] == status


def test_its_metrics_count_requests(tracking: Tracking, logged: dict[str, Any]) -> None:
    status, text = tracking.ask("/metrics")
    assert status == 200
    assert re.search(r'^mlflow_http_request_duration_seconds_count\{.*status="200".*\} [1-9]', text, re.MULTILINE)


def test_two_pods_at_once_make_the_tables_once(tracking: Tracking) -> None:
    assert [each.returncode for each in tracking.upgrades] == [0, 0], [each.stderr for each in tracking.upgrades]
    made = [each for each in tracking.upgrades if "Creating initial MLflow database tables" in each.stderr]
    assert len(made) == 1
    assert len(_select(tracking, "SELECT version_num FROM alembic_version")) == 1


def test_its_role_owns_its_tables_and_nothing_beyond(tracking: Tracking, logged: dict[str, Any]) -> None:
    assert _select(tracking, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == ["mlflow"]
    rights = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    assert _select(tracking, f"SELECT {rights} FROM pg_roles WHERE rolname = 'mlflow'") == ["f|f|f|f|f"]
    asked = "SELECT DISTINCT usename, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE datname = 'mlflow'"
    assert "mlflow|t" in _select(tracking, asked)
    assert all(row.endswith("|t") for row in _select(tracking, asked))


def test_no_process_has_the_password_in_its_arguments(tracking: Tracking) -> None:
    assert any("uvicorn" in words for words in tracking.processes())
    assert not [words for _, words in _running() if PASSWORD in words]


def test_it_runs_no_jobs_beside_its_workers(tracking: Tracking) -> None:
    assert not [words for words in tracking.processes() if "huey" in words or "job" in words]


def test_it_writes_to_its_scratch_folder_alone(tracking: Tracking, logged: dict[str, Any]) -> None:
    assert not list((tracking.folder / "root").iterdir())


def _open_database(postgres: Postgres) -> None:
    """The role, the database and the grants that StoreAccess makes."""
    for statement in (
        f"CREATE ROLE mlflow LOGIN PASSWORD '{PASSWORD}'",
        "CREATE DATABASE mlflow",
        *database_grants("mlflow", []),
    ):
        postgres.sql(statement)
    for statement in schema_grants("mlflow", []):
        postgres.sql(statement, database="mlflow")


def _select(tracking: Tracking, statement: str) -> list[str]:
    return tracking.postgres.sql(statement, database="mlflow")


def _keys(tracking: Tracking) -> list[str]:
    return [each["Key"] for each in tracking.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]


def _identity(aws: str) -> dict[str, str]:
    """The keys of a user who may do what the server's identity may."""
    statements: list[dict[str, Any]] = json.loads(artifacts_access(Account(ACCOUNT, REGION, "aws"), BUCKET, KEY))[
        "Statement"
    ]
    # moto fulfills no condition of S3's.
    bare = [{key: value for key, value in each.items() if key != "Condition"} for each in statements]
    return _user(aws, "mlflow", bare)


def _user(aws: str, name: str, statements: list[dict[str, Any]]) -> dict[str, str]:
    iam = _client("iam", aws, CREDENTIALS)
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="access", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def _enforce(aws: str, unasked: int = 0) -> None:
    """After so many requests more, nobody is let do what no policy of theirs allows."""
    plain = {"Content-Type": "text/plain"}
    body = str(unasked).encode()
    request = urllib.request.Request(f"{aws}/moto-api/reset-auth", data=body, headers=plain, method="POST")
    with urllib.request.urlopen(request, timeout=30):
        pass


def _client(service: str, aws: str, credentials: Mapping[str, str]) -> Any:
    key = (credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SECRET_ACCESS_KEY"])
    session: Any = boto3.Session(*key, region_name=REGION)
    return session.client(service, endpoint_url=aws)


def _words(container: Mapping[str, Any], places: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """A container's command, as the kubelet fills variables in."""
    words = [places.get(word, word) for word in container["command"]]
    return [re.sub(r"\$\((\w+)\)", lambda found: environment[found[1]], word) for word in words]


def _environment(container: Mapping[str, Any], places: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """A container's variables and no others, with the secret's and the pod's filled in."""
    known = {"PGUSER": "mlflow", "PGPASSWORD": PASSWORD, "status.podIP": "127.0.0.1"}

    def value(variable: Mapping[str, Any]) -> str:
        if "value" in variable:
            return places.get(variable["value"], variable["value"])
        source = variable["valueFrom"]
        return known[source["secretKeyRef"]["key"] if "secretKeyRef" in source else source["fieldRef"]["fieldPath"]]

    programs = servers.tool("mlflow", "mlflow").parent
    return {
        **{variable["name"]: value(variable) for variable in container["env"]},
        **given,
        "PATH": f"{programs}:/usr/bin:/bin",
    }


def _run(
    container: Mapping[str, Any], places: Mapping[str, str], given: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    root, places = _folders(folder, places)
    environment = _environment(container, places, given)
    command = _words(container, places, environment)
    return subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, timeout=_DEADLINE, check=False
    )


@contextmanager
def _started(
    container: Mapping[str, Any], places: Mapping[str, str], given: Mapping[str, str], folder: Path, port: int
) -> Generator[subprocess.Popen[bytes]]:
    root, places = _folders(folder, places)
    environment = _environment(container, places, given)
    command = _words(container, places, environment)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=root, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        servers.wait_until(process, lambda: servers.is_healthy(f"http://127.0.0.1:{port}/health"), folder, _DEADLINE)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _folders(folder: Path, places: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """Two empty folders in place of the root, to which a container can't write, and of its scratch volume."""
    root, scratch = folder / "root", folder / "scratch"
    root.mkdir(parents=True)
    scratch.mkdir()
    return root, {**places, SCRATCH: str(scratch), f"{SCRATCH}/metrics": str(scratch / "metrics")}


def _running() -> Iterator[tuple[int, str]]:
    """The session and the command line of every process of this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        yield session, words
