"""What the ingestion of features is made from, and what is refused."""

import re
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ....core.namespace_names import NAMESPACE_PATTERN
from ....core.problems import refuse_at
from ....core.spec import Spec, refuse

_NAME = r"^[A-Za-z][A-Za-z0-9._-]{0,62}$"
_CPU = r"^([1-9][0-9]{0,2}|[1-9][0-9]{1,4}m)$"
_MEMORY = r"^[1-9][0-9]{0,4}(Mi|Gi)$"
CPU_LIMIT = "2"
"""The CPUs that a worker may use. Kubernetes refuses a request above the limit."""
_IMAGE = (
    r"^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)+"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?$"
)


class RecordFormat(StrEnum):
    """The formats of records. Avro has the header of Glue's serializers."""

    JSON = "json"
    AVRO = "avro"


class IngestTopicConfig(TypedDict):
    """A topic whose records are written to feature views."""

    topic: str
    """The topic's name."""
    feature_views: list[str]
    """The feature views that each record is written to."""
    record_format: NotRequired[RecordFormat]
    """What the value of a record holds; json when left out."""
    minimum: NotRequired[int]
    """The fewest workers of the topic."""
    maximum: NotRequired[int]
    """The most workers of the topic, at most one for each partition."""
    lag_threshold: NotRequired[int]
    """The records behind which one worker is enough for."""


class IngestTopicSpec(Spec):
    """A topic whose records are written to feature views."""

    topic: str = Field(pattern=_NAME, description="The topic's name. It must have a dead-letter topic.")
    feature_views: tuple[str, ...] = Field(
        min_length=1, description="The feature views that each record is written to. Teams apply them."
    )
    record_format: RecordFormat = Field(
        default=RecordFormat.JSON,
        description="What the value of a record holds: a JSON object, or Avro with the header of Glue's serializers.",
    )
    minimum: int = Field(default=1, ge=1, le=100, description="The fewest workers of the topic.")
    maximum: int = Field(
        default=1,
        ge=1,
        le=100,
        description="The most workers of the topic, at most one for each partition. Equal to the minimum: no scaling.",
    )
    lag_threshold: int = Field(
        default=5000, ge=1, le=100_000_000, description="The records behind which one worker is enough for."
    )

    @field_validator("feature_views")
    @classmethod
    def _views(cls, views: tuple[str, ...]) -> tuple[str, ...]:
        for index, view in enumerate(views):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", view):
                raise refuse(view, f"{view!r} is no feature view's name; use letters, digits and underscores")
            if view in views[:index]:
                raise refuse(view, f"{view} is named twice; name each feature view once")
        return views

    @model_validator(mode="after")
    def _bounds(self) -> "IngestTopicSpec":
        if self.maximum < self.minimum:
            raise refuse_at("maximum", self.maximum, f"must be at least minimum = {self.minimum}")
        return self

    @property
    def scales(self) -> bool:
        """Whether the number of workers follows the lag."""
        return self.maximum > self.minimum


class FeatureIngestConfig(TypedDict):
    """The ingestion of features, as a stack's config describes it."""

    image: str
    """The image of workers/feature_ingest, with a digest or a version as tag."""
    topics: list[IngestTopicConfig]
    """The topics, each with workers of its own."""
    consumer: NotRequired[str]
    """The consumer of the topics, which has their quotas and lag alarms."""
    batch_size: NotRequired[int]
    """The most records that are written at once."""
    cpu: NotRequired[str]
    """The CPU of a worker, such as 1 or 500m; at most 2."""
    memory: NotRequired[str]
    """The memory of a worker, such as 1Gi."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class FeatureIngestArgs(FeatureIngestConfig):
    """The arguments of a FeatureIngest: its config, the cluster, the topics and the stores."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range, in which brokers and stores answer."""
    bootstrap_brokers: pulumi.Input[str]
    """The brokers for clients that log in by IAM over TLS, separated by commas."""
    cluster_arn: pulumi.Input[str]
    """The ARN of the Kafka cluster."""
    reader_policies: dict[str, pulumi.Input[str]]
    """For each topic, the IAM policy document of its consumers."""
    dead_letters: dict[str, pulumi.Input[str]]
    """For each topic, the topic of records that cannot be written."""
    feature_config: pulumi.Input[str]
    """Feast's configuration, as FeatureServer exports it; known after the logins work."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore that answers ExternalSecrets of the namespace feature-ingest."""
    secret_prefix: pulumi.Input[str]
    """What the names of the secrets begin with: <prefix>/database/feast and <prefix>/online-store/feast are read."""
    autoscaler_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role of KEDA's operator, with workers that scale. It gets the right to read the lag."""
    autoscaler_ready: NotRequired[pulumi.Input[str]]
    """KEDA's namespace, known after KEDA runs, with workers that scale."""


class FeatureIngestSpec(Spec):
    """Workers on the cluster that write the records of Kafka topics to the online store."""

    image: str = Field(
        pattern=_IMAGE,
        max_length=255,
        description="The image of workers/feature_ingest, with a digest or a version as tag.",
    )
    topics: tuple[IngestTopicSpec, ...] = Field(min_length=1, description="The topics, each with workers of its own.")
    consumer: str = Field(
        default="feature-ingest",
        pattern=_NAME,
        description="The consumer of the topics in eventStream, which has their quotas and lag alarms.",
    )
    batch_size: int = Field(default=500, ge=1, le=10_000, description="The most records that are written at once.")
    cpu: str = Field(default="250m", pattern=_CPU, description="The CPU of a worker, such as 1 or 500m; at most 2.")
    memory: str = Field(default="1Gi", pattern=_MEMORY, description="The memory of a worker, such as 1Gi.")
    monitoring_namespace: str = Field(
        default="monitoring", pattern=NAMESPACE_PATTERN, description="The namespace whose pods may read metrics."
    )

    @field_validator("cpu")
    @classmethod
    def _within_the_limit(cls, cpu: str) -> str:
        asked = int(cpu.removesuffix("m")) / (1000 if cpu.endswith("m") else 1)
        if asked > int(CPU_LIMIT):
            raise refuse(cpu, f"a worker uses at most {CPU_LIMIT} CPUs; write {CPU_LIMIT} or less, and raise maximum")
        return cpu

    @field_validator("image")
    @classmethod
    def _has_a_version(cls, image: str) -> str:
        name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
        if "@" not in image and tag in ("", "latest"):
            raise refuse(image, f"{name} has no version, so a restart may change it; add @sha256:… or a version as tag")
        return image

    @model_validator(mode="after")
    def _each_once(self) -> "FeatureIngestSpec":
        names = [each.topic for each in self.topics]
        for index, name in enumerate(names):
            same = [other for other in names[:index] if object_name(other) == object_name(name)]
            if same:
                raise refuse_at(f"topics[{index}].topic", name, f"is like {same[0]}; name each topic once")
        return self

    @property
    def scales(self) -> bool:
        """Whether the number of workers of any topic follows its lag."""
        return any(each.scales for each in self.topics)


def object_name(topic: str) -> str:
    """The name of a topic's objects in Kubernetes, which takes neither capitals nor dots nor underscores."""
    return re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-")
