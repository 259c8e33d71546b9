"""The event stream of a stack: topics of its cluster and VPC, and queues."""

from components.core.spec import args_of
from components.data.streaming.event_stream.event_stream import EventStream
from components.data.streaming.event_stream.spec import EventStreamArgs
from components.training.spark_cluster.spark_cluster import SparkCluster
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_event_stream(
    config: StackConfig, base: Foundation, spark: SparkCluster | None, exports: Outputs
) -> EventStream | None:
    """Topics on Kinesis, or on Kafka in the isolated subnets, reached by the pods of the cluster and by Spark."""
    spec = config.event_stream
    if not spec:
        return None
    network: dict[str, object] = {}
    if spec.engine.is_kafka:
        network = {
            "vpc_id": base.network.vpc_id,
            "subnet_ids": base.network.isolated_subnet_ids,
            "client_security_group_id": base.cluster.node_security_group_id,
        }
        if spark:
            network["further_client_security_group_ids"] = {"spark": spark.security_group_id}
    args = args_of(EventStreamArgs, spec, **network)
    stream = EventStream("event-stream", args, base.aws)
    exports |= {
        "streamKind": stream.kind,
        "streamBrokers": stream.bootstrap_brokers,
        "streamTopics": stream.topic_names,
        "schemaRegistry": stream.registry_name,
    }
    return stream
