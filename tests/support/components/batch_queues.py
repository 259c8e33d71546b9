"""Batch queues of two teams, run against the made-up account of `mocks`."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.training.batch_queue.batch_queue import BatchQueue
from tests.support.components.mocks import ACCOUNT, Recording, run

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
QUEUE = "aws:batch/jobQueue:JobQueue"
SHARES = "aws:batch/schedulingPolicy:SchedulingPolicy"
DEFINITION = "aws:batch/jobDefinition:JobDefinition"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SCHEDULE = "aws:scheduler/schedule:Schedule"
KEY = "arn:aws:kms:us-east-1:111122223333:key/data"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/search/ranking-trainer:1.4.0"
SPOT = {
    "name": "gpu-spot",
    "instance_types": ["g4dn.xlarge", "g5.xlarge", "g6.xlarge"],
    "purchase": "spot",
    "maximum_vcpus": 64,
}
DEMAND = {"name": "gpu", "instance_types": ["g4dn.xlarge", "g5.xlarge"], "maximum_vcpus": 32}
ARM = {"name": "cpu", "instance_types": ["m7g.2xlarge"], "maximum_vcpus": 64}
X86 = {**ARM, "name": "x86", "instance_types": ["m7i.2xlarge"]}
TRAINING = {"name": "training", "environments": ["gpu-spot", "gpu"]}
GENERAL = {"name": "general", "environments": ["cpu"], "priority": 5}
RANKING = {"name": "ranking", "team": "search", "queue": "training", "image": IMAGE, "timeout_minutes": 60}
FRAUD = {"name": "fraud", "team": "risk", "queue": "general", "image": "docker.io/risk/fraud:2", "timeout_minutes": 45}


def batch_queue(recording: Recording | None = None, **args: Any) -> Recording:
    """A BatchQueue "batch" of two queues and two jobs, unless `args` say otherwise."""
    given = {
        "name": "ml",
        "shares": {"search": 2, "risk": 1},
        "environments": [SPOT, DEMAND, ARM],
        "queues": [TRAINING, GENERAL],
        "jobs": [RANKING, FRAUD],
        "vpc_id": "vpc-1",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "data_key_arn": KEY,
        **args,
    }
    return run(lambda: BatchQueue("batch", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    """Why these arguments of `batch_queue` are refused; nothing is registered then."""
    recording = Recording()
    with pytest.raises(SpecError) as error:
        batch_queue(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


def container(recording: Recording, job: str) -> dict[str, Any]:
    """The properties of the container of a job's definition."""
    return json.loads(recording.one(DEFINITION, f"batch-{job}").inputs["containerProperties"])


def resources_of(recording: Recording, job: str) -> dict[str, str]:
    """The resources that a job requires, by their type."""
    return {each["type"]: each["value"] for each in container(recording, job)["resourceRequirements"]}


def policy(recording: Recording, name: str) -> str:
    """The document of a role's policy."""
    return recording.one(ROLE_POLICY, name).inputs["policy"]
