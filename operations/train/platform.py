"""What a stack exports that jobs need: the file that `pulumi stack output --json` prints."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import Field
from pydantic.alias_generators import to_camel

from ..outputs import Arn, Outputs, Region, read_outputs
from ..settings import Settings, SettingsError, fault, parse

Found = TypeVar("Found")


class BatchJob(Settings):
    """A kind of job in the section batchQueue."""

    team: str = Field(description="The team whose share it uses.")
    queue: str = Field(description="Its queue.")


class Platform(Outputs):
    """The outputs of a stack that jobs need. A stack without an engine lacks its outputs."""

    region: Region | None = Field(default=None, description="The stack's region.")
    batch_queue_arns: dict[str, Arn] = Field(default_factory=dict[str, Arn], description="Batch queues by name.")
    batch_spot_queues: tuple[str, ...] = Field(default=(), description="The names of those with spot machines.")
    batch_jobs: dict[str, BatchJob] = Field(
        default_factory=dict[str, BatchJob], description="The kinds of jobs of Batch by name."
    )
    batch_job_definition_arns: dict[str, Arn] = Field(
        default_factory=dict[str, Arn], description="The definition of each kind, by name."
    )
    batch_job_role_arns: dict[str, Arn] = Field(
        default_factory=dict[str, Arn], description="The role of each kind, by name."
    )
    batch_execution_role_arn: Arn | None = Field(default=None, description="The role that pulls images and logs.")
    batch_log_group: str | None = Field(default=None, description="The log group of Batch's jobs.")
    training_role_arns: dict[str, Arn] = Field(default_factory=dict[str, Arn], description="SageMaker roles by team.")
    training_subnet_ids: tuple[str, ...] = Field(default=(), description="The subnets of SageMaker's jobs.")
    training_security_group_id: str | None = Field(default=None, description="Their security group.")
    training_key_arn: Arn | None = Field(default=None, description="The KMS key of their volumes.")
    training_output_key_arn: Arn | None = Field(default=None, description="The KMS key of what they write.")
    training_folders: dict[str, str] = Field(
        default_factory=dict[str, str], description="The folder of training data by team, as s3://<bucket>/<folder>/."
    )
    spark_application_ids: dict[str, str] = Field(
        default_factory=dict[str, str], description="The EMR Serverless applications by purpose: batch, streaming."
    )
    spark_runtime_role_arn: Arn | None = Field(default=None, description="The role of Spark jobs.")
    spark_key_arn: Arn | None = Field(default=None, description="The KMS key of Spark's logs and disks.")
    spark_log_uri: str | None = Field(default=None, description="The folder of Spark's logs.")
    job_namespaces: dict[str, str] = Field(
        default_factory=dict[str, str], description="The namespace of each team's jobs on the cluster."
    )
    scheduler_role_arns: dict[str, Arn] = Field(
        default_factory=dict[str, Arn], description="The role of each team's schedules."
    )
    schedule_groups: dict[str, str] = Field(
        default_factory=dict[str, str], description="The group of each team's schedules in EventBridge Scheduler."
    )
    undelivered_schedules_arns: dict[str, Arn] = Field(
        default_factory=dict[str, Arn], description="The SQS queue of each team's starts that failed."
    )


def read_platform(path: Path) -> Platform:
    """The outputs in a file.

    Raises:
        SettingsError: the file is not readable, or not what `pulumi stack output --json` prints.
    """
    return parse(Platform, read_outputs(path), str(path))


def needed(platform: Platform, engine: str, **outputs: str) -> None:
    """Refuse a stack that lacks what an engine needs. `outputs` has the section that makes each output.

    Raises:
        SettingsError: naming each output that is missing, and the section of the config that makes it.
    """
    problems = [
        f"{to_camel(name)} is missing, which {engine} needs; add {section} to the stack and deploy it"
        for name, section in outputs.items()
        if not getattr(platform, name)
    ]
    if problems:
        raise SettingsError("the stack's outputs", problems)


def found(values: Mapping[str, Found], key: str, field: str, output: str) -> Found:
    """The value that an output has for a field of the job.

    Raises:
        SettingsError: it has none.
    """
    if key not in values:
        known = ", ".join(sorted(values)) or "none"
        remedy = f"the stack's output {output} does not have it; write one that it has: {known}"
        raise SettingsError("job", [fault(field, key, remedy)])
    return values[key]
