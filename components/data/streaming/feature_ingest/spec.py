"""What the ingestion of features is made from, and what is refused."""

import re
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from ....core.image_names import IMAGE_PATTERN, versioned_image
from ....core.namespace_names import MonitoringNamespace
from ....core.pod_sizes import CPU_PATTERN, MEMORY_PATTERN, enough_cpu, enough_memory, millicpus
from ....core.problems import refuse_at
from ....core.spec import Spec, each_once, refuse
from ....facts.emr_workers import LEAST_DISK_GB, MEMORY
from ...feature_server.spec import VIEW_PATTERN, VIEW_REMEDY

MEMORY_GB_PER_VCPU = 4
DISK_GB = LEAST_DISK_GB
"""The disk of each worker, which is the smallest and free of charge."""
MOST_SPARK_TOPICS = 10
"""Each topic has a managed policy of the job's role. Source: IAM user guide, "IAM and AWS STS quotas"."""
_NAME = r"^[A-Za-z][A-Za-z0-9._-]{0,62}$"
_LEAST_MEBIBYTES = 512
"""What Feast takes before it reads a record, and room for a batch."""
CPU_LIMIT = "2"
"""The CPUs that a worker may use. Kubernetes refuses a request above the limit."""


class IngestEngine(StrEnum):
    """What writes records to the online store."""

    SPARK = "spark"
    """A job of Spark Structured Streaming on EMR Serverless. It reads Kafka or Kinesis."""
    PYTHON = "python"
    """Workers on the EKS cluster. They read Kafka only, and cost nothing while system nodes have room for them."""


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
    """With engine python, the fewest workers of the topic."""
    maximum: NotRequired[int]
    """With engine python, the most workers of the topic, at most one for each partition."""
    lag_threshold: NotRequired[int]
    """With engine python, the records behind which one worker is enough for."""


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
    minimum: int = Field(default=1, ge=1, le=100, description="With engine python, the fewest workers of the topic.")
    maximum: int = Field(
        default=1,
        ge=1,
        le=100,
        description="With engine python, the most workers of the topic, at most one for each partition. Equal to the "
        "minimum: no scaling.",
    )
    lag_threshold: int = Field(
        default=5000,
        ge=1,
        le=100_000_000,
        description="With engine python, the records behind which one worker is enough for.",
    )

    @field_validator("feature_views")
    @classmethod
    def _views(cls, views: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(views, VIEW_PATTERN, VIEW_REMEDY)

    @model_validator(mode="after")
    def _bounds(self) -> "IngestTopicSpec":
        if self.maximum < self.minimum:
            raise refuse_at("maximum", self.maximum, f"must be at least minimum = {self.minimum}")
        return self

    @property
    def scales(self) -> bool:
        """Whether the number of workers follows the lag."""
        return self.maximum > self.minimum


class SparkIngestConfig(TypedDict):
    """The job of engine spark."""

    package: str
    """The folder in S3 of the job's packages and jars, which `python -m operations.ingest package` prints."""
    worker_vcpus: NotRequired[int]
    """The vCPUs of the driver and of each executor, with 4 GB of memory each: 1, 2, 4, 8 or 16."""
    minimum_executors: NotRequired[int]
    """The fewest executors."""
    maximum_executors: NotRequired[int]
    """The most executors."""
    trigger_seconds: NotRequired[int]
    """Seconds from the start of a batch to the start of the next one."""
    trigger_records: NotRequired[int]
    """The most records of a topic in a batch; with Kinesis, of a shard."""
    connector_jar: NotRequired[str]
    """With Kinesis, the S3 address of the connector, for releases that lack it."""
    continuous: NotRequired[bool]
    """Whether the job is to run at all times, so that an alarm rises when it does not."""


class SparkIngestSpec(Spec):
    """The job of engine spark."""

    package: str = Field(
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/feature-ingest/([A-Za-z0-9][A-Za-z0-9_.-]*/)+$",
        description="The folder in S3 of the job's packages and jars, which `python -m operations.ingest package` "
        "prints.",
    )
    worker_vcpus: int = Field(
        default=2,
        description="The vCPUs of the driver and of each executor, with 4 GB of memory each: 1, 2, 4, 8 or 16.",
    )
    minimum_executors: int = Field(default=1, ge=1, le=100, description="The fewest executors.")
    maximum_executors: int = Field(default=3, ge=1, le=100, description="The most executors.")
    trigger_seconds: int = Field(
        default=10, ge=1, le=600, description="Seconds from the start of a batch to the start of the next one."
    )
    trigger_records: int = Field(
        default=100_000,
        ge=1000,
        le=10_000_000,
        description="The most records of a topic in a batch; with Kinesis, of a shard.",
    )
    connector_jar: str | None = Field(
        default=None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/feature-ingest/([A-Za-z0-9][A-Za-z0-9_.-]*/)*[A-Za-z0-9][A-Za-z0-9_.-]*\.jar$",
        description="With Kinesis, the S3 address of the connector, for releases that lack it. It is in the "
        "folder feature-ingest/ of the same bucket as the packages.",
    )
    continuous: bool = Field(
        default=True,
        description="Whether the job is to run at all times, so that an alarm rises when it does not. False for runs "
        "of some minutes.",
    )

    @field_validator("worker_vcpus")
    @classmethod
    def _a_size(cls, vcpus: int) -> int:
        if vcpus not in MEMORY:
            nearest = min(MEMORY, key=lambda size: abs(size - vcpus))
            raise refuse(vcpus, f"a worker has {', '.join(map(str, MEMORY))} vCPUs; write {nearest}")
        return vcpus

    @model_validator(mode="after")
    def _bounds(self) -> "SparkIngestSpec":
        if self.maximum_executors < self.minimum_executors:
            raise refuse_at(
                "maximumExecutors",
                self.maximum_executors,
                f"must be at least minimumExecutors = {self.minimum_executors}",
            )
        return self

    @property
    def least_vcpus(self) -> int:
        """The vCPUs of the driver and the fewest executors."""
        return self.worker_vcpus * (1 + self.minimum_executors)

    @property
    def most_vcpus(self) -> int:
        """The vCPUs of the driver and all executors."""
        return self.worker_vcpus * (1 + self.maximum_executors)


class FeatureIngestConfig(TypedDict):
    """The ingestion of features, as a stack's config describes it."""

    topics: list[IngestTopicConfig]
    """The topics, each with workers or a stream of its own."""
    engine: NotRequired[IngestEngine]
    """What writes the records; spark when left out."""
    spark: NotRequired[SparkIngestConfig]
    """The job of engine spark."""
    image: NotRequired[str]
    """With engine python, the image of workers/feature_ingest, with a digest or a version as tag."""
    consumer: NotRequired[str]
    """The consumer of the topics, which has their quotas and lag alarms."""
    batch_size: NotRequired[int]
    """The most records that are written at once."""
    cpu: NotRequired[str]
    """With engine python, the CPU of a worker, such as 1 or 500m; at most 2."""
    memory: NotRequired[str]
    """With engine python, the memory of a worker, such as 1Gi."""
    monitoring_namespace: NotRequired[str]
    """With engine python, the namespace whose pods may read metrics."""


class FeatureIngestArgs(FeatureIngestConfig):
    """The arguments of a FeatureIngest: its config, the topics, the stores, and what its engine runs on."""

    reader_policies: dict[str, pulumi.Input[str]]
    """For each topic, the IAM policy document of its consumers."""
    dead_letters: dict[str, pulumi.Input[str]]
    """For each topic, the topic of Kafka or the URL of the SQS queue of records that cannot be written."""
    feature_config: pulumi.Input[str]
    """Feast's configuration, as FeatureServer exports it; known after the logins work."""
    bootstrap_brokers: NotRequired[pulumi.Input[str]]
    """With Kafka, the brokers for clients that log in by IAM over TLS, separated by commas."""
    stream_names: NotRequired[dict[str, pulumi.Input[str]]]
    """With Kinesis, the name of each topic's stream."""
    cluster_name: NotRequired[pulumi.Input[str]]
    """With engine python, the EKS cluster."""
    store_cidrs: NotRequired[pulumi.Input[list[str]]]
    """With engine python, the ranges of the subnets of brokers and stores."""
    cluster_arn: NotRequired[pulumi.Input[str]]
    """With engine python, the ARN of the Kafka cluster."""
    secret_store: NotRequired[pulumi.Input[str]]
    """With engine python, the ClusterSecretStore that answers ExternalSecrets of the namespace feature-ingest."""
    secret_prefix: NotRequired[pulumi.Input[str]]
    """With engine python, what the names of the secrets begin with: <prefix>/database/feast and
    <prefix>/online-store/feast are read."""
    autoscaler_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role of KEDA's operator, with workers that scale. It gets the right to read the lag."""
    autoscaler_ready: NotRequired[pulumi.Input[str]]
    """KEDA's namespace, known after KEDA runs, with workers that scale."""
    application_arn: NotRequired[pulumi.Input[str]]
    """With engine spark, the ARN of the EMR Serverless application."""
    application_security_group_id: NotRequired[pulumi.Input[str]]
    """With engine spark, the security group of the application's workers."""
    log_policy: NotRequired[pulumi.Input[str]]
    """With engine spark, the IAM policy document that lets jobs write logs and use the key of their disks."""
    disk_key_arn: NotRequired[pulumi.Input[str]]
    """With engine spark, the KMS key of the disks of workers."""
    work_bucket: NotRequired[pulumi.Input[str]]
    """With engine spark, the bucket of the job's script, packages and checkpoints, in the folder feature-ingest/."""
    work_key_arn: NotRequired[pulumi.Input[str]]
    """With engine spark, the KMS key of this bucket."""
    secret_arns: NotRequired[dict[str, pulumi.Input[str]]]
    """With engine spark, the secrets with Feast's logins, by their use: database and online-store."""
    secrets_key_arn: NotRequired[pulumi.Input[str]]
    """With engine spark, the KMS key of these secrets."""
    database_security_group_id: NotRequired[pulumi.Input[str]]
    """With engine spark, the security group of Feast's database."""
    online_security_group_id: NotRequired[pulumi.Input[str]]
    """With engine spark, the security group of the online store."""
    notification_arn: NotRequired[pulumi.Input[str]]
    """With engine spark, the SNS topic that is told when the job does not run."""


class FeatureIngestSpec(Spec):
    """What writes the records of topics to the online store."""

    topics: tuple[IngestTopicSpec, ...] = Field(
        min_length=1, description="The topics, each with workers or a stream of its own."
    )
    engine: IngestEngine = Field(
        default=IngestEngine.SPARK,
        description="What writes the records: spark, a job on EMR Serverless, or python, workers on the EKS cluster.",
    )
    spark: SparkIngestSpec | None = Field(default=None, description="The job of engine spark.")
    image: str | None = Field(
        default=None,
        pattern=IMAGE_PATTERN,
        max_length=255,
        description="With engine python, the image of workers/feature_ingest, with a digest or a version as tag.",
    )
    consumer: str = Field(
        default="feature-ingest",
        pattern=_NAME,
        description="The consumer of the topics in eventStream, which has their quotas and lag alarms.",
    )
    batch_size: int = Field(default=500, ge=1, le=10_000, description="The most records that are written at once.")
    cpu: str = Field(
        default="250m",
        pattern=CPU_PATTERN,
        description="With engine python, the CPU of a worker, such as 1 or 500m; at most 2.",
    )
    memory: str = Field(
        default="1Gi", pattern=MEMORY_PATTERN, description="With engine python, the memory of a worker, such as 1Gi."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="With engine python, the namespace whose pods may read metrics.",
    )

    @field_validator("cpu")
    @classmethod
    def _within_the_limit(cls, cpu: str) -> str:
        if millicpus(cpu) > millicpus(CPU_LIMIT):
            raise refuse(cpu, f"a worker uses at most {CPU_LIMIT} CPUs; write {CPU_LIMIT} or less, and raise maximum")
        return enough_cpu(cpu, "a worker")

    @field_validator("memory")
    @classmethod
    def _enough_memory(cls, memory: str) -> str:
        return enough_memory(memory, _LEAST_MEBIBYTES, "a worker")

    @field_validator("image")
    @classmethod
    def _has_a_version(cls, image: str | None) -> str | None:
        return image if image is None else versioned_image(image)

    @model_validator(mode="after")
    def _each_once(self) -> "FeatureIngestSpec":
        names = [each.topic for each in self.topics]
        for index, name in enumerate(names):
            same = [other for other in names[:index] if object_name(other) == object_name(name)]
            if same:
                raise refuse_at(f"topics[{index}].topic", name, f"is like {same[0]}; name each topic once")
        return self

    @model_validator(mode="after")
    def _fits_its_engine(self) -> "FeatureIngestSpec":
        engines: dict[IngestEngine, tuple[str, ...]] = {
            IngestEngine.SPARK: ("spark",),
            IngestEngine.PYTHON: ("image", "cpu", "memory", "monitoring_namespace"),
        }
        for engine, (needed, *others) in engines.items():
            field, given = to_camel(needed), getattr(self, needed)
            if engine is self.engine and given is None:
                raise refuse_at(field, None, f"engine: {engine} needs it; add it, or set another engine")
            for each in (needed, *others) if engine is not self.engine else ():
                if each in self.model_fields_set:
                    raise refuse_at(
                        to_camel(each),
                        _shown(getattr(self, each)),
                        f"only engine: {engine} has it; remove it, or set engine: {engine}",
                    )
        if self.engine is IngestEngine.SPARK:
            if len(self.topics) > MOST_SPARK_TOPICS:
                raise refuse_at(
                    "topics",
                    [each.topic for each in self.topics],
                    f"a job of Spark reads at most {MOST_SPARK_TOPICS} topics, because an IAM role has as many managed "
                    "policies; remove some, or make a second FeatureIngest",
                )
            for index, topic in enumerate(self.topics):
                for each in ("minimum", "maximum", "lag_threshold"):
                    if each in topic.model_fields_set:
                        raise refuse_at(
                            f"topics[{index}].{to_camel(each)}",
                            getattr(topic, each),
                            "a stream of Spark has no workers of its own; remove it, and set spark.maximumExecutors",
                        )
        return self

    @property
    def scales(self) -> bool:
        """Whether the number of workers of any topic follows its lag."""
        return self.engine is IngestEngine.PYTHON and any(each.scales for each in self.topics)


def object_name(topic: str) -> str:
    """The name of a topic's objects in Kubernetes, which takes neither capitals nor dots nor underscores."""
    return re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-")


def _shown(value: object) -> object:
    return "given" if isinstance(value, Spec) else value
