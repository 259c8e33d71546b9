"""What a stack exports that jobs need: the file that `pulumi stack output --json` prints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from ..settings import Settings, SettingsError, fault, parse


class Platform(Settings):
    """The outputs of a stack that jobs need. A stack without an engine lacks its outputs."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    region: str | None = Field(default=None, description="The stack's region.")
    batch_queue_arns: dict[str, str] = Field(default_factory=dict[str, str], description="Batch queues by name.")
    batch_job_role_arns: dict[str, str] = Field(default_factory=dict[str, str], description="Job roles by team.")
    batch_execution_role_arn: str | None = Field(default=None, description="The role that pulls images and logs.")
    batch_log_group: str | None = Field(default=None, description="The log group of Batch jobs.")
    training_role_arns: dict[str, str] = Field(default_factory=dict[str, str], description="SageMaker roles by team.")
    training_subnet_ids: tuple[str, ...] = Field(default=(), description="The subnets of SageMaker's jobs.")
    training_security_group_id: str | None = Field(default=None, description="Their security group.")
    training_key_arn: str | None = Field(default=None, description="The KMS key of their volumes.")
    training_output_key_arn: str | None = Field(default=None, description="The KMS key of their artifacts.")
    spark_application_id: str | None = Field(default=None, description="The EMR Serverless application of batches.")
    spark_role_arn: str | None = Field(default=None, description="The role of Spark jobs.")
    spark_log_uri: str | None = Field(default=None, description="The folder of Spark's logs.")
    job_namespaces: tuple[str, ...] = Field(default=(), description="The namespaces with a queue of Kueue.")


def read_platform(path: Path) -> Platform:
    """The outputs in a file.

    Raises:
        SettingsError: the file is not readable, or not what `pulumi stack output --json` prints.
    """
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; give a readable file"]) from None
    except (ValueError, RecursionError):
        remedy = "it is no JSON; write it by `pulumi stack output --json`"
        raise SettingsError(str(path), [remedy]) from None
    if not isinstance(document, dict):
        raise SettingsError(str(path), [fault("document", document, "it must be a mapping of outputs")])
    return parse(Platform, cast(Mapping[str, Any], document), str(path))


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


def of_team(values: Mapping[str, str], team: str, output: str) -> str:
    """The value of the team.

    Raises:
        SettingsError: the stack has none for it.
    """
    if team not in values:
        known = ", ".join(sorted(values)) or "none"
        raise SettingsError("job", [fault("team", team, f"{output} has no such team; write one of: {known}")])
    return values[team]
