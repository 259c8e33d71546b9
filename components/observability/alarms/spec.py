"""The arguments of StoreAlarms, and what is refused."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.problems import refuse_at
from ...core.regions import known_region
from ...core.spec import Spec, each_once, refuse
from ...data.object_store import REPLICATION_RULE
from ...facts.cache_nodes import NODES
from ...facts.rds_instance_classes import instance_classes, is_instance_class

_MOST_WATCHED = 100
"""Resources of a kind. A stack has a few; each has up to eight alarms, and each alarm costs money."""
_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_URL = r"https://(?=.{1,2040}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+(:[0-9]{1,5})?(/[!-~]*)?"
"""A host with a dot, because SNS calls it from the internet, and ASCII alone."""


class DatabaseEngine(StrEnum):
    """The engine of a watched database, which decides how many connections it allows by default."""

    POSTGRES = "postgres"
    MYSQL = "mysql"


class AlarmAudienceConfig(TypedDict):
    """Whom the alarms of one severity tell."""

    emails: NotRequired[list[str]]
    """Addresses that get each message. Each must confirm the subscription."""
    urls: NotRequired[list[str]]
    """HTTPS endpoints that get each message. Each must confirm the subscription."""


class HeartbeatConfig(TypedDict):
    """A dead man's switch: a service outside the account that reports when messages stop."""

    url: str
    """The HTTPS endpoint that expects the messages."""
    minutes: NotRequired[int]
    """Minutes between two messages."""


class WatchedCacheConfig(TypedDict):
    """A cluster of ElastiCache, as it was built."""

    name: str
    """A short name, which alarms have in their names, and `cacheIds` as key."""
    node_type: str
    """The type of its nodes."""
    shards: int
    """The number of shards."""
    replicas: int
    """Replicas of each shard."""
    evicts: bool
    """Whether it drops data when it is full; a store refuses writes instead."""


class WatchedDatabaseConfig(TypedDict):
    """An instance of RDS, as it was built."""

    name: str
    """A short name, which alarms have in their names, and `databaseIds` as key."""
    engine: DatabaseEngine
    """The engine: postgres or mysql."""
    instance_class: str
    """The instance class."""
    storage_gib: int
    """The storage at the start, in GiB."""
    maximum_connections: NotRequired[int]
    """The connections that it allows, when a parameter group sets them; calculated from its memory when left out."""
    read_replica: NotRequired[bool]
    """Whether it is a read replica, whose lag is watched."""


class WatchedQueueConfig(TypedDict):
    """An SQS queue whose messages somebody must receive in time."""

    name: str
    """A short name, which the alarm has in its name, and `queueNames` as key."""
    oldest_minutes: int
    """The age of the oldest message from which nobody seems to receive."""


class WatchedReplicaConfig(TypedDict):
    """A bucket that S3 copies to a second one, with replication metrics."""

    name: str
    """Its name in `bucketNames`, and that of the second bucket in `replicaNames`."""
    region: str
    """The region of the second bucket."""
    rule: NotRequired[str]
    """The id of the replication rule; that of ObjectStore when left out."""


class AlarmsConfig(TypedDict):
    """Whom alarms tell, and the limits that no resource states."""

    name: str
    """Begins the names of alarms and topics."""
    critical: NotRequired[AlarmAudienceConfig]
    """Who is told at once, at night too."""
    warning: NotRequired[AlarmAudienceConfig]
    """Who is told of what needs attention within days."""
    latency_milliseconds: NotRequired[int]
    """The 99th percentile of response times of load balancers that is too slow."""
    request_metrics: NotRequired[bool]
    """Whether buckets have request metrics, which are charged, and alarms on errors of S3."""
    heartbeat: NotRequired[HeartbeatConfig]
    """A dead man's switch; none when left out."""


