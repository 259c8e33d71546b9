"""What the ingestion of features needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.streaming.event_stream.schemas import SchemaFormat
from components.data.streaming.event_stream.spec import EventStreamSpec
from components.data.streaming.event_stream.topic_spec import TopicSpec
from components.data.streaming.feature_ingest.spec import IngestTopicSpec, RecordFormat

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("featureIngest",)


def ingest_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where the workers do not fit the topics, Feast or the autoscaler."""
    spec, stream = config.feature_ingest, config.event_stream
    if not spec:
        return
    if not (config.feature_services and config.feature_services.feature_server):
        yield Problem(_AT, None, "the workers write through Feast; add featureServices.featureServer")
    if spec.scales and not config.model_serving:
        remedy = "workers scale by the KEDA of modelServing; add modelServing, or write maximum = minimum"
        yield Problem((*_AT, "topics"), [each.maximum for each in spec.topics], remedy)
    if not stream:
        yield Problem(_AT, None, "the workers read topics; add eventStream")
    elif not stream.engine.is_kafka:
        remedy = "the workers read Kafka alone; set engine to msk-provisioned, or remove featureIngest"
        yield Problem(("eventStream", "engine"), str(stream.engine), remedy)
    else:
        for index, wanted in enumerate(spec.topics):
            for problem in _topic_problems(stream, wanted, spec.consumer):
                yield problem.within(*_AT, "topics", index)


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
    if wanted.maximum > partitions:
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
