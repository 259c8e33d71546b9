"""Amazon Kinesis Data Streams: shards or use, longer retention, and consumers with fan-out."""

import math
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import number, section, text
from resources.resource import Resource

_SERVICE = "kinesis"
_STREAM = "aws:kinesis/stream:Stream"
_UNIT_KB = 25
_MILLION = 1_000_000
_KB_A_GB = 1024**2
_FREE_HOURS, _WEEK_HOURS = 24, 168
"""A day is included; up to a week is extended retention, and beyond it long-term retention."""


@prices(_STREAM)
def stream(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A stream by its shards and the units that are put, or on demand by its hours and what is written and read."""
    usage = stack.usage.streams
    written = stack.share(resource, usage.written_gb)
    hours = number(resource.inputs, "retentionPeriod", _FREE_HOURS)
    if _on_demand(resource):
        yield stack.charge(resource, _SERVICE, "on-demand-stream-hour", HOURS_A_MONTH, "stream on demand, all hours")
        yield stack.charge(resource, _SERVICE, "on-demand-ingest", written, "records written")
        yield stack.charge(resource, _SERVICE, "on-demand-retrieve", written * usage.reads, "records read")
        extended = _kept(written, _FREE_HOURS, min(hours, _WEEK_HOURS))
        sku = "on-demand-extended-retention-24h-7d"
        yield stack.charge(resource, _SERVICE, sku, extended, "records kept after a day")
    else:
        shards = _shards(resource)
        what = f"{shards:g} shards, all hours"
        yield stack.charge(resource, _SERVICE, "shard-hour", shards * HOURS_A_MONTH, what)
        records = written * _KB_A_GB / usage.record_kb
        units = records * math.ceil(usage.record_kb / _UNIT_KB) / _MILLION
        yield stack.charge(resource, _SERVICE, "put-payload-units", units, "units of 25 KB that are put")
        if hours > _FREE_HOURS:
            what = f"{shards:g} shards that keep records after a day"
            yield stack.charge(resource, _SERVICE, "extended-retention-shard-hour", shards * HOURS_A_MONTH, what)
    if hours > _WEEK_HOURS:
        kept = _kept(written, _WEEK_HOURS, hours)
        yield stack.charge(resource, _SERVICE, "long-term-retention", kept, "records kept after a week")


@prices("aws:kinesis/streamConsumer:StreamConsumer")
def consumer(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What a consumer with fan-out reads, and its share of each shard."""
    source = stack.source(resource, "streamArn", _STREAM)
    if source is None:
        yield Gap("the stream that it reads is not in the stack")
        return
    read = stack.share(source, stack.usage.streams.written_gb)
    if _on_demand(source):
        yield stack.charge(resource, _SERVICE, "on-demand-efo-retrieve", read, "records read with fan-out")
        return
    shards = _shards(source)
    what = f"fan-out of {shards:g} shards, all hours"
    yield stack.charge(resource, _SERVICE, "enhanced-fanout-shard-hour", shards * HOURS_A_MONTH, what)
    yield stack.charge(resource, _SERVICE, "enhanced-fanout-data", read, "records read with fan-out")


def _on_demand(stream: Resource) -> bool:
    return text(section(stream.inputs, "streamModeDetails"), "streamMode", "PROVISIONED") == "ON_DEMAND"


def _shards(stream: Resource) -> float:
    return number(stream.inputs, "shardCount")


def _kept(written: float, first_hour: float, last_hour: float) -> float:
    """The GB of records that are between these ages on average over the month."""
    return written / HOURS_A_MONTH * max(0.0, last_hour - first_hour)
