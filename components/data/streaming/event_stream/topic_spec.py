"""Topics: what each is made from, and what is refused."""

from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ....core.problems import refuse_at
from ....core.spec import Spec, refuse
from .schemas import Compatibility, SchemaFormat, file_problem, incompatible

NAME_PATTERN = r"^[A-Za-z0-9._-]+$"
GROUP_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
DEAD_LETTER = "-dead-letter"
KAFKA_HOURS = 168
"""How long Kafka keeps records of a topic that says nothing else."""
LEAST_TIERED_HOURS = 72
"""Source: Amazon MSK developer guide, "Guidelines for Amazon MSK tiered storage topic-level configuration"."""


class ConsumerConfig(TypedDict):
    """A consumer group (Kafka) or an application (Kinesis) that reads a topic."""

    name: str
    """The name of the consumer group or application."""
    read_mib_per_second: float
    """The quota: how many MiB it may read in a second. Their sum must fit the topic and the brokers."""
    maximum_lag_seconds: NotRequired[int]
    """Seconds that it may be behind before an alarm."""
    fan_out: NotRequired[bool]
    """Kinesis only: whether it has 2 MiB a second of each shard for itself, which costs extra."""


class ConsumerSpec(Spec):
    """A consumer group (Kafka) or an application (Kinesis) that reads a topic."""

    name: str = Field(
        pattern=GROUP_PATTERN, max_length=128, description="The name of the consumer group or application."
    )
    read_mib_per_second: float = Field(
        gt=0,
        le=10_000,
        description="The quota: how many MiB it may read in a second. Their sum must fit the topic and the brokers.",
    )
    maximum_lag_seconds: int = Field(
        default=300, ge=60, le=604_800, description="Seconds that it may be behind before an alarm."
    )
    fan_out: bool = Field(
        default=False,
        description="Kinesis only: whether it has 2 MiB a second of each shard for itself, which costs extra.",
    )


class SchemaConfig(TypedDict):
    """The schema of a topic's records, in the Glue schema registry."""

    file: str
    """The file of the current version. Its path is relative to the folder that the program runs in."""
    previous_files: NotRequired[list[str]]
    """The files of earlier versions, oldest first. The current version must be compatible with them."""
    format: NotRequired[SchemaFormat]
    """AVRO or JSON."""
    compatibility: NotRequired[Compatibility]
    """What a new version must allow."""


class SchemaSpec(Spec):
    """The schema of a topic's records, in the Glue schema registry."""

    file: str = Field(
        min_length=1,
        description="The file of the current version. Its path is relative to the folder that the program runs in.",
    )
    previous_files: tuple[str, ...] = Field(
        default=(),
        description="The files of earlier versions, oldest first. The current version must be compatible with them.",
    )
    format: SchemaFormat = Field(default=SchemaFormat.AVRO, description="AVRO or JSON.")
    compatibility: Compatibility = Field(
        default=Compatibility.BACKWARD,
        description="What a new version must allow. BACKWARD: consumers read older records.",
    )

    @model_validator(mode="after")
    def _versions_fit(self) -> "SchemaSpec":
        files = (*self.previous_files, self.file)
        for index, file in enumerate(files):
            if problem := file_problem(file, self.format):
                raise refuse_at(self._field(index), file, problem)
        for index, problem in incompatible(files, self.format, self.compatibility):
            raise refuse_at(self._field(index), files[index], problem)
        return self

    def _field(self, index: int) -> str:
        return "file" if index == len(self.previous_files) else f"previousFiles[{index}]"


class TopicConfig(TypedDict):
    """A topic of Kafka, or a stream of Kinesis."""

    name: str
    """The topic's name."""
    partitions: NotRequired[int]
    """Partitions (Kafka; 3 when left out) or shards (Kinesis; on demand when left out)."""
    retention_hours: NotRequired[int]
    """Hours that records are kept; 168 for Kafka and 24 for Kinesis when left out."""
    local_retention_hours: NotRequired[int]
    """Kafka with tiered storage: hours that records stay on the brokers' disks."""
    compacted: NotRequired[bool]
    """Kafka only: whether the last record of each key is kept, without a time limit."""
    dead_letter: NotRequired[bool]
    """Whether consumers have a place for records that they cannot process: a topic (Kafka) or a queue (Kinesis)."""
    consumers: NotRequired[list[ConsumerConfig]]
    """Who reads the topic, each with a quota. A topic without consumers is listed in the plan."""
    record_schema: NotRequired[SchemaConfig]
    """The schema of its records."""


class TopicSpec(Spec):
    """A topic of Kafka, or a stream of Kinesis."""

    name: str = Field(
        pattern=NAME_PATTERN,
        max_length=200,
        description="The topic's name: letters, digits, hyphens, and either dots or underscores.",
    )
    partitions: int | None = Field(
        default=None,
        ge=1,
        le=20_000,
        description="Partitions (Kafka; 3 when left out) or shards (Kinesis; on demand when left out).",
    )
    retention_hours: int | None = Field(
        default=None,
        ge=1,
        le=87_600,
        description="Hours that records are kept; 168 for Kafka and 24 for Kinesis when left out.",
    )
    local_retention_hours: int | None = Field(
        default=None,
        ge=1,
        le=87_600,
        description="Kafka with tiered storage: hours that records stay on the brokers' disks.",
    )
    compacted: bool = Field(
        default=False,
        description="Kafka only: whether the last record of each key is kept, without a time limit.",
    )
    dead_letter: bool = Field(
        default=False,
        description="Whether consumers have a place for records that they cannot process: a topic (Kafka) or a queue "
        "(Kinesis).",
    )
    consumers: tuple[ConsumerSpec, ...] = Field(
        default=(), description="Who reads the topic, each with a quota. The plan lists a topic without consumers."
    )
    record_schema: SchemaSpec | None = Field(default=None, description="The schema of its records. Default: none.")

    @field_validator("name")
    @classmethod
    def _one_separator(cls, name: str) -> str:
        if name in (".", "..") or name.startswith("__"):
            raise refuse(name, f"Kafka reserves the name {name}; start with a letter")
        if "." in name and "_" in name:
            # Kafka writes dots as underscores in the names of metrics, so that two topics would share them.
            raise refuse(name, f"{name} has dots and underscores, which Kafka's metrics mix up; write one of them")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> "TopicSpec":
        if self.compacted and self.retention_hours:
            raise refuse_at(
                "retentionHours",
                self.retention_hours,
                "a compacted topic keeps the last record of each key without a time limit; leave it out",
            )
        if self.local_retention_hours is not None:
            self._check_tiering(self.local_retention_hours)
        names = [each.name for each in self.consumers]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise refuse_at(f"consumers[{index}].name", name, "two consumers have the same name; name each once")
        return self

    def _check_tiering(self, local: int) -> None:
        kept = self.retention_hours or KAFKA_HOURS
        if self.compacted:
            raise refuse_at("localRetentionHours", local, "MSK does not tier compacted topics; leave it out")
        if kept < LEAST_TIERED_HOURS:
            raise refuse_at(
                "retentionHours",
                kept,
                f"a topic in tiered storage keeps records for {LEAST_TIERED_HOURS} hours or more",
            )
        if local >= kept:
            raise refuse_at("localRetentionHours", local, f"must be below retentionHours = {kept}; lower it")

    @property
    def dead_letter_name(self) -> str:
        """The name of the topic of records that consumers could not process."""
        return f"{self.name}{DEAD_LETTER}"
