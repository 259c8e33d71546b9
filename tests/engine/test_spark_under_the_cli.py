"""Spark over several deployments, against a stand-in that refuses what EMR and EC2 refuse.

Skipped where there is no Pulumi CLI on PATH.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine, Outcome

PROGRAM = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.training.spark_cluster.spark_cluster import SparkCluster

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
SparkCluster(
    "spark",
    {
        "cluster_name": "ml",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1",
        "catalog_database": "ml",
        "log_bucket": "ml-logs",
        **json.loads((Path(__file__).parent / "settings.json").read_text()),
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
SERVERLESS: dict[str, Any] = {"batch": {"maximum_vcpus": 16}, "deletion_protection": False}
FLEETS: dict[str, Any] = {
    "primary_types": ["m7g.xlarge"],
    "core_types": ["m7g.2xlarge"],
    "task_types": ["m7g.2xlarge"],
    "maximum_vcpus": 64,
    "idle_minutes": 0,
    "certificates": "s3://ml-certificates/spark.zip",
}
ON_EC2: dict[str, Any] = {"engine": "ec2", "ec2": FLEETS}

Run = Callable[..., Outcome]


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-")


@pytest.fixture
def run(engine: Engine, tmp_path: Path, stack: str) -> Run:
    """Runs a command of the CLI on the test's stack; `settings` are further arguments of the component."""
    python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "spark", "runtime": python}))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    made = engine.run("stack", "init", stack, folder=tmp_path)
    assert made.code == 0, made.printed

    def command(name: str, settings: dict[str, Any] | None = None, *options: str) -> Outcome:
        if settings is not None:
            (tmp_path / "settings.json").write_text(json.dumps(settings))
        return engine.run(name, "--yes", "--skip-preview", "--stack", stack, *options, folder=tmp_path)

    return command


def test_a_started_application_is_changed_once_it_is_stopped(engine: Engine, run: Run, stack: str) -> None:
    def state(value: str) -> None:
        with engine.emr(stack).memory() as known:
            known["applications"]["ml-batch"] = value

    first = run("up", SERVERLESS)
    assert first.code == 0, first.printed
    assert run("up", SERVERLESS, "--expect-no-changes").code == 0
    larger = {**SERVERLESS, "batch": {"maximum_vcpus": 32}}
    state("STARTED")
    refused = run("up", larger)
    assert refused.code != 0
    assert "must be in one of the following statuses [CREATED, STOPPED]" in refused.printed
    state("STOPPED")
    changed = run("up", larger)
    assert changed.code == 0, changed.printed
    state("STARTED")
    assert run("destroy").code != 0
    state("STOPPED")
    destroyed = run("destroy")
    assert destroyed.code == 0, destroyed.printed
    with engine.emr(stack).memory() as known:
        assert known["applications"] == {}


def test_a_cluster_on_ec2_leaves_no_groups_and_no_fleets(engine: Engine, run: Run, stack: str) -> None:
    first = run("up", ON_EC2)
    assert first.code == 0, first.printed
    with engine.emr(stack).memory() as known:
        assert len(known["rules"]) == 3, "EMR wrote its rules into the three groups"
    engine.changes()
    # The key is protected, and the cluster by EMR.
    assert run("destroy").code != 0
    released = run("up", {**ON_EC2, "deletion_protection": False})
    assert released.code == 0, released.printed
    destroyed = run("destroy")
    assert destroyed.code == 0, destroyed.printed
    deleted = [urn for operation, urn in engine.changes() if operation == "delete"]
    # Both end with the cluster; EMR refuses to delete them.
    assert not [urn for urn in deleted if "InstanceFleet" in urn or "ManagedScalingPolicy" in urn]
    with engine.emr(stack).memory() as known:
        assert (known["clusters"], known["rules"]) == ({}, {})
