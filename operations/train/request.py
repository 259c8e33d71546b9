"""One call of an engine's API, as `render` prints it and `submit` sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Engine(StrEnum):
    """Where a job runs."""

    BATCH = "batch"
    SAGEMAKER = "sagemaker"
    EMR = "emr"
    KUBERNETES = "kubernetes"


@dataclass(frozen=True, slots=True)
class Request:
    """A call: `operation` of `service`, as boto3 names both, with its parameters. For Kubernetes the parameters are a
    manifest, which is applied."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
