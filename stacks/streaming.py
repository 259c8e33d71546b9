"""The event stream of a stack: topics of its cluster and VPC, and queues."""

from components.core.spec import args_of
from components.data.streaming.event_stream.event_stream import EventStream
from components.data.streaming.event_stream.spec import EventStreamArgs
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_event_stream(config: StackConfig, base: Foundation, exports: Outputs) -> EventStream | None:
    """Topics on Kinesis, or on Kafka in the isolated subnets, reached by the pods of the cluster."""
    spec = config.event_stream
    if not spec:
        return None
    network = {
        "vpc_id": base.network.vpc_id,
        "subnet_ids": base.network.isolated_subnet_ids,
        "client_security_group_id": base.cluster.node_security_group_id,
    }
    args = args_of(EventStreamArgs, spec, **(network if spec.engine.is_kafka else {}))
    stream = EventStream("event-stream", args, base.aws)
    exports |= {
        "streamKind": stream.kind,
        "streamBrokers": stream.bootstrap_brokers,
        "streamTopics": stream.topic_names,
        "schemaRegistry": stream.registry_name,
    }
    return stream
