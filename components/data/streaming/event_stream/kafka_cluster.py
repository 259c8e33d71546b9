"""The Kafka cluster and its topics."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pulumi
import pulumi_aws as aws

from . import access
from .spec import EventStreamSpec, StreamEngine
from .topic_outputs import TopicOutputs
from .topic_spec import TopicSpec

BROKER_PORT = 9098
"""The port of brokers for clients that log in by IAM. Source: Amazon MSK developer guide, "Port information"."""

_HOUR_MS = 3_600_000
_FULL_PERCENT = 60
"""How full disks are before MSK enlarges them. Source: Amazon MSK developer guide, "Automatic scaling", 50 to 60."""


def broker_settings(spec: EventStreamSpec) -> str:
    """The properties of the brokers.

    A topic exists only when the program creates it, records survive the loss of a zone, and nothing is open without a
    rule. Source: Amazon MSK developer guide, "Custom Amazon MSK configurations".
    """
    values = {
        "allow.everyone.if.no.acl.found": "false",
        "auto.create.topics.enable": "false",
        "default.replication.factor": str(spec.replication),
        "min.insync.replicas": str(spec.replication - 1),
        "unclean.leader.election.enable": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def topic_settings(spec: EventStreamSpec, topic: TopicSpec) -> dict[str, str]:
    """The settings of a topic. MSK Serverless has no replicas to set."""
    settings = {"cleanup.policy": "compact" if topic.compacted else "delete"}
    if not topic.compacted:
        settings["retention.ms"] = str(spec.hours_of(topic) * _HOUR_MS)
    if spec.engine is StreamEngine.MSK_PROVISIONED:
        settings["min.insync.replicas"] = str(spec.replication - 1)
    if topic.local_retention_hours:
        settings["remote.storage.enable"] = "true"
        settings["local.retention.ms"] = str(topic.local_retention_hours * _HOUR_MS)
    return settings


def dead_letter_settings(spec: EventStreamSpec) -> dict[str, str]:
    """The settings of a dead-letter topic, which keeps records for 14 days."""
    settings = {"cleanup.policy": "delete", "retention.ms": str(14 * 24 * _HOUR_MS)}
    if spec.engine is StreamEngine.MSK_PROVISIONED:
        settings["min.insync.replicas"] = str(spec.replication - 1)
    return settings


def all_topics(spec: EventStreamSpec) -> dict[str, tuple[int, dict[str, str]]]:
    """The partitions and settings of every topic by its name, dead-letter topics included."""
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for topic in spec.topics:
        found[topic.name] = (spec.partitions_of(topic) or 1, topic_settings(spec, topic))
        if topic.dead_letter:
            found[topic.dead_letter_name] = (1, dead_letter_settings(spec))
    return found


class KafkaNetwork(NamedTuple):
    """Where brokers are, and the security groups of their clients by a short name."""

    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[list[str]]
    clients: Mapping[str, pulumi.Input[str]]


class KafkaCluster(NamedTuple):
    """A cluster, and the topics that are made by AWS's API."""

    arn: pulumi.Output[str]
    bootstrap_brokers: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    topics: Mapping[str, aws.msk.Topic]


def serverless_cluster(
    name: str, spec: EventStreamSpec, network: KafkaNetwork, parent: pulumi.Resource
) -> KafkaCluster:
    """A serverless cluster, which clients log in to by IAM alone. MSK has no API for its topics."""
    group = _security_group(name, spec, network, parent)
    place: Any = {"subnet_ids": network.subnet_ids, "security_group_ids": [group.id]}
    cluster = aws.msk.ServerlessCluster(
        f"{name}-cluster",
        cluster_name=spec.stream_name,
        vpc_configs=[place],
        client_authentication={"sasl": {"iam": {"enabled": True}}},
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
    )
    return KafkaCluster(cluster.arn, cluster.bootstrap_brokers_sasl_iam, group.id.apply(str), {})


