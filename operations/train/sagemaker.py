"""A job as a SageMaker training job: its creation, its attempts and logs."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from components.facts.instances import instance_type
from components.facts.sagemaker import has_local_disk, training_types

from ..settings import SettingsError, fault
from .attempts import Attempt, Status, naming
from .cloudwatch import log_lines
from .job import CHECKPOINTS, TrainingJob, run_id_of, run_name, variables
from .platform import Platform, found, needed
from .request import Request

LOCAL_CHECKPOINTS = "/opt/ml/checkpoints"
"""Source: SageMaker API reference, CheckpointConfig, LocalPath."""
WAIT_MINUTES = 24 * 60
"""How long a job on spot waits for capacity, beside its own time."""
LONGEST_NAME = 63
"""Source: SageMaker API reference, CreateTrainingJob, TrainingJobName."""
_MOST_ITEMS = 100
_LONGEST_WORD = 256
_LONGEST_VALUE = 512
"""Source of the three: SageMaker API reference, AlgorithmSpecification; CreateTrainingJob, Environment."""
_LONGEST_IMAGE = 255


def requests(job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """Create the training job, whose name is unique in the account.

    Raises:
        SettingsError: the job or the stack lacks what SageMaker needs.
    """
    return [creation(job, platform, run_id_of(job, run), _prefix(job) + run_name(job, run, attempt))]


def creation(job: TrainingJob, platform: Platform, run_id: str, name: str) -> Request:
    """Create a training job with the name `name` as the run `run_id`."""
    section = "trainingPlatform"
    needed(
        platform,
        "SageMaker",
        training_role_arns=section,
        training_subnet_ids=section,
        training_security_group_id=section,
        training_key_arn=section,
        training_output_key_arn=section,
        training_folders=section,
    )
    environment = variables(job, run_id)
    if problems := [*_absent(job), *_beyond_limits(job, environment)]:
        raise SettingsError("job", problems)
    parameters: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": found(platform.training_role_arns, job.team, "team", "trainingRoleArns"),
        "AlgorithmSpecification": {
            "TrainingImage": job.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": [job.command[0]],
            **({"ContainerArguments": list(job.command[1:])} if job.command[1:] else {}),
        },
        "Environment": environment,
        "OutputDataConfig": {
            # What a program leaves in /opt/ml/model. Beside the artifacts it would be part of a served model.
            "S3OutputPath": found(platform.training_folders, job.team, "team", "trainingFolders") + "sagemaker/",
            "KmsKeyId": platform.training_output_key_arn,
        },
        "ResourceConfig": _resources(job, platform),
        "StoppingCondition": {"MaxRuntimeInSeconds": job.timeout_minutes * 60},
        "VpcConfig": {
            "Subnets": list(platform.training_subnet_ids),
            "SecurityGroupIds": [platform.training_security_group_id],
        },
        "EnableInterContainerTrafficEncryption": True,
        "EnableManagedSpotTraining": job.spot,
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "Tags": [{"Key": "team", "Value": job.team}],
    }
    if job.spot:
        parameters["StoppingCondition"]["MaxWaitTimeInSeconds"] = (job.timeout_minutes + WAIT_MINUTES) * 60
    if job.checkpoints:
        saved = environment[CHECKPOINTS]
        parameters["CheckpointConfig"] = {"S3Uri": saved, "LocalPath": LOCAL_CHECKPOINTS}
    return Request("sagemaker", "create_training_job", parameters)


def _prefix(job: TrainingJob) -> str:
    """The stack lets a team create only jobs whose names begin with its own."""
    return f"{job.team}-"


def _absent(job: TrainingJob) -> Iterator[str]:
    if not job.image:
        yield fault("image", job.image, "SageMaker needs an image; add it")
    kind = job.resources.instance_type
    if not kind:
        yield fault("resources.instanceType", None, "SageMaker needs an EC2 instance type; add it, such as g5.xlarge")
        return
    if f"ml.{kind}" not in training_types():
        near = get_close_matches(f"ml.{kind}", training_types(), n=1)
        proposal = f"; did you mean {near[0].removeprefix('ml.')}?" if near else "; choose another"
        yield fault("resources.instanceType", kind, f"SageMaker has no training jobs on this type{proposal}")
        return
    known, asked = instance_type(kind), job.resources
    if not known:
        return
    has = {
        "cpus": (asked.cpus, known.vcpus),
        "memoryGib": (asked.memory_gib, known.memory_mib // 1024),
        "gpus": (asked.gpus, known.accelerators),
        **({"diskGib": (asked.disk_gib, known.nvme_gb)} if known.nvme_gb else {}),
    }
    for field, (wanted, most) in has.items():
        if wanted > most:
            yield fault(f"resources.{field}", wanted, f"a {kind} has {most}; lower it, or take a larger type")


def _beyond_limits(job: TrainingJob, environment: dict[str, str]) -> Iterator[str]:
    """What CreateTrainingJob refuses."""
    longest = LONGEST_NAME - len("--0123456789-999")
    if len(job.team) + len(job.name) > longest:
        remedy = f"the names of team and job are part of SageMaker's; shorten them to {longest} characters together"
        yield fault("name", job.name, remedy)
    if job.image and len(job.image) > _LONGEST_IMAGE:
        yield fault("image", job.image, f"SageMaker accepts {_LONGEST_IMAGE} characters; shorten the repository's name")
    if len(job.command) > _MOST_ITEMS + 1:
        remedy = f"SageMaker accepts {_MOST_ITEMS} arguments; put them into a file in S3"
        yield fault("command", f"{len(job.command) - 1} arguments", remedy)
    for word in job.command:
        if len(word) > _LONGEST_WORD:
            yield fault("command", word, f"SageMaker accepts {_LONGEST_WORD} characters in each word; use a file in S3")
    if len(environment) > _MOST_ITEMS:
        own = len(environment) - len(job.environment)
        remedy = f"SageMaker accepts {_MOST_ITEMS}, of which the platform sets {own}; use a file in S3"
        yield fault("environment", f"{len(environment)} variables", remedy)
    for name, value in environment.items():
        if len(value) > _LONGEST_VALUE:
            remedy = f"SageMaker accepts {_LONGEST_VALUE} characters in each value; shorten it"
            yield fault(f"environment.{name}", value, remedy)


def _resources(job: TrainingJob, platform: Platform) -> dict[str, Any]:
    kind = f"ml.{job.resources.instance_type}"
    resources: dict[str, Any] = {
        "InstanceType": kind,
        "InstanceCount": job.resources.nodes,
        "VolumeSizeInGB": job.resources.disk_gib,
    }
    if not has_local_disk(kind):
        resources["VolumeKmsKeyId"] = platform.training_key_arn
    return resources


LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_STATUSES = {
    "InProgress": Status.RUNNING,
    "Completed": Status.SUCCEEDED,
    "Failed": Status.FAILED,
    "Stopping": Status.STOPPING,
    "Stopped": Status.FAILED,
    "Deleting": Status.FAILED,
}
"""Source: SageMaker API reference, DescribeTrainingJob, TrainingJobStatus."""


class SageMakerRunner:
    """Runs a job as a training job."""

    def __init__(self, job: TrainingJob, run: str, sagemaker: Any, logs: Any):
        self._before = _prefix(job)
        self._naming = naming(job, run, self._before)
        self._sagemaker = sagemaker
        self._logs = logs

    def attempts(self) -> Sequence[Attempt]:
        """The attempts of the account's training jobs, with the reasons of those that failed."""
        pages = self._sagemaker.get_paginator("list_training_jobs").paginate(NameContains=self._naming.prefix)
        return [
            Attempt(number, name, status, self._reason(name, status), name.removeprefix(self._before))
            for page in pages
            for each in page["TrainingJobSummaries"]
            if (number := self._naming.number(name := each["TrainingJobName"], each["CreationTime"])) is not None
            and (status := _STATUSES[each["TrainingJobStatus"]])
        ]

    def _reason(self, name: str, status: Status) -> str:
        if status is not Status.FAILED:
            return ""
        described = self._sagemaker.describe_training_job(TrainingJobName=name)
        return described.get("FailureReason") or described.get("SecondaryStatus", "")

    def start(self, requests: Sequence[Request]) -> str:
        """Create the training job."""
        [request] = requests
        self._sagemaker.create_training_job(**request.parameters)
        return str(request.parameters["TrainingJobName"])

    def stop(self, attempt: Attempt) -> None:
        """Stop the training job: its program gets SIGTERM, and two minutes to write a checkpoint.

        SageMaker refuses it for a job that already stops. Source: SageMaker API reference, StopTrainingJob.
        """
        described = self._sagemaker.describe_training_job(TrainingJobName=attempt.identifier)
        if described["TrainingJobStatus"] == "InProgress":
            self._sagemaker.stop_training_job(TrainingJobName=attempt.identifier)

    def logs(self, attempt: Attempt) -> Iterator[str]:
        """What the program has printed on each machine."""
        pages = self._logs.get_paginator("describe_log_streams").paginate(
            logGroupName=LOG_GROUP, logStreamNamePrefix=f"{attempt.identifier}/"
        )
        for page in pages:
            for stream in page["logStreams"]:
                yield from log_lines(self._logs, LOG_GROUP, stream["logStreamName"])