class StoreAlarmsArgs(AlarmsConfig):
    """The arguments of StoreAlarms: its config, and what is watched."""

    caches: NotRequired[list[WatchedCacheConfig]]
    """Clusters of ElastiCache."""
    databases: NotRequired[list[WatchedDatabaseConfig]]
    """Instances of RDS."""
    queues: NotRequired[list[WatchedQueueConfig]]
    """SQS queues whose messages somebody must receive in time."""
    replicas: NotRequired[list[WatchedReplicaConfig]]
    """Buckets that S3 copies to a second one."""
    cache_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The id of each cache's replication group, by the cache's name."""
    database_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The identifier of each database's instance, by the database's name."""
    load_balancer_arns: NotRequired[dict[str, pulumi.Input[str]]]
    """Application Load Balancers by a short name."""
    target_group_arns: NotRequired[dict[str, pulumi.Input[str]]]
    """The target group whose pods must be healthy, by the name of its load balancer."""
    firewall_metrics: NotRequired[dict[str, pulumi.Input[str]]]
    """The metric name of each web ACL, by a short name."""
    nat_gateway_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """NAT gateways by a short name."""
    failure_queue_names: NotRequired[dict[str, pulumi.Input[str]]]
    """SQS queues that hold failures until somebody reads them, by a short name."""
    queue_names: NotRequired[dict[str, pulumi.Input[str]]]
    """The name of each queue of `queues` in AWS, by its short name."""
    spark_application_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Applications of EMR Serverless, by their names."""
    backup_vault_names: NotRequired[dict[str, pulumi.Input[str]]]
    """Vaults of AWS Backup, by a short name."""
    bucket_names: NotRequired[dict[str, pulumi.Input[str]]]
    """Buckets by a short name. They have alarms with `requestMetrics`, or when they are among `replicas`."""
    replica_names: NotRequired[dict[str, pulumi.Input[str]]]
    """The second bucket of each of `replicas`, by its name."""
    critical_alarm_rules: NotRequired[dict[str, pulumi.Input[str]]]
    """Rules over alarms of other components that tell nobody, such as `ALARM("a") OR ALARM("b")`, by subsystem."""
    warning_alarm_rules: NotRequired[dict[str, pulumi.Input[str]]]
    """The same for the topic of warnings."""


class AudienceSpec(Spec):
    """Whom the alarms of one severity tell."""

    emails: EmailAddresses = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Addresses that get each message. Each must confirm the subscription.",
    )
    urls: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="HTTPS endpoints that get each message. Each must confirm the subscription.",
    )

    @field_validator("urls")
    @classmethod
    def _endpoints(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(urls, _URL, "HTTPS address without a user and a password, such as https://hooks.example.com/a")


class HeartbeatSpec(Spec):
    """A dead man's switch: a service outside the account that reports when messages stop."""

    url: str = Field(description="The HTTPS endpoint that expects the messages.")
    minutes: int = Field(default=5, ge=1, le=1440, description="Minutes between two messages.")

    @field_validator("url")
    @classmethod
    def _endpoint(cls, url: str) -> str:
        [known] = each_once((url,), _URL, "HTTPS address without a user and a password, such as https://a.example/b")
        return known


class WatchedCacheSpec(Spec):
    """A cluster of ElastiCache, as it was built."""

    name: str = Field(
        pattern=_NAME,
        max_length=40,
        description="A short name, which alarms have in their names, and `cacheIds` as key.",
    )
    node_type: str = Field(description="The type of its nodes.")
    shards: int = Field(ge=1, le=500, description="The number of shards.")
    replicas: int = Field(ge=0, le=5, description="Replicas of each shard.")
    evicts: bool = Field(description="Whether it drops data when it is full; a store refuses writes instead.")

    @field_validator("node_type")
    @classmethod
    def _known_node(cls, node_type: str) -> str:
        if node_type not in NODES:
            raise refuse(
                node_type, f"{node_type} is not a node type of a current generation", list(NODES), "cache.r7g.large"
            )
        return node_type


