"""The settings of the job: a JSON document, which the component FeatureIngest exports."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.feature_ingest.settings import Format, Security, Settings, SettingsError


class SourceKind(StrEnum):
    """What the job reads."""

    KAFKA = "kafka"
    KINESIS = "kinesis"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TopicSettings(_Settings):
    """A topic that the job reads."""

    name: str
    """The topic of Kafka, or the stream of Kinesis."""
    views: tuple[str, ...]
    """The feature views that each record is written to."""
    record_format: Format
    dead_letters: str
    """The topic of Kafka or the address of the SQS queue for records that cannot be written."""


class Login(_Settings):
    """A field of a secret that Feast's environment takes."""

    secret: str
    """The ARN of the secret, whose value is a JSON object."""
    key: str


class JobSettings(_Settings):
    """What the job reads, where it writes, and how."""

    name: str
    """The job in CloudWatch's metrics."""
    source: SourceKind
    consumer: str
    """The consumer group, and the client id that Kafka's quotas name."""
    region: str
    topics: tuple[TopicSettings, ...]
    checkpoints: str
    """The folder of the checkpoints, with a slash at its end. Each topic has a folder in it."""
    feast: str
    """Feast's configuration, feature_store.yaml."""
    logins: Mapping[str, Login] = Field(default_factory=dict[str, Login])
    """The variables of Feast's environment that come from secrets."""
    bundle_address: str = ""
    """Where the database's certificates are published; empty if Feast's configuration names an existing file."""
    bundle_path: str = ""
    """The path of these certificates in Feast's configuration. The job puts its own path there."""
    brokers: str = ""
    """Addresses of brokers, separated by commas; empty with Kinesis."""
    security: Security = Security.IAM
    kinesis_endpoint: str = ""
    """The address of Kinesis; empty with Kafka."""
    trigger_seconds: int = 10
    """Seconds from the start of a batch to the start of the next one."""
    trigger_records: int = 100_000
    """The most records of a topic in a batch; with Kinesis, of a shard."""
    batch_size: int = 500
    """The most rows that are written to the online store at once."""
    metrics: bool = True
    """Whether the job sends its metrics to CloudWatch."""

    def of(self, topic: TopicSettings) -> Settings:
        """The settings of a worker of one topic."""
        return Settings(
            topic=topic.name,
            group=self.consumer,
            views=topic.views,
            brokers=self.brokers,
            dead_letters=topic.dead_letters,
            record_format=topic.record_format,
            security=self.security,
            region=self.region,
            batch_size=self.batch_size,
        )


def settings_of(text: str) -> JobSettings:
    """The settings of a JSON document.

    Raises:
        SettingsError: the document is not what the component writes.
    """
    try:
        return JobSettings.model_validate_json(text)
    except ValidationError as error:
        raise SettingsError(f"settings: {error}; use the package of the deployed version") from None
