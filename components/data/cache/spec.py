"""What a cache is made from, and what is refused."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.log_retention import RETENTION_DAYS, LogRetentionDays
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ...core.windows import DAILY_PATTERN, WEEKLY_PATTERN, at_least, overlap
from ...facts.cache_nodes import NODES
from .access import CacheAccess
from .sizing import MOST_NODES, Layout, largest, layout, layouts, shards_needed, tiers, tightest

_LONGEST_ID = 40
"""Source: ElastiCache API reference, CreateReplicationGroup and CreateUser."""


class CacheEngine(StrEnum):
    """The engine. Valkey costs a fifth less than Redis OSS on the same nodes and speaks the same protocol."""

    VALKEY = "valkey"
    REDIS = "redis"


class CacheUserConfig(TypedDict):
    """Who may use a cache."""

    name: str
    """The user's name within the cache; the engine knows it as <cache name>-<name>."""
    access: CacheAccess
    """What it may do: read, write (and read) or admin."""
    keys: NotRequired[list[str]]
    """Patterns of the keys that it may touch; every key by default."""
    password: NotRequired[bool]
    """Whether it logs in with a password that is set after the deployment; with IAM by default."""


class CacheUserSpec(Spec):
    """Who may use a cache."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        description="The user's name within the cache; the engine knows it as <cacheName>-<name>.",
    )
    access: CacheAccess = Field(description="What it may do: read, write (and read) or admin.")
    keys: tuple[str, ...] = Field(
        default=("*",), min_length=1, description="Patterns of the keys that it may touch; every key by default."
    )
    password: bool = Field(
        default=False,
        description="Whether it logs in with a password, for clients that can't make IAM tokens. Nobody can log in "
        "with one until it is set after the deployment, so that the state never holds it.",
    )

    @field_validator("keys")
    @classmethod
    def _patterns(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            if not key or not key.isprintable() or " " in key:
                raise refuse(key, f"a pattern of keys has no spaces and is not empty, such as features:*; got {key!r}")
        return keys


class CacheConfig(TypedDict):
    """A cache, as a stack's config describes it."""

    cache_name: str
    """The cluster's id, unique in its account and region."""
    engine: NotRequired[CacheEngine]
    """The engine; Valkey by default."""
    gigabytes: int
    """The data it must hold, in GB of 2^30 bytes."""
    headroom: NotRequired[float]
    """The share of what its nodes hold that stays free, from 0 to below 1."""
    evicts: NotRequired[bool]
    """Whether it drops what was used least when it is full; a store must not, a cache should."""
    data_tiering: NotRequired[bool]
    """Whether rarely read values may be on SSD."""
    replicas: NotRequired[int]
    """Replicas of each shard, in other zones."""
    node_type: NotRequired[str]
    """The node type, such as cache.r7g.xlarge; chosen by size when left out."""
    shards: NotRequired[int]
    """The number of shards; chosen by size when left out."""
    users: list[CacheUserConfig]
    """The users of the cache. No other user can log in."""
    snapshot_days: NotRequired[int]
    """Days that daily snapshots are kept; 7 for a store and none for what evicts when left out."""
    restore_from: NotRequired[str]
    """The snapshot that a new cluster starts from. An existing cluster does not change."""
    snapshot_window: NotRequired[str]
    """When the daily snapshot begins, in UTC."""
    maintenance_window: NotRequired[str]
    """When AWS may patch it, in UTC."""
    log_retention_days: NotRequired[int]
    """Days that the slow log and the engine's log are kept."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the cluster and its key."""