class WatchedDatabaseSpec(Spec):
    """An instance of RDS, as it was built."""

    name: str = Field(
        pattern=_NAME,
        max_length=40,
        description="A short name, which alarms have in their names, and `databaseIds` as key.",
    )
    engine: DatabaseEngine = Field(description="The engine: postgres or mysql.")
    instance_class: str = Field(description="The instance class.")
    storage_gib: int = Field(ge=20, le=65536, description="The storage at the start, in GiB.")
    maximum_connections: int | None = Field(
        default=None,
        ge=1,
        le=262143,
        description="The connections that it allows, when a parameter group sets them; calculated from its memory when "
        "left out.",
    )
    read_replica: bool = Field(default=False, description="Whether it is a read replica, whose lag is watched.")

    @field_validator("instance_class")
    @classmethod
    def _known_class(cls, name: str) -> str:
        if not is_instance_class(name):
            raise refuse(name, f"{name} is not an RDS instance class", instance_classes(), "db.m7g.large")
        return name


class WatchedQueueSpec(Spec):
    """An SQS queue whose messages somebody must receive in time."""

    name: str = Field(
        pattern=_NAME,
        max_length=40,
        description="A short name, which the alarm has in its name, and `queueNames` as key.",
    )
    oldest_minutes: int = Field(
        ge=1, le=20_160, description="The age of the oldest message from which nobody seems to receive."
    )


class WatchedReplicaSpec(Spec):
    """A bucket that S3 copies to a second one, with replication metrics."""

    name: str = Field(
        pattern=_NAME,
        max_length=40,
        description="Its name in `bucketNames`, and that of the second bucket in `replicaNames`.",
    )
    region: str = Field(description="The region of the second bucket.")
    rule: str = Field(
        default=REPLICATION_RULE,
        min_length=1,
        max_length=255,
        description="The id of the replication rule; that of ObjectStore when left out.",
    )

    @field_validator("region")
    @classmethod
    def _a_region(cls, region: str) -> str:
        return known_region(region)


class AlarmsSpec(Spec):
    """Whom alarms tell, and the limits that no resource states."""

    name: str = Field(pattern=_NAME, max_length=60, description="Begins the names of alarms and topics.")
    critical: AudienceSpec = Field(default=AudienceSpec(), description="Who is told at once, at night too.")
    warning: AudienceSpec = Field(
        default=AudienceSpec(), description="Who is told of what needs attention within days."
    )
    latency_milliseconds: int = Field(
        default=1000,
        ge=1,
        le=60_000,
        description="The 99th percentile of response times of load balancers that is too slow.",
    )
    request_metrics: bool = Field(
        default=False,
        description="Whether buckets have request metrics, which are charged, and alarms on errors of S3.",
    )
    heartbeat: HeartbeatSpec | None = Field(default=None, description="A dead man's switch; none when left out.")


class StoreAlarmsSpec(AlarmsSpec):
    """Alarms of stores, queues and entrances, and whom they tell."""

    caches: tuple[WatchedCacheSpec, ...] = Field(
        default=(), max_length=_MOST_WATCHED, description="Clusters of ElastiCache."
    )
    databases: tuple[WatchedDatabaseSpec, ...] = Field(
        default=(), max_length=_MOST_WATCHED, description="Instances of RDS."
    )
    queues: tuple[WatchedQueueSpec, ...] = Field(
        default=(), max_length=_MOST_WATCHED, description="SQS queues whose messages somebody must receive in time."
    )
    replicas: tuple[WatchedReplicaSpec, ...] = Field(
        default=(), max_length=_MOST_WATCHED, description="Buckets that S3 copies to a second one."
    )

    @model_validator(mode="after")
    def _names_apart(self) -> "StoreAlarmsSpec":
        watched = {"caches": self.caches, "databases": self.databases, "queues": self.queues}
        names = [each.name for some in watched.values() for each in some]
        for field, some in watched.items():
            for index, each in enumerate(some):
                if names.count(each.name) > 1:
                    remedy = "another cache, database or queue has the same name; rename one of them"
                    raise refuse_at(f"{field}[{index}].name", each.name, remedy)
        copied = [each.name for each in self.replicas]
        for index, name in enumerate(copied):
            if name in copied[:index]:
                raise refuse_at(
                    f"replicas[{index}].name", name, "another replica has the same name; remove one of them"
                )
        return self
