"""What the section `recovery` needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.core.spec import SpecError
from components.core.windows import overlap
from components.data.data_buckets import PURPOSES
from components.data.object_store import LONGEST_NAME
from components.facts.regions import partition_of
from components.network.load_balancer.failover_spec import FailoverRole
from components.recovery.backup_plans.schedule import snapshot_hours
from components.recovery.failover_switch.failover_switch import PARTITION
from stacks.names import Name, nearest
from stacks.recovery_section import (
    KINDS,
    PIPELINES,
    REGISTRY,
    RecoverySection,
    backup_spec,
    cluster_state_bucket,
    cluster_state_replica,
    present_stores,
)
from stacks.references import copy_problems
from stacks.unique_names import database_instances

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("recovery",)
_DATABASE_SECTIONS = {REGISTRY: ("featureStore", "database"), PIPELINES: ("pipelinesDatabase",)}


def recovery_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where the section does not fit the stack: stores that it lacks, its own region, and times of maintenance."""
    section = config.recovery
    if not section:
        return
    if not (config.feature_store and config.gpu_cluster):
        lacking = "featureStore" if config.gpu_cluster else "gpuCluster"
        yield Problem(
            _AT, section.vault_name, f"recovery needs {lacking}, because it backs up the stores of a platform; add it"
        )
        return
    wrong = [
        *_names(section, config),
        *_second_region(section, config),
        *_copies(section, config),
        *_failover(section, config),
    ]
    yield from wrong
    if wrong:
        return
    try:
        spec = backup_spec(section, config)
    except SpecError as error:
        yield from (Problem((), None, f"recovery.{problem}") for problem in error.problems)
        return
    for name, place in _DATABASE_SECTIONS.items():
        store, instance = spec.stores.get(name), database_instances(config).get(place)
        if store and instance and snapshot_hours(store.kind, store.rpo_minutes) == 24:
            # A job that is due in the hour before maintenance or during it fails. It starts within an hour.
            start, end = section.start_hour, (section.start_hour + 2) % 24
            if overlap(f"{start:02}:00-{end:02}:00", instance.maintenance_window):
                yield Problem(
                    (*_AT, "startHour"),
                    section.start_hour,
                    "AWS Backup cannot back up a database in its maintenance or in the hour before: "
                    f"{'.'.join(place)}.maintenanceWindow is {instance.maintenance_window}; choose another hour",
                )


def _names(section: RecoverySection, config: "StackConfig") -> Iterator[Problem]:
    present = present_stores(config)
    named: list[tuple[Place, str]] = [((*_AT, "stores", name), name) for name in sorted(section.stores)]
    named += [((*_AT, "excluded"), name) for name in section.excluded]
    for at, name in named:
        if name not in KINDS:
            yield Problem(
                at,
                name,
                f"there is no store {name or 'without a name'}; name {', '.join(KINDS)}{nearest(name, list(KINDS))}",
            )
        elif name not in present:
            yield Problem(at, name, f"the stack has no store {name}; add its section, or remove it")
    if twice := next((name for name in section.excluded if section.excluded.count(name) > 1), None):
        yield Problem((*_AT, "excluded"), twice, "it is named more than once; name each once")
    for name in sorted(set(section.excluded) & set(section.stores)):
        yield Problem((*_AT, "excluded"), name, f"recovery.stores has objectives of {name}; remove one of them")
    if {REGISTRY, PIPELINES, "models"} & set(present) <= set(section.excluded) and not section.stores:
        yield Problem((*_AT, "excluded"), list(section.excluded), "no store is left; remove recovery, or a name")


def _failover(section: RecoverySection, config: "StackConfig") -> Iterator[Problem]:
    failover, at = section.failover, (*_AT, "failover")
    balancers = {"modelServing": config.model_serving, "kubeflow": config.kubeflow}
    for name, part in balancers.items():
        if part and part.load_balancer.failover:
            role = str(part.load_balancer.failover.role)
            yield Problem((name, "loadBalancer", "failover"), role, "recovery.failover says it; remove it here")
    if not failover:
        return
    if not any(balancers.values()):
        remedy = "the stack has neither modelServing nor kubeflow, whose names would move; remove failover"
        yield Problem(at, str(failover.role), remedy)
    if failover.role is FailoverRole.PRIMARY and not section.region:
        remedy = "a failover needs a second region; add recovery.region and recovery.mode"
        yield Problem((*at, "role"), str(failover.role), remedy)
    if failover.role is FailoverRole.SECONDARY and section.region:
        remedy = "a secondary is the second region, and has none of its own; remove recovery.region, or the role"
        yield Problem((*at, "role"), str(failover.role), remedy)
    if (partition := partition_of(config.environment.region)) != PARTITION:
        remedy = f"the partition {partition} lacks health checks of alarms in another region; remove failover"
        yield Problem(at, str(failover.role), remedy)


def _copies(section: RecoverySection, config: "StackConfig") -> Iterator[Problem]:
    """A vault of copies that is the stack's own, and buckets without backups of another cluster."""
    own = config.environment
    arn = section.copy_vault_arn
    if arn and arn.split(":")[4] == own.account:
        remedy = "it is a vault of this account; name one of another account, or write copyRegion for another region"
        yield Problem((*_AT, "copyVaultArn"), arn, remedy)
    source = section.cluster_state.read_from if section.cluster_state else None
    if source and config.feature_store:
        data = config.feature_store.data
        others = [data.bucket_name(purpose, own.account) for purpose in (*PURPOSES, "logs")]
        if source in (cluster_state_bucket(config), cluster_state_replica(config), *others):
            remedy = "it is a bucket of this stack; name a copy of the backups of another cluster, or remove it"
            yield Problem((*_AT, "clusterState", "readFrom"), source, remedy)


def _second_region(section: RecoverySection, config: "StackConfig") -> Iterator[Problem]:
    for field, region in (("region", section.region), ("copyRegion", section.copy_region)):
        if region:
            yield from copy_problems(config.environment.region, Name((*_AT, field), region), "take another")
    copy = cluster_state_replica(config)
    if copy and config.feature_store and (over := len(copy) - LONGEST_NAME) > 0:
        prefix = config.feature_store.data.prefix
        remedy = f"the copy of the bucket of cluster state would be {copy}; shorten the prefix by {over} characters"
        yield Problem(("featureStore", "data", "prefix"), prefix, remedy)
    if section.region and not section.mode:
        yield Problem((*_AT, "mode"), None, "region needs it; write pilot-light or warm-standby")
    if section.mode and not section.region:
        yield Problem((*_AT, "region"), None, f"mode is {section.mode}, so it needs a second region; add it")
