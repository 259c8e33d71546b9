"""The event stream of a stack: topics of its cluster and VPC, queues, and workers that write features."""

from collections.abc import Sequence

import pulumi

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
    spark: SparkCluster | None,
    exports: Outputs,
) -> None:
    """What writes the records of the topics to Feast's online store. It starts after Feast's logins work."""
    spec = config.feature_ingest
    if not (spec and secrets and services and stream):
        return
    topics = [each.topic for each in spec.topics]
    source: dict[str, object]
    if config.event_stream and config.event_stream.engine.is_kafka:
        source = {"bootstrap_brokers": stream.bootstrap_brokers}
    else:
        source = {"stream_names": _by_topic(stream.topic_names, topics)}
    runs_on = (
        _on_spark(base, services, secrets, spark, stream, config)
        if spec.spark and spark
        else _on_cluster(config, base, secrets, services, stream, serving)
    )
    args = args_of(
        FeatureIngestArgs,
        spec,
        **source,
        **runs_on,
        reader_policies=_by_topic(stream.reader_policies, topics),
        dead_letters=_by_topic(stream.dead_letter_targets, topics),
        feature_config=services.feature_config,
    )
    ingest = FeatureIngest("feature-ingest", args, base.kubernetes)
    if spec.spark:
        exports |= {"featureIngestJob": ingest.job}


def _by_topic(values: pulumi.Output[dict[str, str]], topics: Sequence[str]) -> dict[str, pulumi.Output[str]]:
    return {topic: values.apply(lambda all_, topic=topic: all_[topic]) for topic in topics}


def _on_spark(
    base: Foundation,
    services: FeatureServices,
    secrets: ExternalSecrets,
    spark: SparkCluster,
    stream: EventStream,
    config: StackConfig,
) -> dict[str, object]:
    """The streaming application, and the stores as its workers reach them."""
    store = base.store
    told = config.event_stream.alarm_notification if config.event_stream else None
    notification: dict[str, object] = (
        {"notification_arn": stream.notification_arns.apply(lambda all_: all_[told])} if told else {}
    )
    return {
        **notification,
        "application_arn": spark.application_arns.apply(lambda all_: all_["streaming"]),
        "application_security_group_id": spark.security_group_id,
        "log_policy": spark.log_policy,
        "disk_key_arn": spark.key_arn,
        "work_bucket": store.offline_bucket,
        "work_key_arn": store.data_key_arn,
        "secret_arns": {
            use: services.secret_arns.apply(lambda all_, use=use: all_[f"{use}/feast"])
            for use in ("database", "online-store")
        },
        "secrets_key_arn": secrets.key_arn,
        "database_security_group_id": store.database_security_group_id,
        "online_security_group_id": store.online_security_group_id,
    }


def _on_cluster(
    config: StackConfig,
    base: Foundation,
    secrets: ExternalSecrets,
    services: FeatureServices,
    stream: EventStream,
    serving: ModelServingIngress | None,
) -> dict[str, object]:
    """The EKS cluster, its secrets, and KEDA where workers scale."""
    scaling: dict[str, object] = {}
    if config.feature_ingest and config.feature_ingest.scales and serving:
        scaling = {
            "autoscaler_role_arn": serving.autoscaler_role_arn,
            "autoscaler_ready": serving.autoscaler_ready,
        }
    return {
        **scaling,
        "cluster_name": base.cluster.ready,
        "store_cidrs": base.network.isolated_subnet_cidrs,
        "cluster_arn": stream.cluster_arn,
        "secret_store": secrets.store_name,
        "secret_prefix": after(secrets.secret_prefix, services.feature_server_address),
    }
