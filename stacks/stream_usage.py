"""Compares the usage of streams with the event stream that the stack declares."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.streaming.event_stream.spec import StreamEngine

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("usage", "streams")


def stream_usage_problems(config: "StackConfig") -> Iterator[Problem]:
    """Usage of streams that the stack does not have, and fewer partitions than its topics have."""
    usage, stream = config.usage.streams, config.event_stream
    stated = usage.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for field, value in stated.items() if not stream else ():
        yield Problem((*_AT, field), value, "the stack has no eventStream; remove it, or add eventStream")
    if not stream or "serverless_partitions" not in usage.model_fields_set:
        return
    at = (*_AT, "serverlessPartitions")
    if stream.engine is not StreamEngine.MSK_SERVERLESS:
        yield Problem(at, usage.serverless_partitions, f"eventStream.engine is {stream.engine}; remove it")
    elif usage.serverless_partitions < stream.kafka_partitions:
        remedy = f"the topics of eventStream have {stream.kafka_partitions:,}; write that or more, or leave it out"
        yield Problem(at, usage.serverless_partitions, remedy)
