"""The topics as streams of Spark, and their rows as messages.

Sources: Spark, "Structured Streaming + Kafka Integration Guide"; aws/aws-msk-iam-auth, README;
awslabs/spark-sql-kinesis-connector, README. EMR Serverless ships this connector from release 7.1.0 on (EMR Serverless
user guide, "Supported streaming connectors").
"""

from collections.abc import Callable
from typing import Any

from workers.feature_ingest.records import Message
from workers.feature_ingest.settings import Security
from workers.feature_ingest_spark.settings import JobSettings, SourceKind, TopicSettings

LEAST_FETCH_SECONDS = 10
"""The shortest `kinesis.maxFetchTimePerShardSec`. Source: awslabs/spark-sql-kinesis-connector, README."""


def stream_of(spark: Any, settings: JobSettings, topic: TopicSettings) -> Any:
    """The records of a topic. A topic without a checkpoint is read from its beginning, so that nothing is missed."""
    if settings.source is SourceKind.KAFKA:
        return spark.readStream.format("kafka").options(**kafka_options(settings, topic)).load()
    return spark.readStream.format("aws-kinesis").options(**kinesis_options(settings, topic)).load()


def kafka_options(settings: JobSettings, topic: TopicSettings) -> dict[str, str]:
    """The options of Spark's source for Kafka."""
    options = {
        "kafka.bootstrap.servers": settings.brokers,
        "kafka.client.id": settings.consumer,
        "kafka.isolation.level": "read_committed",
        "subscribe": topic.name,
        "startingOffsets": "earliest",
        "includeHeaders": "true",
        "maxOffsetsPerTrigger": str(settings.trigger_records),
        # The role allows groups that begin with the consumer's name.
        "groupIdPrefix": settings.consumer,
        # After a pause that was longer than the retention, the job goes on with the oldest record that is left.
        "failOnDataLoss": "false",
    }
    if settings.security is Security.NONE:
        return options
    return {
        **options,
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "AWS_MSK_IAM",
        "kafka.sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
        "kafka.sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    }


def kinesis_options(settings: JobSettings, topic: TopicSettings) -> dict[str, str]:
    """The options of the connector for Kinesis."""
    return {
        "kinesis.region": settings.region,
        "kinesis.endpointUrl": settings.kinesis_endpoint,
        "kinesis.streamName": topic.name,
        "kinesis.consumerType": "GetRecords",
        "kinesis.startingPosition": "TRIM_HORIZON",
        "kinesis.failOnDataLoss": "false",
        "kinesis.maxFetchRecordsPerShard": str(settings.trigger_records),
        # Without it, a batch of a shard that is never idle ends only with its last allowed record.
        "kinesis.maxFetchTimePerShardSec": str(max(LEAST_FETCH_SECONDS, settings.trigger_seconds)),
    }


def messages_of(settings: JobSettings) -> Callable[[Any], Message]:
    """What makes a message of a row of Spark."""
    return kafka_message if settings.source is SourceKind.KAFKA else kinesis_message


def kafka_message(row: Any) -> Message:
    """A record of Kafka."""
    return Message(
        topic=row.topic,
        partition=str(row.partition),
        offset=row.offset,
        key=_bytes(row.key),
        value=_bytes(row.value),
        headers=tuple((each.key, _bytes(each.value)) for each in row.headers or ()),
    )


def kinesis_message(row: Any) -> Message:
    """A record of Kinesis. The connector does not say from which shard it is; the sequence number finds it."""
    return Message(
        topic=row.streamName,
        partition="",
        offset=int(row.sequenceNumber),
        key=row.partitionKey.encode(),
        value=_bytes(row.data),
    )


def _bytes(value: Any) -> bytes | None:
    """Spark has mutable bytes."""
    return None if value is None else bytes(value)
