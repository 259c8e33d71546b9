"""What usage says of streams, held against the event stream that the stack declares."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.streaming.event_stream.spec import StreamEngine
from pricing.usage import Usage

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("usage", "streams")
_STATED = "serverless_partitions"


def usage_of(config: "StackConfig") -> Usage:
    """The assumed usage; partitions of MSK Serverless that it leaves out are those of the topics."""
    usage, stream = config.usage, config.event_stream
    if not stream or stream.engine is not StreamEngine.MSK_SERVERLESS or _STATED in usage.streams.model_fields_set:
        return usage
    streams = usage.streams.model_copy(update={_STATED: stream.kafka_partitions})
    return usage.model_copy(update={"streams": streams})


def stream_usage_problems(config: "StackConfig") -> Iterator[Problem]:
    """Usage of streams that the stack does not have, and fewer partitions than its topics have."""
    usage, stream = config.usage.streams, config.event_stream
    stated = usage.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for field, value in stated.items() if not stream else ():
        yield Problem((*_AT, field), value, "the stack has no eventStream; remove it, or add eventStream")
    if not stream or _STATED not in usage.model_fields_set:
        return
    at = (*_AT, "serverlessPartitions")
    if stream.engine is not StreamEngine.MSK_SERVERLESS:
        yield Problem(at, usage.serverless_partitions, f"eventStream.engine is {stream.engine}; remove it")
    elif usage.serverless_partitions < stream.kafka_partitions:
        remedy = f"the topics of eventStream have {stream.kafka_partitions:,}; write that or more, or leave it out"
        yield Problem(at, usage.serverless_partitions, remedy)
