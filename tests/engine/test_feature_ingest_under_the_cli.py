"""The ingestion of features over several deployments, against stand-ins that refuse what EMR and EC2 refuse.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.data.streaming.feature_ingest.feature_ingest import FeatureIngest
from components.training.spark_cluster.spark_cluster import SparkCluster

cluster = pulumi.ProviderResource("kubernetes", "cluster", {})
options = pulumi.ResourceOptions(providers=[provider, cluster])
buckets = {f"{purpose}_bucket": f"ml-{purpose}" for purpose in ("raw", "training", "models", "offline")}
spark = SparkCluster(
    "spark",
    {
        "cluster_name": "ml",
        "streaming": {"maximum_vcpus": 16},
        "deletion_protection": False,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "data_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1",
        "catalog_database": "ml",
        "log_bucket": "ml-logs",
        **buckets,
    },
    options,
)
names = [each["topic"] for each in given["topics"]]
engines = {
    "spark": {
        "application_arn": spark.application_arns.apply(lambda arns: arns["streaming"]),
        "application_security_group_id": spark.security_group_id,
        "log_policy": spark.log_policy,
        "disk_key_arn": spark.key_arn,
        "work_bucket": "ml-offline",
        "work_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1",
        "secret_arns": {
            use: f"arn:aws:secretsmanager:us-east-1:111122223333:secret:{use}" for use in ("database", "online-store")
        },
        "secrets_key_arn": "arn:aws:kms:us-east-1:111122223333:key/2",
        "database_security_group_id": "sg-database",
        "online_security_group_id": "sg-online",
    },
    "python": {
        "cluster_name": "ml",
        "store_cidrs": ["10.40.192.0/19"],
        "cluster_arn": "arn:aws:kafka:us-east-1:111122223333:cluster/ml/abcd",
        "secret_store": "aws-secrets",
        "secret_prefix": "ml",
        "autoscaler_role_arn": "arn:aws:iam::111122223333:role/keda",
        "autoscaler_ready": "keda",
    },
}
if given["topics"]:
    ingest = FeatureIngest(
        "ingest",
        {
            "bootstrap_brokers": "b-1.ml.abc.c2.kafka.us-east-1.amazonaws.com:9098",
            "reader_policies": {name: "{}" for name in names},
            "dead_letters": {name: f"{name}-dead-letter" for name in names},
            "feature_config": "project: ml",
            **given,
            **engines[given.get("engine", "spark")],
        },
        options,
    )
    pulumi.export("job", ingest.job)
"""
PACKAGE = "s3://ml-offline/feature-ingest/packages/0a1b2c3d4e5f6071/"
CLICKS: dict[str, Any] = {"topic": "clicks", "feature_views": ["user_clicks"]}
PAYMENTS: dict[str, Any] = {"topic": "payments", "feature_views": ["user_payments"]}
SPARK: dict[str, Any] = {"topics": [CLICKS, PAYMENTS], "spark": {"package": PACKAGE}}
PYTHON: dict[str, Any] = {
    "engine": "python",
    "image": "registry.example.com/platform/feature-ingest:0.1.0",
    "topics": [{**CLICKS, "maximum": 4}, PAYMENTS],
}


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def state(program: Program, value: str) -> None:
    """What a run makes of the streaming application."""
    with program.engine.emr(program.stack).memory() as known:
        known["applications"]["ml-streaming"] = value


def changed(program: Program) -> list[tuple[str, str]]:
    """What the last command did, as operation and name."""
    return [(operation, urn.rpartition("::")[2]) for operation, urn in program.engine.changes()]


def test_the_job_changes_while_its_application_is_started(program: Program) -> None:
    first = program.up(SPARK)
    assert first.code == 0, first.printed
    assert program.up(SPARK, "--expect-no-changes").code == 0
    state(program, "STARTED")
    changed(program)
    newer = {"topics": [CLICKS], "spark": {"package": PACKAGE, "trigger_seconds": 30}}
    updated = program.up(newer)
    assert updated.code == 0, updated.printed
    # The application and the role stay, so a run that still works has what it needs.
    assert changed(program) == [
        ("update", "ingest-stopped"),
        ("delete", "ingest-topic-payments-attachment"),
        ("delete", "ingest-topic-payments"),
    ]
    assert '\\"trigger_seconds\\": 30' in program.run("stack", "output", "--json").printed


def test_the_job_is_destroyed_after_its_application_is_stopped(program: Program) -> None:
    assert program.up(SPARK).code == 0
    state(program, "STARTED")
    refused = program.destroy()
    assert refused.code != 0
    assert "must be in one of the following statuses [CREATED, STOPPED]" in refused.printed
    state(program, "STOPPED")
    destroyed = program.destroy()
    assert destroyed.code == 0, destroyed.printed
    gone = [name for operation, name in changed(program) if operation == "delete"]
    # EC2 refuses to delete a group that a rule names.
    assert gone.index("ingest-database-from-spark") < gone.index("spark-sg")
    assert gone.index("ingest-online-out") < gone.index("spark-sg")


def test_workers_are_updated_and_destroyed_before_what_they_use(program: Program) -> None:
    first = program.up(PYTHON)
    assert first.code == 0, first.printed
    changed(program)
    newer = {**PYTHON, "image": "registry.example.com/platform/feature-ingest:0.2.0", "topics": [PYTHON["topics"][0]]}
    updated = program.up(newer)
    assert updated.code == 0, updated.printed
    steps = changed(program)
    assert ("update", "ingest-clicks") in steps
    assert {"ingest-payments", "ingest-payments-identity-role"} <= {name for step, name in steps if step == "delete"}
    destroyed = program.destroy()
    assert destroyed.code == 0, destroyed.printed
    gone = [name for operation, name in changed(program) if operation == "delete"]
    # KEDA would start workers again, and a worker without its namespace's secrets fails.
    assert gone.index("ingest-clicks-scaler") < gone.index("ingest-clicks") < gone.index("ingest-config")
    assert gone.index("ingest-clicks") < gone.index("ingest-clicks-identity-association")
    assert gone.index("ingest-config") < gone.index("ingest-namespace-namespace")


def test_one_engine_replaces_the_other(program: Program) -> None:
    assert program.up(PYTHON).code == 0
    changed(program)
    replaced = program.up(SPARK)
    assert replaced.code == 0, replaced.printed
    steps = changed(program)
    assert ("create", "ingest-role") in steps
    assert {("delete", "ingest-clicks"), ("delete", "ingest-namespace-namespace")} <= set(steps)
    removed = program.up({"topics": []})
    assert removed.code == 0, removed.printed
    assert ("delete", "ingest-role") in changed(program)