def provisioned_cluster(
    name: str,
    spec: EventStreamSpec,
    network: KafkaNetwork,
    key: aws.kms.Key,
    logs: aws.cloudwatch.LogGroup,
    parent: pulumi.Resource,
) -> KafkaCluster:
    """A cluster in KRaft mode with its topics. It accepts only TLS, and clients log in by IAM alone."""
    kafka = spec.brokers
    configuration = _configuration(name, spec, parent)
    group = _security_group(name, spec, network, parent)
    zones = pulumi.Output.from_input(network.subnet_ids).apply(lambda known: known[: kafka.zones])
    cluster = aws.msk.Cluster(
        f"{name}-cluster",
        cluster_name=spec.stream_name,
        kafka_version=str(kafka.version),
        number_of_broker_nodes=kafka.brokers,
        broker_node_group_info={
            "instance_type": kafka.broker_type,
            "client_subnets": zones,
            "security_groups": [group.id],
            "storage_info": {"ebs_storage_info": {"volume_size": kafka.storage_gib}},
            "connectivity_info": {"public_access": {"type": "DISABLED"}},
        },
        client_authentication={"sasl": {"iam": True, "scram": False}, "unauthenticated": False},
        configuration_info={"arn": configuration.arn, "revision": configuration.latest_revision},
        encryption_info={
            "encryption_at_rest_kms_key_arn": key.arn,
            "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
        },
        enhanced_monitoring=str(kafka.monitoring),
        logging_info={"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}},
        storage_mode="TIERED" if kafka.tiered_storage else "LOCAL",
        opts=pulumi.ResourceOptions(
            parent=parent,
            protect=spec.deletion_protection,
            # MSK enlarges the disks by itself, and refuses a smaller size.
            ignore_changes=["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"] if kafka.grows else None,
        ),
    )
    if kafka.grows:
        _growing_disks(name, spec, cluster, parent)
    return KafkaCluster(
        cluster.arn,
        cluster.bootstrap_brokers_sasl_iam,
        group.id.apply(str),
        {
            topic: aws.msk.Topic(
                f"{name}-topic-{topic}",
                cluster_arn=cluster.arn,
                name=topic,
                partition_count=partitions,
                replication_factor=spec.replication,
                configs=json.dumps(settings, sort_keys=True),
                opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
            )
            for topic, (partitions, settings) in all_topics(spec).items()
        },
    )


def kafka_topics(spec: EventStreamSpec, cluster: KafkaCluster) -> dict[str, TopicOutputs]:
    """The topics of a cluster, with the policies of their producers and consumers."""
    return {topic.name: _outputs(topic, cluster) for topic in spec.topics}


def _outputs(topic: TopicSpec, cluster: KafkaCluster) -> TopicOutputs:
    letters = topic.dead_letter_name if topic.dead_letter else ""
    groups = tuple(each.name for each in topic.consumers)
    # What names a topic waits for it.
    waits = [cluster.topics[each].arn for each in (topic.name, letters) if each in cluster.topics]
    known = pulumi.Output.all(cluster.arn, *waits).apply(
        lambda arns: access.KafkaTopic(arns[0], topic.name, letters, groups)
    )
    return TopicOutputs(
        known.apply(lambda each: each.arn("topic", topic.name)),
        known.apply(access.kafka_write),
        known.apply(access.kafka_read),
        known.apply(lambda _: letters) if letters else None,
        known.apply(lambda each: each.arn("topic", letters)) if letters else None,
    )


def _security_group(
    name: str, spec: EventStreamSpec, network: KafkaNetwork, parent: pulumi.Resource
) -> aws.ec2.SecurityGroup:
    """Lets clients in at the port for IAM and nothing out, and lets each client reach it."""
    child = pulumi.ResourceOptions(parent=parent)
    group = aws.ec2.SecurityGroup(
        f"{name}-sg",
        description=f"Brokers of {spec.stream_name}",
        vpc_id=network.vpc_id,
        tags={"Name": f"{spec.stream_name}-kafka"},
        opts=child,
    )
    port: dict[str, Any] = {"ip_protocol": "tcp", "from_port": BROKER_PORT, "to_port": BROKER_PORT, "opts": child}
    for short, client in network.clients.items():
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-{short}",
            security_group_id=group.id,
            referenced_security_group_id=client,
            description=f"from {short}",
            **port,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-{short}-out",
            security_group_id=client,
            referenced_security_group_id=group.id,
            description=f"to {spec.stream_name}",
            **port,
        )
    return group


def _configuration(name: str, spec: EventStreamSpec, parent: pulumi.Resource) -> aws.msk.Configuration:
    """The brokers' settings. A new version of Kafka replaces them, so their name has the version.

    Two configurations can't have the same name, and one that a cluster uses can't be deleted. With a name of its own
    the new one is made, the cluster changes to it, and the old one is deleted last
    (hashicorp/terraform-provider-aws, issues 12724 and 15831).
    """
    version = str(spec.brokers.version)
    return aws.msk.Configuration(
        f"{name}-configuration",
        name=f"{spec.stream_name}-{version.replace('.', '-')}",
        description=f"Brokers of {spec.stream_name}",
        kafka_versions=[version],
        server_properties=broker_settings(spec),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _growing_disks(name: str, spec: EventStreamSpec, cluster: aws.msk.Cluster, parent: pulumi.Resource) -> None:
    child = pulumi.ResourceOptions(parent=parent)
    target = aws.appautoscaling.Target(
        f"{name}-storage",
        service_namespace="kafka",
        scalable_dimension="kafka:broker-storage:VolumeSize",
        resource_id=cluster.arn,
        min_capacity=1,
        max_capacity=spec.brokers.maximum_storage_gib,
        opts=child,
    )
    aws.appautoscaling.Policy(
        f"{name}-storage-growth",
        name=f"{spec.stream_name}-broker-storage",
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
            "target_value": _FULL_PERCENT,
            # MSK can't make disks smaller.
            "disable_scale_in": True,
        },
        opts=child,
    )
