"""AWS as a restore sees it: moto for RDS and S3, a stand-in of AWS Backup that checks requests, and faults."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from components.data.feature_server.objects import cron_job
from components.data.feature_server.spec import FeatureServerSpec
from operations.restore.journal import Journal
from operations.restore.plan import Clients, Restore
from operations.restore.platform import read_platform
from operations.restore.steps import perform
from tests.support.aws_models import faults

ACCOUNT, REGION = "123456789012", "us-east-1"
DATABASE, BUCKET = "ml-prod", "ml-prod-models-123456789012"
DATABASE_ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{DATABASE}"
BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
MADE = datetime(2030, 1, 1, tzinfo=UTC)
"""When the recovery points were made: after what the test writes first."""
OUTPUTS: dict[str, Any] = {
    "region": REGION,
    "backupVault": "ml-prod",
    "restoreRoleArn": f"arn:aws:iam::{ACCOUNT}:role/recovery-restore",
    "backupStores": {
        "registry": {"kind": "database", "rpoMinutes": 5, "rtoMinutes": 60},
        "models": {"kind": "bucket", "rpoMinutes": 1500, "rtoMinutes": 240},
    },
    "backupStoreArns": {"registry": DATABASE_ARN, "models": BUCKET_ARN},
    "databaseSubnetGroup": "ml-subnets",
    "databaseSecurityGroupId": "sg-1",
}
_KNOWN = {"Engine": "postgres", "DBInstanceClass": "db.t4g.medium", "AvailabilityZone": "us-east-1a", "MultiAZ": "true"}


class FakeClock:
    """A clock that waiting moves on."""

    def __init__(self) -> None:
        self.time = MADE.timestamp() + 3600

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


class BrokenError(ConnectionError):
    """The connection broke before or after a call."""


class Faults:
    """Breaks the call with the number `at`, before it has an effect or after it. Without `at` it counts."""

    def __init__(self, at: int | None = None, *, after: bool = False):
        self.at, self.after, self.calls = at, after, 0

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        broken = self.calls == self.at
        if broken and not self.after:
            raise BrokenError("connection reset")
        try:
            return function(*args, **kwargs)
        finally:
            if broken:
                raise BrokenError("read timed out")

    def client(self, client: Any) -> Any:
        return _Client(client, self)

    def function(self, function: Any) -> Any:
        def called(*args: Any) -> Any:
            return self.call(function, *args)

        return called


class _Client:
    def __init__(self, client: Any, faults: Faults):
        self._client, self._faults, self.exceptions = client, faults, getattr(client, "exceptions", None)

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._client, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            return self._faults.call(function, *args, **kwargs)

        return called


class _Rds:
    """RDS that reports statuses that moto never does, by the instance's name."""

    def __init__(self, rds: Any, statuses: Mapping[str, str]):
        self._rds, self._statuses = rds, statuses

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rds, name)

    def describe_db_instances(self, **parameters: Any) -> Any:
        found = self._rds.describe_db_instances(**parameters)
        for each in found["DBInstances"]:
            each["DBInstanceStatus"] = self._statuses.get(each["DBInstanceIdentifier"], each["DBInstanceStatus"])
        return found


class FakeBackup:
    """AWS Backup with a recovery point of each store. Requests are checked against AWS's published model.

    A restore makes its resource in moto. One token starts one job, as AWS Backup documents it.
    """

    def __init__(self, rds: Any, s3: Any, *, failing: int = 0):
        self._rds, self._s3, self._failing = rds, s3, failing
        self.jobs: dict[str, dict[str, Any]] = {}
        self._tokens: dict[str, str] = {}

    def _check(self, operation: str, parameters: Mapping[str, Any]) -> None:
        assert faults("backup", operation, parameters) == []

    def get_paginator(self, name: str) -> Any:
        assert name == "list_recovery_points_by_backup_vault"
        return self

    def paginate(self, **parameters: Any) -> Iterator[Any]:
        self._check("ListRecoveryPointsByBackupVault", parameters)
        kind = "RDS" if parameters["ByResourceArn"] == DATABASE_ARN else "S3"
        old = {"RecoveryPointArn": "old", "Status": "COMPLETED", "CreationDate": MADE.replace(year=2029)}
        new = {
            "RecoveryPointArn": f"arn:aws:backup:::recovery-point:{kind}",
            "Status": "COMPLETED",
            "CreationDate": MADE,
        }
        partial = {"RecoveryPointArn": "partial", "Status": "PARTIAL", "CreationDate": MADE.replace(year=2031)}
        yield {"RecoveryPoints": [{**each, "ResourceType": kind} for each in (old, new)]}
        yield {"RecoveryPoints": [{**partial, "ResourceType": kind}]}

    def get_recovery_point_restore_metadata(self, **parameters: Any) -> Any:
        self._check("GetRecoveryPointRestoreMetadata", parameters)
        return {"RestoreMetadata": _KNOWN}

    def start_restore_job(self, **parameters: Any) -> Any:
        self._check("StartRestoreJob", parameters)
        token = parameters["IdempotencyToken"]
        if token not in self._tokens:
            job = f"job-{len(self.jobs) + 1}"
            self._tokens[token] = job
            fails = len(self.jobs) < self._failing
            self.jobs[job] = {"polls": 0, "fails": fails, **parameters}
            if not fails:
                self.jobs[job]["created"] = self._make(parameters["ResourceType"], parameters["Metadata"])
        return {"RestoreJobId": self._tokens[token]}

    def describe_restore_job(self, **parameters: Any) -> Any:
        self._check("DescribeRestoreJob", parameters)
        job = self.jobs[parameters["RestoreJobId"]]
        job["polls"] += 1
        if job["polls"] < 2:
            return {"Status": "RUNNING"}
        if job["fails"]:
            return {"Status": "FAILED", "StatusMessage": "no capacity"}
        return {"Status": "COMPLETED", "CreatedResourceArn": job["created"]}

    def _make(self, kind: str, metadata: Mapping[str, str]) -> str:
        if kind == "S3":
            name = metadata["DestinationBucketName"]
            self._s3.create_bucket(Bucket=name)
            for each in self._s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
                self._s3.copy_object(Bucket=name, Key=each["Key"], CopySource={"Bucket": BUCKET, "Key": each["Key"]})
            return f"arn:aws:s3:::{name}"
        assert json.loads(metadata["VpcSecurityGroupIds"]) == ["sg-1"]
        assert "AvailabilityZone" not in metadata
        return make_database(self._rds, metadata["DBInstanceIdentifier"])


