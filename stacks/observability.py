"""The section of alarms: it watches what the other sections made."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.core.metric_alarms import queue_dimension
from components.core.spec import args_of, parse
from components.data.cache.spec import CacheSpec
from components.data.data_buckets import PURPOSES
from components.data.database.database import MySqlDatabase
from components.data.database.spec import InstanceSpec
from components.data.object_store import replica_of
from components.data.streaming.event_stream.event_stream import EventStream
from components.data.streaming.event_stream.spec import EventStreamSpec, StreamEngine
from components.network.network_args import NatMode, NetworkSpec
from components.observability.alarms.spec import DatabaseEngine, StoreAlarmsArgs, StoreAlarmsSpec
from components.observability.alarms.store_alarms import StoreAlarms, any_of
from components.observability.logs.log_pipeline import LogPipeline
from components.training.batch_queue.batch_queue import BatchQueue
from components.training.job_schedules.job_schedules import JobSchedules
from components.training.spark_cluster.spark_cluster import SparkCluster
from components.training.training_platform.training_platform import TrainingPlatform
from stacks.config import NAMESPACE, StackConfig
from stacks.foundation import Foundation, Outputs
from stacks.sizing import sized

_INTERRUPTION_MINUTES = 2
"""EC2 announces the end of a spot instance so long before."""
_RETENTION_SHARE = 4
"""A message that waited for a quarter of its retention may be lost before somebody notices."""


@dataclass(frozen=True, slots=True)
class Door:
    """A load balancer, its targets, and the metrics of its firewall."""

    load_balancer_arn: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    firewall_metric_name: pulumi.Output[str]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a stack may have beside its foundation, and what is watched of it."""

    doors: Mapping[str, Door]
    pipelines_database: MySqlDatabase | None
    spark: SparkCluster | None
    stream: EventStream | None
    training: TrainingPlatform | None
    batch: BatchQueue | None
    schedules: Mapping[str, JobSchedules]
    logs: LogPipeline | None


def make_alarms(config: StackConfig, base: Foundation, observed: Observed, exports: Outputs) -> None:
    """Alarms of each store, queue and entrance of the stack, which find it by its outputs."""
    if not (config.alarms and config.feature_store):
        return
    plain = {
        **config.alarms.model_dump(exclude_unset=True),
        "caches": _caches(config),
        "databases": _databases(config),
        "queues": _queues(config),
        "replicas": [{"name": name, "region": region} for name, region in _copied(config).items()],
    }
    spec = parse(StoreAlarmsSpec, plain, f"{NAMESPACE}:alarms")
    alarms = StoreAlarms("alarms", args_of(StoreAlarmsArgs, spec, **_outputs(config, base, observed)), base.aws)
    exports |= {"criticalTopicArn": alarms.critical_topic_arn, "warningTopicArn": alarms.warning_topic_arn}


def _caches(config: StackConfig) -> list[dict[str, object]]:
    if not config.feature_store:
        return []
    store = sized(config.feature_store, config.environment.region)
    wanted: dict[str, CacheSpec | None] = {"online": store.online, "predictions": store.predictions}
    return [
        {
            "name": name,
            "node_type": each.layout.node_type,
            "shards": each.layout.shards,
            "replicas": each.replicas,
            "evicts": each.evicts,
        }
        for name, each in wanted.items()
        if each
    ]


def _databases(config: StackConfig) -> list[dict[str, object]]:
    wanted: dict[str, tuple[DatabaseEngine, InstanceSpec | None]] = {
        "database": (DatabaseEngine.POSTGRES, config.feature_store.database if config.feature_store else None),
        "pipelines": (DatabaseEngine.MYSQL, config.pipelines_database if config.kubeflow else None),
    }
    return [
        {
            "name": name,
            "engine": engine,
            "instance_class": each.instance_class,
            "storage_gib": each.storage_gib,
        }
        for name, (engine, each) in wanted.items()
        if each
    ]


def _queues(config: StackConfig) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": f"events-{each.name}", "oldest_minutes": max(1, each.retention_hours * 60 // _RETENTION_SHARE)}
        for each in (config.event_stream.queues if config.event_stream else ())
    ]
    if config.gpu_cluster and config.gpu_cluster.karpenter:
        found.append({"name": "interruptions", "oldest_minutes": _INTERRUPTION_MINUTES})
    return found


def _copied(config: StackConfig) -> dict[str, str]:
    """The region of the second copy of each bucket that has one."""
    data = config.feature_store.data if config.feature_store else None
    wanted: dict[str, str | None] = {purpose: getattr(data, purpose).replica_region for purpose in PURPOSES if data}
    return {purpose: region for purpose, region in wanted.items() if region}


