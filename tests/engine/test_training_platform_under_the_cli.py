"""A training platform with Studio over several deployments, against a stand-in that refuses what SageMaker refuses.

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

from components.training.training_platform.training_platform import TrainingPlatform

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
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
        **json.loads((Path(__file__).parent / "settings.json").read_text()),
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
STUDIO: dict[str, Any] = {"users": [{"name": "ada", "team": "risk"}]}
UNPROTECTED: dict[str, Any] = {"deletion_protection": False, "studio": STUDIO}

Run = Callable[..., Outcome]


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-")


@pytest.fixture
def run(engine: Engine, tmp_path: Path, stack: str) -> Run:
    """Runs a command of the CLI on the test's stack; `settings` are further arguments of the component."""
    python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "training", "runtime": python}))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    made = engine.run("stack", "init", stack, folder=tmp_path)
    assert made.code == 0, made.printed

    def command(*arguments: str, settings: dict[str, Any] | None = None) -> Outcome:
        if settings is not None:
            (tmp_path / "settings.json").write_text(json.dumps(settings))
        return engine.run(*arguments, "--stack", stack, folder=tmp_path)

    return command


def up(run: Run, settings: dict[str, Any]) -> Outcome:
    return run("up", "--yes", "--skip-preview", settings=settings)


def destroy(run: Run) -> Outcome:
    return run("destroy", "--yes", "--skip-preview")


def test_running_app_blocks_update_and_destroy(engine: Engine, run: Run, stack: str) -> None:
    first = up(run, UNPROTECTED)
    assert first.code == 0, first.printed
    assert up(run, UNPROTECTED).code == 0
    with engine.sagemaker(stack).memory() as known:
        known["apps"] = ["ada"]
    longer = {**UNPROTECTED, "studio": {**STUDIO, "idle_minutes": 90}}
    assert "while apps are InService" in up(run, longer).printed
    refused = destroy(run)
    assert refused.code != 0
    assert "Unable to delete UserProfile ada because it has Apps" in refused.printed
    with engine.sagemaker(stack).memory() as known:
        assert list(known["domains"]) == ["ml"]
        known["apps"] = []
    updated = up(run, longer)
    assert updated.code == 0, updated.printed
    engine.changes()
    gone = destroy(run)
    assert gone.code == 0, gone.printed
    deleted = [urn.rpartition("::")[2] for operation, urn in engine.changes() if operation == "delete"]
    assert deleted.index("training-user-ada") < deleted.index("training-domain")
    # People keep their rights, and apps their log group, until the domain is gone.
    for outlived in ("training-risk-studio-apps", "training-studio-logs", "training-key"):
        assert deleted.index("training-domain") < deleted.index(outlived)


def test_home_folders_go_with_an_unprotected_domain(engine: Engine, run: Run, stack: str) -> None:
    assert up(run, UNPROTECTED).code == 0
    gone = destroy(run)
    assert gone.code == 0, gone.printed
    with engine.sagemaker(stack).memory() as known:
        assert known["files"] == {}


def test_kept_home_folders_hold_the_subnet(engine: Engine, run: Run, stack: str) -> None:
    assert up(run, {"studio": STUDIO}).code == 0
    assert destroy(run).code != 0
    assert run("state", "unprotect", "--all", "--yes").code == 0
    refused = destroy(run)
    assert "DependencyViolation" in refused.printed
    with engine.sagemaker(stack).memory() as known:
        assert list(known["files"]) == ["ml"]
        known["files"] = {}
    gone = destroy(run)
    assert gone.code == 0, gone.printed


def test_versions_keep_a_group_of_the_registry(engine: Engine, run: Run, stack: str) -> None:
    assert up(run, {"deletion_protection": False}).code == 0
    with engine.sagemaker(stack).memory() as known:
        known["versions"]["ml-risk"] = [1]
    refused = destroy(run)
    assert "it still contains model packages" in refused.printed
    with engine.sagemaker(stack).memory() as known:
        known["versions"]["ml-risk"] = []
    gone = destroy(run)
    assert gone.code == 0, gone.printed
