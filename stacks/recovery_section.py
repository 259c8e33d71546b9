"""The section `recovery` of a stack: its stores by name, their objectives, and a second region."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import Field

from components.core.spec import Spec, parse
from components.data.data_buckets import PURPOSES
from components.data.object_store import REPLICA
from components.network.load_balancer.failover_spec import FailoverRole
from components.recovery.backup_plans.schedule import StoreKind
from components.recovery.backup_plans.spec import BackupPlansSpec, BackupSettingsSpec, StoreObjectiveSpec
from components.recovery.cluster_state.spec import ClusterStateSettings

if TYPE_CHECKING:
    from stacks.config import StackConfig

REGISTRY, PIPELINES = "registry", "pipelines"
KINDS: Mapping[str, StoreKind] = {
    REGISTRY: StoreKind.DATABASE,
    PIPELINES: StoreKind.DATABASE,
    **dict.fromkeys(PURPOSES, StoreKind.BUCKET),
}
"""The stores that a stack may have, and what each is."""
_NOT_OF_BACKUPS = {"stores", "excluded", "cluster_state", "region", "mode", "failover"}
_DATABASE_OBJECTIVES = {"rpo_minutes": 5, "rto_minutes": 60}
_DEFAULTS: Mapping[str, Mapping[str, int]] = {
    REGISTRY: _DATABASE_OBJECTIVES,
    PIPELINES: _DATABASE_OBJECTIVES,
    "models": {},
}
"""The objectives of stores that are backed up although the config does not name them.

The other buckets keep old versions, and are large: a backup of them is a choice.
"""


class RecoveryMode(StrEnum):
    """How much of the platform runs in the second region before a disaster."""

    PILOT_LIGHT = "pilot-light"
    """Network, cluster and stores at their smallest, without nodes for models."""
    WARM_STANDBY = "warm-standby"
    """The whole platform at its smallest, which answers requests."""


class FailoverSection(Spec):
    """Records of Route 53 that lead to one of the two regions. A person moves them by operations.failover."""

    role: FailoverRole = Field(
        default=FailoverRole.PRIMARY,
        description="Which records the stack has. `make second-region` writes secondary into the second stack.",
    )


class RecoverySection(BackupSettingsSpec):
    """Backups of the stack's stores, their objectives, and the second region."""

    stores: dict[str, StoreObjectiveSpec] = Field(
        default_factory=dict[str, StoreObjectiveSpec],
        description="Objectives by store: registry (featureStore.database), pipelines (pipelinesDatabase), and the "
        "buckets raw, training, models and offline. The databases and models are backed up by default; other stores "
        "when they are named here.",
    )
    excluded: tuple[str, ...] = Field(
        default=(), description="Stores that have no backup although they have one by default."
    )
    cluster_state: ClusterStateSettings | None = Field(
        default=None,
        description="Backups of the cluster's objects by Velero, without secrets and volumes. Default: none.",
    )
    region: str | None = Field(
        default=None,
        description="The second region of the platform, which keeps copies too. Default: none.",
    )
    mode: RecoveryMode | None = Field(
        default=None,
        description="What runs in the second region: pilot-light or warm-standby. Needed with region.",
    )
    failover: FailoverSection | None = Field(
        default=None,
        description="Failover records of models and Kubeflow, and the switch between the regions. Default: none, a "
        "person changes the records.",
    )

    @property
    def copies_to(self) -> str | None:
        """The region of the copies."""
        return self.copy_region or self.region


def present_stores(config: "StackConfig") -> list[str]:
    """The names of the stores that the stack has."""
    stores = [REGISTRY, *PURPOSES] if config.feature_store else []
    return [*stores, PIPELINES] if config.kubeflow and config.pipelines_database else stores


def objectives(section: RecoverySection, config: "StackConfig") -> dict[str, Mapping[str, Any]]:
    """The fields of each store that is backed up, by its name, those of the config over the defaults."""
    present = present_stores(config)
    names = [name for name in present if name in _DEFAULTS or name in section.stores]
    found: dict[str, Mapping[str, Any]] = {}
    for name in sorted(names):
        if name not in section.excluded:
            given = section.stores[name].model_dump(exclude_unset=True) if name in section.stores else {}
            found[name] = {**_DEFAULTS.get(name, {}), **given, "kind": KINDS[name]}
    return found


def backup_spec(section: RecoverySection, config: "StackConfig") -> BackupPlansSpec:
    """The settings of the component, with the stores of the stack.

    Raises:
        SpecError: an objective does not fit the kind of its store, or the lock.
    """
    own = section.model_dump(exclude_unset=True, exclude=_NOT_OF_BACKUPS)
    copies = {"copy_region": section.copies_to} if section.copies_to else {}
    return parse(BackupPlansSpec, {**own, **copies, "stores": objectives(section, config)}, "recovery")


def cluster_state_bucket(config: "StackConfig") -> str | None:
    """The name of the bucket of the cluster's objects; None without them."""
    if not (config.recovery and config.recovery.cluster_state and config.feature_store):
        return None
    return f"{config.feature_store.data.prefix}-cluster-state-{config.environment.account}"


def cluster_state_replica(config: "StackConfig") -> str | None:
    """The name of that bucket's copy in the second region; None without one."""
    bucket = cluster_state_bucket(config)
    return f"{bucket}{REPLICA}" if bucket and config.recovery and config.recovery.region else None
