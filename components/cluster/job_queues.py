"""Kueue's queues, with the guarantees and the borrowing limits of teams, as manifests."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.manifest import kubernetes_object
from ..core.node_labels import POOL_LABEL
from .job_pools import GPU, PoolSpec, QueuedTeam

Manifest = dict[str, Any]

COHORT = "teams"
LOCAL_QUEUE = "default"
"""Kueue's default queue, for workloads without a queue. Source: Kueue, "Setup LocalQueue defaulting"."""
KUEUE_VERSION = "kueue.x-k8s.io/v1beta2"
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute"}


def flavors(pools: Sequence[PoolSpec]) -> list[Manifest]:
    """A Kueue flavor for each pool. Admitted workloads get its node labels and tolerations.

    Kueue compares a workload's node selector only with labels of flavors. So flavors have the device plugin's label,
    which keeps a notebook that needs a whole GPU from a pool with shared GPUs. Source: Kueue,
    pkg/scheduler/flavorassigner, flavorSelector.
    """
    return [_flavor(pool) for pool in pools]


def _flavor(pool: PoolSpec) -> Manifest:
    spec: Manifest = {"nodeLabels": {**pool.labels, POOL_LABEL: pool.name}}
    tolerations = [
        {"key": taint.key, "operator": "Exists", "effect": _EFFECTS[str(taint.effect)]}
        for taint in pool.taints
        if str(taint.effect) in _EFFECTS
    ]
    if tolerations:
        spec["tolerations"] = tolerations
    return kubernetes_object(KUEUE_VERSION, "ResourceFlavor", pool.name, spec=spec)


def cluster_queues(
    teams: Sequence[QueuedTeam],
    pools: Sequence[PoolSpec],
    guaranteed: Mapping[str, Mapping[str, int]],
    *,
    borrowing: bool,
) -> list[Manifest]:
    """A queue for each team with its part of every pool. The sum of the parts does not exceed the pools.

    With `borrowing`, a team may use what other teams do not need, up to its quota.
    """
    # Pools without accelerators first, so that workloads without GPUs do not fill GPU nodes.
    ordered = sorted(pools, key=lambda pool: bool(pool.gpus))
    return [_cluster_queue(team, teams, ordered, guaranteed, borrowing) for team in teams]


def _cluster_queue(
    team: QueuedTeam,
    teams: Sequence[QueuedTeam],
    pools: Sequence[PoolSpec],
    guaranteed: Mapping[str, Mapping[str, int]],
    borrowing: bool,
) -> Manifest:
    resources = [
        {"name": pool.name, "resources": _part(team, teams, pool, guaranteed, borrowing=borrowing)} for pool in pools
    ]
    spec: Manifest = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": team.homes[0]}},
        "queueingStrategy": "BestEffortFIFO",
        "resourceGroups": [{"coveredResources": ["cpu", "memory", GPU], "flavors": resources}],
        "preemption": {"withinClusterQueue": "LowerPriority"},
    }
    if borrowing:
        spec["cohortName"] = COHORT
        spec["preemption"]["reclaimWithinCohort"] = "Any"
    return kubernetes_object(KUEUE_VERSION, "ClusterQueue", team.name, spec=spec)


def _part(
    team: QueuedTeam,
    teams: Sequence[QueuedTeam],
    pool: PoolSpec,
    guaranteed: Mapping[str, Mapping[str, int]],
    *,
    borrowing: bool,
) -> list[Manifest]:
    """The team's part of a pool. In a pool with GPUs, its parts of CPUs and memory are proportional to its GPUs; in
    others, to its quota."""
    gpus = guaranteed[team.name].get(pool.name, 0)
    if pool.gpus:
        part, whole = gpus, pool.all_gpus
        cpu, memory = pool.all_cpus * part // whole, pool.all_memory_gib * part // whole
    else:
        cpu = _measured(pool.all_cpus, [each.quota.cpu for each in teams], team.quota.cpu)
        memory = _measured(pool.all_memory_gib, [each.quota.memory_gib for each in teams], team.quota.memory_gib)
    kept: dict[str, Manifest] = {
        "cpu": {"nominalQuota": str(cpu)},
        "memory": {"nominalQuota": f"{memory}Gi"},
        GPU: {"nominalQuota": str(gpus)},
    }
    if borrowing:
        most = min(pool.all_gpus, team.quota.gpus)
        kept[GPU]["borrowingLimit"] = str(max(0, most - gpus))
    return [{"name": resource, **amounts} for resource, amounts in kept.items()]


def _measured(whole: int, quotas: Sequence[int], own: int) -> int:
    """The part of `whole` that is proportional to `own` in `quotas`, and at most `own`."""
    return min(own, whole * own // sum(quotas))


def guaranteed_amounts(queue: Manifest) -> dict[str, int]:
    """What a ClusterQueue guarantees over all flavors, by the fields of a team's quota."""
    fields = {"cpu": "cpu", "memory": "memoryGib", GPU: "gpus"}
    found = dict.fromkeys(fields.values(), 0)
    for group in queue["spec"]["resourceGroups"]:
        for flavor in group["flavors"]:
            for amount in flavor["resources"]:
                found[fields[amount["name"]]] += int(amount["nominalQuota"].removesuffix("Gi"))
    return found


def local_queue(team: QueuedTeam) -> Manifest:
    """The team's queue in its namespace."""
    spec = {"clusterQueue": team.name}
    return kubernetes_object(KUEUE_VERSION, "LocalQueue", LOCAL_QUEUE, team.homes[0], spec=spec)
