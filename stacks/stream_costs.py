"""What each engine of an event stream would cost, so that a plan shows what the choice costs."""

import math

from components.data.streaming.event_stream.capacity import SHARD_READ_MIB
from components.data.streaming.event_stream.spec import EventStreamSpec, StreamEngine
from pricing.table import PriceNotFound, PriceTable, load_table
from stacks.sizing import HOURS_A_MONTH, Decision


def engine_decisions(stream: EventStreamSpec | None, region: str) -> tuple[Decision, ...]:
    """The engine of an event stream with the costs of the others for the same topics; none without topics."""
    if not (stream and stream.topics):
        return ()
    table = load_table(region)
    own, *others = sorted(StreamEngine, key=lambda engine: engine is not stream.engine)
    said = f"{_named(stream, own)} costs {_cost(stream, own, table)} USD a month before data"
    rest = ", ".join(f"{_named(stream, engine)} {_cost(stream, engine, table)}" for engine in others)
    return (Decision("eventStream.engine", {"engine": str(own)}, f"{said}; for the same topics: {rest}."),)


def _named(stream: EventStreamSpec, engine: StreamEngine) -> str:
    match engine:
        case StreamEngine.KINESIS:
            shards = _shards(stream)
            return f"kinesis with {shards} shard{'s' if shards > 1 else ''}"
        case StreamEngine.MSK_PROVISIONED:
            return f"msk-provisioned with {stream.brokers.brokers} {stream.brokers.broker_type}"
        case StreamEngine.MSK_SERVERLESS:
            return f"msk-serverless with {stream.kafka_partitions} partitions"


def _cost(stream: EventStreamSpec, engine: StreamEngine, table: PriceTable) -> str:
    """The monthly list price, formatted; "unpriced" where the region has no price."""
    kafka = stream.brokers
    match engine:
        case StreamEngine.KINESIS:
            amounts = [("kinesis", "shard-hour", _shards(stream) * HOURS_A_MONTH)]
        case StreamEngine.MSK_PROVISIONED:
            amounts = [
                ("msk", kafka.broker_type, kafka.brokers * HOURS_A_MONTH),
                ("msk", "provisioned-storage", kafka.brokers * kafka.storage_gib),
            ]
        case StreamEngine.MSK_SERVERLESS:
            amounts = [
                ("msk", "serverless-cluster", HOURS_A_MONTH),
                ("msk", "serverless-partition", stream.kafka_partitions * HOURS_A_MONTH),
            ]
    try:
        return f"{sum(table.price(service, sku).on_demand * amount for service, sku, amount in amounts):,.2f}"
    except PriceNotFound:
        return "unpriced"


def _shards(stream: EventStreamSpec) -> int:
    """The shards of the stream itself, or else those that give consumers their quotas without fan-out."""
    if not stream.engine.is_kafka and all(topic.partitions for topic in stream.topics):
        return sum(topic.partitions or 0 for topic in stream.topics)
    quotas = [sum(each.read_mib_per_second for each in topic.consumers) for topic in stream.topics]
    return sum(max(1, math.ceil(quota / SHARD_READ_MIB)) for quota in quotas)
