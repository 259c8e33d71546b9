"""Spark over several deployments, against a stand-in that refuses what EMR and EC2 refuse.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.training.spark_cluster.spark_cluster import SparkCluster

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
        **given,
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


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def test_a_started_application_is_changed_once_it_is_stopped(program: Program) -> None:
    def state(value: str) -> None:
        with program.engine.emr(program.stack).memory() as known:
            known["applications"]["ml-batch"] = value

    first = program.up(SERVERLESS)
    assert first.code == 0, first.printed
    assert program.up(SERVERLESS, "--expect-no-changes").code == 0
    larger = {**SERVERLESS, "batch": {"maximum_vcpus": 32}}
    state("STARTED")
    refused = program.up(larger)
    assert refused.code != 0
    assert "must be in one of the following statuses [CREATED, STOPPED]" in refused.printed
    state("STOPPED")
    changed = program.up(larger)
    assert changed.code == 0, changed.printed
    state("STARTED")
    assert program.destroy().code != 0
    state("STOPPED")
    destroyed = program.destroy()
    assert destroyed.code == 0, destroyed.printed
    with program.engine.emr(program.stack).memory() as known:
        assert known["applications"] == {}


def test_a_cluster_on_ec2_leaves_no_groups_and_no_fleets(program: Program) -> None:
    first = program.up(ON_EC2)
    assert first.code == 0, first.printed
    with program.engine.emr(program.stack).memory() as known:
        assert len(known["rules"]) == 3, "EMR wrote its rules into the three groups"
    program.engine.changes()
    # The key is protected, and the cluster by EMR.
    assert program.destroy().code != 0
    released = program.up({**ON_EC2, "deletion_protection": False})
    assert released.code == 0, released.printed
    destroyed = program.destroy()
    assert destroyed.code == 0, destroyed.printed
    deleted = [urn for operation, urn in program.engine.changes() if operation == "delete"]
    # Both end with the cluster; EMR refuses to delete them.
    assert not [urn for urn in deleted if "InstanceFleet" in urn or "ManagedScalingPolicy" in urn]
    with program.engine.emr(program.stack).memory() as known:
        assert (known["clusters"], known["rules"]) == ({}, {})
