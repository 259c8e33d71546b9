"""What the ingestion of features needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.streaming.event_stream.schemas import SchemaFormat
from components.data.streaming.event_stream.spec import EventStreamSpec
from components.data.streaming.event_stream.topic_spec import TopicSpec
from components.data.streaming.feature_ingest.spec import (
    DISK_GB,
    MEMORY_GB_PER_VCPU,
    IngestEngine,
    IngestTopicSpec,
    RecordFormat,
    SparkIngestSpec,
)
from components.facts.versions import KINESIS_RELEASES
from components.network.network_args import NatMode
from components.training.spark_cluster.applications import SparkApplicationSpec
from pricing.schedules import HOURS_A_MONTH

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("featureIngest",)


def ingest_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where the ingestion does not fit the topics, Feast, Spark or the autoscaler."""
    spec, stream = config.feature_ingest, config.event_stream
    if not spec:
        return
    topics = [each.topic for each in spec.topics]
    if not (config.feature_services and config.feature_services.feature_server):
        remedy = "it writes through Feast; add featureServices.featureServer with project and clientNamespaces"
        yield Problem((*_AT, "topics"), topics, remedy)
    if spec.scales and not config.model_serving:
        remedy = "workers scale by the KEDA of modelServing; add modelServing, or write maximum = minimum"
        yield Problem((*_AT, "topics"), [each.maximum for each in spec.topics], remedy)
    if not stream:
        yield Problem((*_AT, "topics"), topics, "the stack has no topics to read; add eventStream")
    elif not stream.engine.is_kafka and spec.engine is IngestEngine.PYTHON:
        remedy = "its workers read Kafka alone; write spark, or set eventStream.engine to msk-provisioned"
        yield Problem((*_AT, "engine"), str(spec.engine), remedy)
    else:
        for index, wanted in enumerate(spec.topics):
            for problem in _topic_problems(stream, wanted, spec.consumer):
                yield problem.within(*_AT, "topics", index)
    if spec.spark:
        yield from _spark_problems(config, spec.spark)


def _spark_problems(config: "StackConfig", spec: SparkIngestSpec) -> Iterator[Problem]:
    """Where the job does not fit the streaming application, its release or the network."""
    spark, stream = config.spark_cluster, config.event_stream
    if not (spark and spark.streaming):
        remedy = "the job runs in the streaming application; add sparkCluster.streaming, or write engine: python"
        yield Problem((*_AT, "engine"), str(IngestEngine.SPARK), remedy)
        return
    yield from _capacity_problems(spark.streaming, spec)
    yield from _bucket_problems(config, spec)
    yield from _usage_problems(config, spec)
    kinesis = stream is not None and not stream.engine.is_kafka
    if spec.connector_jar and not kinesis:
        remedy = "only Kinesis has a connector of its own; remove it"
        yield Problem((*_AT, "spark", "connectorJar"), spec.connector_jar, remedy)
    if kinesis and not spec.connector_jar and spark.release not in KINESIS_RELEASES:
        remedy = (
            f"AWS documents the connector for Kinesis in {', '.join(KINESIS_RELEASES)} only; write one of them in "
            "sparkCluster.release, or build the connector for this release and name it in "
            "featureIngest.spark.connectorJar"
        )
        yield Problem(("sparkCluster", "release"), str(spark.release), remedy)
    if config.network.nat is NatMode.NONE:
        remedy = "the job reads the certificates of RDS, which AWS publishes on the internet; write single or per-zone"
        yield Problem(("network", "nat"), str(config.network.nat), remedy)


def _capacity_problems(application: SparkApplicationSpec, spec: SparkIngestSpec) -> Iterator[Problem]:
    """The job's workers have their own sizes, and EMR starts none above any limit of the application."""
    limits, disks = application.maximum, DISK_GB * (1 + spec.maximum_executors)
    amounts = (
        (spec.most_vcpus, limits.vcpus, "vCPUs"),
        (spec.most_vcpus * MEMORY_GB_PER_VCPU, limits.memory_gb, "GB of memory"),
        (disks, limits.disk_gb, "GB of disk"),
    )
    for wanted, limit, unit in amounts:
        if wanted > limit:
            remedy = (
                f"with the driver it needs {wanted} {unit}, and the workers of sparkCluster.streaming may use {limit} "
                f"(maximumVcpus is {limits.vcpus}); raise maximumVcpus, or lower maximumExecutors"
            )
            yield Problem((*_AT, "spark", "maximumExecutors"), spec.maximum_executors, remedy)
            return


def _bucket_problems(config: "StackConfig", spec: SparkIngestSpec) -> Iterator[Problem]:
    """The job's role reads the offline bucket alone."""
    if not config.feature_store:
        return
    bucket = config.feature_store.data.bucket_name("offline", config.environment.account)
    for field, address in (("package", spec.package), ("connectorJar", spec.connector_jar)):
        if address and address.split("/")[2] != bucket:
            remedy = f"the job may read the stack's offline bucket alone; upload it to s3://{bucket}/feature-ingest/"
            yield Problem((*_AT, "spark", field), address, remedy)


def _usage_problems(config: "StackConfig", spec: SparkIngestSpec) -> Iterator[Problem]:
    """A continuous job uses its driver and its fewest executors at all hours."""
    usage, least = config.usage.spark, spec.least_vcpus * HOURS_A_MONTH
    hours = {
        "vcpuHours": (usage.vcpu_hours, least),
        "memoryGbHours": (usage.memory_gb_hours, least * MEMORY_GB_PER_VCPU),
    }
    for field, (stated, needed) in hours.items() if spec.continuous else ():
        if stated < needed:
            remedy = f"the job of featureIngest alone uses {needed:,.0f} at all hours; write that or more"
            yield Problem(("usage", "spark", field), stated, remedy)


def _topic_problems(stream: EventStreamSpec, wanted: IngestTopicSpec, consumer: str) -> Iterator[Problem]:
    topic = next((each for each in stream.topics if each.name == wanted.topic), None)
    if not topic:
        names = ", ".join(each.name for each in stream.topics)
        yield Problem(("topic",), wanted.topic, f"eventStream has no such topic; write one of {names}")
        return
    if not topic.dead_letter:
        remedy = "bad records would have no place; set deadLetter of the topic to true in eventStream"
        yield Problem(("topic",), wanted.topic, remedy)
    if consumer not in [each.name for each in topic.consumers]:
        remedy = f"the topic has no consumer {consumer}, so no quota and no lag alarm; add it in eventStream"
        yield Problem(("topic",), wanted.topic, remedy)
    partitions = stream.partitions_of(topic) or 1
    if wanted.maximum > partitions and stream.engine.is_kafka:
        remedy = (
            f"the topic has {partitions} partitions, and each further worker would wait; write {partitions} or less"
        )
        yield Problem(("maximum",), wanted.maximum, remedy)
    written = _format_of(topic)
    if wanted.record_format is not written:
        remedy = f"the recordSchema of the topic says {written}; write {written}"
        yield Problem(("recordFormat",), str(wanted.record_format), remedy)


def _format_of(topic: TopicSpec) -> RecordFormat:
    is_avro = topic.record_schema and topic.record_schema.format is SchemaFormat.AVRO
    return RecordFormat.AVRO if is_avro else RecordFormat.JSON