def _outputs(config: StackConfig, base: Foundation, observed: Observed) -> dict[str, object]:
    store = base.store
    caches = {"online": store.online_group_id}
    if config.feature_store and config.feature_store.predictions:
        caches["predictions"] = store.predictions_group_id
    databases = {"database": store.database_identifier}
    buckets = {
        "raw": store.raw_bucket,
        "training": store.training_bucket,
        "models": store.models_bucket,
        "offline": store.offline_bucket,
    }
    data = config.feature_store.data if config.feature_store else None
    existing = data.existing.names if data and data.existing else {}
    if observed.pipelines_database:
        databases["pipelines"] = observed.pipelines_database.identifier
    return {
        "cache_ids": caches,
        "database_ids": databases,
        "load_balancer_arns": {name: door.load_balancer_arn for name, door in observed.doors.items()},
        "target_group_arns": {name: door.target_group_arn for name, door in observed.doors.items()},
        "firewall_metrics": {name: door.firewall_metric_name for name, door in observed.doors.items()},
        "nat_gateway_ids": {
            f"nat-{index + 1}": base.network.nat_gateway_ids.apply(lambda ids, index=index: ids[index])
            for index in range(nat_gateways(config.network))
        },
        "failure_queue_names": _failure_queues(observed),
        "queue_names": _work_queues(config, base, observed),
        "spark_application_ids": _spark_applications(config, observed),
        # The owner of an existing bucket has its alarms.
        "bucket_names": {purpose: name for purpose, name in buckets.items() if purpose not in existing},
        "replica_names": {purpose: buckets[purpose].apply(replica_of) for purpose in _copied(config)},
        "critical_alarm_rules": (
            {"events": observed.stream.alarm_names.apply(any_of)}
            if observed.stream and config.event_stream and rings_unheard(config.event_stream)
            else {}
        ),
        "warning_alarm_rules": _warnings(config, observed),
    }


def _warnings(config: StackConfig, observed: Observed) -> dict[str, pulumi.Output[str]]:
    """The rules of composite alarms over alarms that tell nobody themselves."""
    names: dict[str, pulumi.Output[str]] = {}
    if observed.training and config.training_platform and not config.training_platform.alarm_topic_arns:
        names["training"] = observed.training.failed_jobs_alarm_name
    if observed.logs:
        names["logs"] = observed.logs.silence_alarm_name
    return {short: name.apply(lambda known: any_of([known])) for short, name in names.items()}


def nat_gateways(network: NetworkSpec) -> int:
    """The number of NAT gateways that a network makes."""
    if network.existing:
        return 0
    zones = len(network.zones) or network.zone_count
    return {NatMode.NONE: 0, NatMode.SINGLE: 1, NatMode.PER_ZONE: zones}[network.nat]


def rings_unheard(stream: EventStreamSpec) -> bool:
    """Whether an event stream has alarms, and tells nobody of them itself."""
    watched = any(topic.consumers or (topic.dead_letter and not stream.engine.is_kafka) for topic in stream.topics)
    has_alarms = watched or bool(stream.queues) or stream.engine is StreamEngine.MSK_PROVISIONED
    return has_alarms and not stream.alarm_notification


def _failure_queues(observed: Observed) -> dict[str, pulumi.Output[str]]:
    found: dict[str, pulumi.Output[str]] = {}
    if observed.batch:
        found["batch-failed"] = observed.batch.failed_queue_url
        found["batch-undelivered"] = observed.batch.undelivered_queue_url
    found |= {f"{team}-schedules": each.undelivered_queue_arn for team, each in observed.schedules.items()}
    return {name: value.apply(queue_dimension) for name, value in found.items()}


def _work_queues(config: StackConfig, base: Foundation, observed: Observed) -> dict[str, pulumi.Output[str]]:
    found: dict[str, pulumi.Output[str]] = {}
    if observed.stream and config.event_stream:
        urls = observed.stream.queue_urls
        found |= {
            f"events-{each.name}": urls.apply(lambda known, name=each.name: queue_dimension(known[name]))
            for each in config.event_stream.queues
        }
    if config.gpu_cluster and config.gpu_cluster.karpenter:
        found["interruptions"] = base.cluster.interruption_queue_name
    return found


def _spark_applications(config: StackConfig, observed: Observed) -> dict[str, pulumi.Output[str]]:
    if not (observed.spark and config.spark_cluster):
        return {}
    ids = observed.spark.application_ids
    return {
        f"{config.spark_cluster.cluster_name}-{purpose}": ids.apply(lambda known, purpose=purpose: known[purpose])
        for purpose in config.spark_cluster.applications
    }