class CacheArgs(CacheConfig):
    """The arguments of a Cache: its config and its network."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[list[str]]
    """Isolated subnets, of two zones or more where there are replicas."""
    client_security_group_id: pulumi.Input[str]
    """The security group whose members may connect. No other client can connect."""


class CacheSpec(Spec):
    """A cache or online store on ElastiCache."""

    cache_name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=_LONGEST_ID,
        description="The cluster's id, unique in its account and region.",
    )
    engine: CacheEngine = Field(
        default=CacheEngine.VALKEY, description="The engine: valkey, or redis, which costs a quarter more."
    )
    gigabytes: int = Field(
        ge=1, le=1_000_000, description="The data it must hold, in GB of 2^30 bytes, without replicas."
    )
    headroom: float = Field(
        default=0.2, ge=0, lt=1, description="The share of what its nodes hold that stays free when the data is in."
    )
    evicts: bool = Field(
        default=False,
        description="Whether it drops what was used least when it is full. A store refuses writes instead.",
    )
    data_tiering: bool = Field(
        default=False,
        description="Whether rarely read values may be on SSD: some 0.3 ms slower, and up to three times "
        "cheaper. Keys stay in memory, so values should be larger than keys.",
    )
    replicas: int = Field(default=1, ge=0, le=5, description="Replicas of each shard, in other zones.")
    node_type: str | None = Field(
        default=None, description="The node type, such as cache.r7g.xlarge; chosen by size when left out."
    )
    shards: int | None = Field(
        default=None, ge=1, le=MOST_NODES, description="The number of shards; chosen by size when left out."
    )
    users: tuple[CacheUserSpec, ...] = Field(
        min_length=1, max_length=99, description="The users of the cache. No other user can log in."
    )
    snapshot_days: int | None = Field(
        default=None,
        ge=0,
        le=35,
        description="Days that daily snapshots are kept; 7 for a store and none for what evicts when left out.",
    )
    restore_from: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=255,
        description="The snapshot that a new cluster starts from. An existing cluster does not change.",
    )
    snapshot_window: str = Field(
        default="03:00-04:00",
        pattern=DAILY_PATTERN,
        description="When the daily snapshot begins, HH:MM-HH:MM in UTC, an hour or more.",
    )
    maintenance_window: str = Field(
        default="sun:05:00-sun:06:00",
        pattern=WEEKLY_PATTERN,
        description="When AWS may patch it, ddd:HH:MM-ddd:HH:MM in UTC, an hour or more.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=90,
        description="Days that the slow log and the engine's log are kept in CloudWatch.",
        json_schema_extra={"enum": list(RETENTION_DAYS)},
    )
    deletion_protection: bool = Field(
        default=True, description="Whether a deployment refuses to delete the cluster and its key until it is lifted."
    )

    @field_validator("node_type")
    @classmethod
    def _known_node(cls, node_type: str | None) -> str | None:
        if node_type is not None and node_type not in NODES:
            raise refuse(
                node_type, f"{node_type} is not a node type of a current generation", list(NODES), "cache.r7g.large"
            )
        return node_type

    @field_validator("snapshot_window", "maintenance_window")
    @classmethod
    def _an_hour_long(cls, window: str) -> str:
        # ElastiCache API reference, CreateReplicationGroup.
        return at_least(window, 60, "an hour")

    @model_validator(mode="after")
    def _windows_apart(self) -> "CacheSpec":
        if self.kept_days and overlap(self.snapshot_window, self.maintenance_window):
            raise refuse_at(
                "maintenanceWindow",
                self.maintenance_window,
                f"it overlaps snapshotWindow = {self.snapshot_window!r}, which ElastiCache refuses; move one of them",
            )
        return self

    @model_validator(mode="after")
    def _users_apart(self) -> "CacheSpec":
        names = [user.name for user in self.users]
        if len(set(names)) != len(names):
            raise refuse_at("users", names, "two users have the same name; give each user its own name")
        if "default" in names:
            raise refuse_at(
                "users", "default", "the engine gives this name to clients that send no name; choose another name"
            )
        for index, user in enumerate(self.users):
            if len(self.user_id(user.name)) > _LONGEST_ID:
                raise refuse_at(
                    f"users[{index}].name",
                    user.name,
                    f"the user's id {self.user_id(user.name)} exceeds {_LONGEST_ID} characters; shorten a name",
                )
        return self

    @model_validator(mode="after")
    def _fits(self) -> "CacheSpec":
        if self.node_type and tiers(self.node_type) and not self.data_tiering:
            raise refuse_at(
                "nodeType", self.node_type, "these nodes always tier data; set dataTiering: true, or choose r7g"
            )
        if self.shards and self.shards * (1 + self.replicas) > MOST_NODES:
            raise refuse_at(
                "shards",
                self.shards,
                f"{self.shards} shards with {self.replicas} replicas each are {self.shards * (1 + self.replicas)} "
                f"nodes, and ElastiCache allows {MOST_NODES}; write fewer shards or replicas",
            )
        if not self.candidates:
            raise refuse_at("gigabytes", self.gigabytes, self._too_large())
        return self

    @property
    def candidates(self) -> list[Layout]:
        """The layouts that hold the data and are as `node_type` and `shards` want them, where they say so."""
        wanted = layouts(self.gigabytes, self.headroom, self.data_tiering, self.replicas)
        if self.node_type:
            wanted = [each for each in wanted if each.node_type == self.node_type]
        if self.shards:
            wanted = [layout(each.node_type, self.shards) for each in wanted if each.shards <= self.shards]
        return wanted

    @property
    def layout(self) -> Layout:
        """The shards and nodes that are built: those asked for, or else the tightest that fit."""
        return tightest(self.candidates)

    @property
    def kept_days(self) -> int:
        """Days that snapshots are kept; none means that none are made."""
        if self.snapshot_days is not None:
            return self.snapshot_days
        return 0 if self.evicts else 7

    def user_id(self, name: str) -> str:
        """What AWS and the engine call a user; one name for both, as IAM authentication asks."""
        return f"{self.cache_name}-{name}"

    def _too_large(self) -> str:
        wanted = f"gigabytes = {self.gigabytes} with {self.headroom:.0%} free"
        if self.node_type:
            shards = shards_needed(self.node_type, self.gigabytes, self.headroom)
            return f"{wanted} needs {shards} shards of {self.node_type}; take a larger node type, or leave it to size"
        if self.shards:
            return f"{wanted} does not fit {self.shards} shards of any node type; take more, or leave them to size"
        most = largest(self.headroom, self.data_tiering, self.replicas)
        remedy = "" if self.data_tiering else ", or allow dataTiering"
        return (
            f"{wanted} is more than the {MOST_NODES} nodes of a cluster hold, at most {most:,.0f} with replicas = "
            f"{self.replicas}; split it into several caches{remedy}"
        )
