"""A job as a SageMaker training job: its creation, its attempts and logs."""

from collections.abc import Iterator, Sequence
from typing import Any

from components.facts.sagemaker import has_local_disk

from ..settings import SettingsError, fault
from .attempts import Attempt, Status, attempt_number
from .cloudwatch import log_lines
from .job import TrainingJob, run_prefix, variables
from .platform import Platform, needed, of_team
from .request import Request

CHECKPOINTS = "/opt/ml/checkpoints"
"""Source: SageMaker API reference, CheckpointConfig, LocalPath."""
WAIT_MINUTES = 24 * 60
"""How long a job on spot waits for capacity, beside its own time."""
LONGEST_NAME = 63
"""Source: SageMaker API reference, CreateTrainingJob, TrainingJobName."""


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Create the training job, whose name is unique in the account.

    Raises:
        SettingsError: the job or the stack lacks what SageMaker needs.
    """
    section = "trainingPlatform"
    needed(
        platform,
        "SageMaker",
        training_role_arns=section,
        training_subnet_ids=section,
        training_security_group_id=section,
        training_key_arn=section,
        training_output_key_arn=section,
    )
    problems: list[str] = []
    if not job.image:
        problems.append(fault("image", job.image, "SageMaker needs an image; add it"))
    if not job.resources.instance_type:
        problems.append(fault("resources.instanceType", None, "SageMaker needs an instance type; add it"))
    name = f"{team_prefix(job, run)}{attempt}"
    if len(name) > LONGEST_NAME:
        over = len(name) - LONGEST_NAME
        remedy = f"SageMaker's name {name} is {over} too long, because it begins with the team; shorten the job's name"
        problems.append(fault("name", job.name, remedy))
    if problems:
        raise SettingsError("job", problems)
    parameters: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": of_team(platform.training_role_arns, job.team, "trainingRoleArns"),
        "AlgorithmSpecification": {
            "TrainingImage": job.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": [job.command[0]],
            **({"ContainerArguments": list(job.command[1:])} if job.command[1:] else {}),
        },
        "Environment": variables(job),
        "OutputDataConfig": {"S3OutputPath": job.output, "KmsKeyId": platform.training_output_key_arn},
        "ResourceConfig": _resources(job, platform),
        "StoppingCondition": {"MaxRuntimeInSeconds": job.timeout_minutes * 60},
        "VpcConfig": {
            "Subnets": list(platform.training_subnet_ids),
            "SecurityGroupIds": [platform.training_security_group_id],
        },
        "EnableInterContainerTrafficEncryption": True,
        "EnableManagedSpotTraining": job.spot is not None,
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "Tags": [{"Key": "team", "Value": job.team}],
    }
    if job.spot:
        most = (job.timeout_minutes + WAIT_MINUTES) * 60
        parameters["StoppingCondition"]["MaxWaitTimeInSeconds"] = most
        if job.spot.checkpoints:
            parameters["CheckpointConfig"] = {"S3Uri": job.spot.checkpoints, "LocalPath": CHECKPOINTS}
    return [Request("sagemaker", "create_training_job", parameters)]


def team_prefix(job: TrainingJob, run: str) -> str:
    """How the names of all attempts begin in SageMaker: a team may only create jobs whose names begin with its own."""
    return f"{job.team}-{run_prefix(job, run)}"


def _resources(job: TrainingJob, platform: Platform) -> dict[str, Any]:
    kind = f"ml.{job.resources.instance_type}"
    resources: dict[str, Any] = {
        "InstanceType": kind,
        "InstanceCount": job.resources.nodes,
        "VolumeSizeInGB": job.resources.disk_gib,
    }
    # SageMaker refuses a key for local disks, which the hardware encrypts.
    if not has_local_disk(kind):
        resources["VolumeKmsKeyId"] = platform.training_key_arn
    return resources


LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_STATUSES = {
    "InProgress": Status.RUNNING,
    "Completed": Status.SUCCEEDED,
    "Failed": Status.FAILED,
    "Stopping": Status.RUNNING,
    "Stopped": Status.FAILED,
    "Deleting": Status.FAILED,
}
"""Source: SageMaker API reference, DescribeTrainingJob, TrainingJobStatus."""


class SageMakerRunner:
    """Runs a job as a training job."""

    def __init__(self, job: TrainingJob, run: str, sagemaker: Any, logs: Any):
        self._prefix = team_prefix(job, run)
        self._sagemaker = sagemaker
        self._logs = logs

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the account's training jobs."""
        pages = self._sagemaker.get_paginator("list_training_jobs").paginate(NameContains=self._prefix)
        return [
            Attempt(number, each["TrainingJobName"], _STATUSES[each["TrainingJobStatus"]])
            for page in pages
            for each in page["TrainingJobSummaries"]
            if (number := attempt_number(each["TrainingJobName"], self._prefix)) is not None
        ]

    def start(self, requests: Sequence[Request]) -> str:
        """Create the training job."""
        [request] = requests
        self._sagemaker.create_training_job(**request.parameters)
        return str(request.parameters["TrainingJobName"])

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the program has printed on each machine."""
        pages = self._logs.get_paginator("describe_log_streams").paginate(
            logGroupName=LOG_GROUP, logStreamNamePrefix=f"{attempt.identifier}/"
        )
        for page in pages:
            for stream in page["logStreams"]:
                yield from log_lines(self._logs, LOG_GROUP, stream["logStreamName"])