class FakeKubectl:
    """The API server of a cluster with the CronJob that the component makes."""

    def __init__(self, *, failing: int = 0):
        self._failing = failing
        self.jobs: dict[str, Any] = {}

    def __call__(self, arguments: list[str], given: str) -> str:
        match arguments:
            case ["get", "cronjob", name, "-n", "feast", "-o", "json"]:
                manifest = cron_job(FeatureServerSpec(project="ml", client_namespaces=("search",)), REGION)
                assert manifest["metadata"]["name"] == name
                return json.dumps(manifest)
            case ["get", "job", name, "-n", "feast", "--ignore-not-found", "-o", "name"]:
                return f"job.batch/{name}\n" if name in self.jobs else ""
            case ["create", "-f", "-"]:
                job = json.loads(given)
                assert job["metadata"]["name"] not in self.jobs
                self.jobs[job["metadata"]["name"]] = {**job, "fails": len(self.jobs) < self._failing}
                return ""
            case ["get", "job", name, "-n", "feast", "-o", "json"]:
                kind = "Failed" if self.jobs[name]["fails"] else "Complete"
                return json.dumps({"status": {"conditions": [{"type": kind, "status": "True"}]}})
            case _:
                raise AssertionError(arguments)


def make_database(rds: Any, name: str) -> str:
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="platform",
        MasterUserPassword="of-the-test",
        DeletionProtection=True,
    )
    return made["DBInstance"]["DBInstanceArn"]


def make_stores(rds: Any, s3: Any) -> None:
    """The running stores of the stack."""
    rds.create_db_subnet_group(DBSubnetGroupName="ml-subnets", DBSubnetGroupDescription="ml", SubnetIds=_subnets())
    make_database(rds, DATABASE)
    s3.create_bucket(Bucket=BUCKET)
    for key in ("ranking/1/model.onnx", "fraud/3/model.json"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())


def _subnets() -> list[str]:
    ec2 = import_module("boto3").client("ec2", region_name=REGION)
    return [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]


def state(rds: Any, s3: Any) -> dict[str, Any]:
    """Every instance and bucket that there is, with the objects of buckets."""
    instances = {
        each["DBInstanceIdentifier"]: (each["DBInstanceStatus"], each["DeletionProtection"])
        for each in rds.describe_db_instances()["DBInstances"]
    }
    buckets = {
        each["Name"]: sorted(one["Key"] for one in s3.list_objects_v2(Bucket=each["Name"]).get("Contents", ()))
        for each in s3.list_buckets()["Buckets"]
    }
    return {"instances": instances, "buckets": buckets}


TABLES = {"public.projects": 1, "public.feature_views": 3, "public.entities": 2, "public.data_sources": 2}
RUNS = {"public.runs": 7, "public.experiments": 1}


def query(host: str, database: str, statement: str) -> Sequence[str]:
    """A restored server that holds Feast's registry and MLflow's runs."""
    assert host
    tables = TABLES if database == "feast" else RUNS
    return [*tables] if "pg_tables" in statement else [f"{name}|{rows}" for name, rows in tables.items()]


@contextmanager
def stores() -> Generator[tuple[Any, Any]]:
    """RDS and S3 of moto with the stores of the stack."""
    with import_module("moto").mock_aws():
        boto3 = import_module("boto3")
        rds, s3 = (boto3.client(service, region_name=REGION) for service in ("rds", "s3"))
        make_stores(rds, s3)
        yield rds, s3


class World:
    """What several runs of one restore share."""

    def __init__(self, aws: tuple[Any, Any], folder: Path, **fakes: Any):
        self.rds, self.s3 = aws
        self.folder, self.clock = folder, FakeClock()
        self.backup = FakeBackup(self.rds, self.s3, failing=fakes.get("failing_jobs", 0))
        self.kubectl = FakeKubectl(failing=fakes.get("failing_pods", 0))
        folder.mkdir(exist_ok=True)
        (folder / "platform.json").write_text(json.dumps(OUTPUTS))

    def restore(self, faults: Faults | None = None, **options: Any) -> Restore:
        faults = faults or Faults()
        platform = read_platform(self.folder / "platform.json")
        rds = _Rds(self.rds, options.pop("statuses", {}))
        clients = Clients(*(faults.client(each) for each in (self.backup, rds, self.s3)))
        return Restore(
            platform,
            platform,
            options.pop("stores", ["models", "registry"]),
            clients,
            Journal("r1", self.folder, self.clock),
            self.clock,
            online_from=options.pop("online_from", "2026-01-01T00:00:00"),
            query=faults.function(options.pop("query", query)),
            kubectl=faults.function(self.kubectl),
            **options,
        )

    def run(self, faults: Faults | None = None, *, confirm: Sequence[str] = (), **options: Any) -> Any:
        restore = self.restore(faults, **options)
        return perform(restore.steps(), restore.journal, confirm)
