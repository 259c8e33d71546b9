"""The event stream of a stack: topics of its cluster and VPC, queues, and workers that write features."""

from components.cluster.external_secrets import ExternalSecrets
from components.core.ordering import after
from components.core.spec import args_of
from components.data.feature_services.feature_services import FeatureServices
from components.data.streaming.event_stream.event_stream import EventStream
from components.data.streaming.event_stream.spec import EventStreamArgs
from components.data.streaming.feature_ingest.feature_ingest import FeatureIngest
from components.data.streaming.feature_ingest.spec import FeatureIngestArgs
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
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


def make_feature_ingest(
    config: StackConfig,
    base: Foundation,
    secrets: ExternalSecrets | None,
    services: FeatureServices | None,
    stream: EventStream | None,
    serving: ModelServingIngress | None,
) -> None:
    """Workers between the topics and Feast's online store. They start after Feast's logins work."""
    spec = config.feature_ingest
    if not (spec and secrets and services and stream):
        return
    topics = [each.topic for each in spec.topics]
    scaling: dict[str, object] = {}
    if spec.scales and serving:
        scaling = {
            "autoscaler_role_arn": serving.autoscaler_role_arn,
            "autoscaler_ready": serving.autoscaler_ready,
        }
    args = args_of(
        FeatureIngestArgs,
        spec,
        **scaling,
        cluster_name=base.cluster.ready,
        vpc_cidr=base.network.vpc_cidr,
        bootstrap_brokers=stream.bootstrap_brokers,
        cluster_arn=stream.cluster_arn,
        reader_policies={
            topic: stream.reader_policies.apply(lambda all_, topic=topic: all_[topic]) for topic in topics
        },
        dead_letters={
            topic: stream.dead_letter_targets.apply(lambda all_, topic=topic: all_[topic]) for topic in topics
        },
        feature_config=services.feature_config,
        secret_store=secrets.store_name,
        secret_prefix=after(secrets.secret_prefix, services.feature_server_address),
    )
    FeatureIngest("feature-ingest", args, base.kubernetes)
