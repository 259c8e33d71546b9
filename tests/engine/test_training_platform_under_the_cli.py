"""A training platform with Studio over several deployments, against a stand-in that refuses what SageMaker refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.training.training_platform.training_platform import TrainingPlatform

subnet = aws.ec2.Subnet(
    "private", vpc_id="vpc-1", cidr_block="10.0.0.0/24", opts=pulumi.ResourceOptions(provider=provider)
)
TrainingPlatform(
    "training",
    {
        "name": "ml",
        "teams": [{"name": "risk", "models": ["fraud/"]}],
        "instance_types": {"ml.m5.large": 1},
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.0.0.0/16",
        "private_subnet_ids": [subnet.id],
        "endpoint_security_group_id": "sg-endpoints",
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": "arn:aws:kms:us-east-1:111122223333:key/data",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
STUDIO: dict[str, Any] = {"users": [{"name": "ada", "team": "risk"}]}
UNPROTECTED: dict[str, Any] = {"deletion_protection": False, "studio": STUDIO}


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def test_running_app_blocks_update_and_destroy(program: Program) -> None:
    first = program.up(UNPROTECTED)
    assert first.code == 0, first.printed
    assert program.up(UNPROTECTED).code == 0
    with program.engine.sagemaker(program.stack).memory() as known:
        known["apps"] = ["ada"]
    longer = {**UNPROTECTED, "studio": {**STUDIO, "idle_minutes": 90}}
    assert "while apps are InService" in program.up(longer).printed
    refused = program.destroy()
    assert refused.code != 0
    assert "Unable to delete UserProfile ada because it has Apps" in refused.printed
    with program.engine.sagemaker(program.stack).memory() as known:
        assert list(known["domains"]) == ["ml"]
        known["apps"] = []
    updated = program.up(longer)
    assert updated.code == 0, updated.printed
    program.engine.changes()
    gone = program.destroy()
    assert gone.code == 0, gone.printed
    deleted = [urn.rpartition("::")[2] for operation, urn in program.engine.changes() if operation == "delete"]
    assert deleted.index("training-user-ada") < deleted.index("training-domain")
    # People keep their rights, and apps their log group, until the domain is gone.
    for outlived in ("training-risk-studio-apps", "training-studio-logs", "training-key"):
        assert deleted.index("training-domain") < deleted.index(outlived)


def test_home_folders_go_with_an_unprotected_domain(program: Program) -> None:
    assert program.up(UNPROTECTED).code == 0
    gone = program.destroy()
    assert gone.code == 0, gone.printed
    with program.engine.sagemaker(program.stack).memory() as known:
        assert known["files"] == {}


def test_kept_home_folders_hold_the_subnet(program: Program) -> None:
    assert program.up({"studio": STUDIO}).code == 0
    assert program.destroy().code != 0
    assert program.run("state", "unprotect", "--all", "--yes").code == 0
    refused = program.destroy()
    assert "DependencyViolation" in refused.printed
    with program.engine.sagemaker(program.stack).memory() as known:
        assert list(known["files"]) == ["ml"]
        known["files"] = {}
    gone = program.destroy()
    assert gone.code == 0, gone.printed


def test_versions_keep_a_group_of_the_registry(program: Program) -> None:
    assert program.up({"deletion_protection": False}).code == 0
    with program.engine.sagemaker(program.stack).memory() as known:
        known["versions"]["ml-risk"] = [1]
    refused = program.destroy()
    assert "it still contains model packages" in refused.printed
    with program.engine.sagemaker(program.stack).memory() as known:
        known["versions"]["ml-risk"] = []
    gone = program.destroy()
    assert gone.code == 0, gone.printed
