"""Checks that only one autoscaler adds a node for a pending pod: the cluster autoscaler or Karpenter."""

from collections.abc import Iterable

from ...core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL
from ..karpenter.spec import KarpenterPoolSpec
from ..node_pool.labels import accelerator_taints, labels, taints
from ..node_pool.spec import NodePoolSpec, TaintEffect, TaintSpec

WHOLE = "exclusive"
"""The sharing mode of a GPU that only one pod uses. All nodes of Karpenter have it."""


def rivals(managed: Iterable[NodePoolSpec], bought: Iterable[KarpenterPoolSpec]) -> str | None:
    """A sentence about a managed pool and a Karpenter pool that would both add a node for the same pod, or None.

    The autoscalers do not know about each other's nodes. Both would add one, and one of them would stay idle. Two pools
    take different pods if they have different taints, devices or GPU sharing modes, which pods select by label.
    """
    for pool in managed:
        for other in bought if pool.peak > pool.minimum else ():
            if _same_devices(pool, other) and _same_pods(taints(pool), _taints(other)):
                return (
                    f"nodePools {pool.name} and karpenter.pools {other.name} take the same pods, so both "
                    "autoscalers would add a node for a pending pod; give each a taint that the other lacks, remove "
                    f"one of them, or set minimum and maximum of {pool.name} to one number"
                )
    return None


def _same_devices(pool: NodePoolSpec, other: KarpenterPoolSpec) -> bool:
    shared = labels(pool).get(DEVICE_PLUGIN_CONFIG_LABEL, WHOLE)
    return pool.lead.accelerator_maker == other.lead.accelerator_maker and shared == WHOLE


def _same_pods(first: Iterable[TaintSpec], second: Iterable[TaintSpec]) -> bool:
    """Whether pods that tolerate the taints of one pool tolerate those of the other."""
    one, other = _hard(first), _hard(second)
    return one <= other or other <= one


def _hard(found: Iterable[TaintSpec]) -> set[tuple[str, str]]:
    return {(each.key, each.value) for each in found if each.effect is not TaintEffect.PREFER_NO_SCHEDULE}


def _taints(pool: KarpenterPoolSpec) -> list[TaintSpec]:
    return [*accelerator_taints(pool.lead), *pool.taints]
