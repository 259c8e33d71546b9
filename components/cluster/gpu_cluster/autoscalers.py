"""Which autoscaler answers a pod that waits: the cluster autoscaler for managed pools, Karpenter for its own."""

from collections.abc import Iterable

from ...core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL
from ..karpenter.spec import KarpenterPoolSpec
from ..node_pool.labels import accelerator_taints, labels, taints
from ..node_pool.spec import NodePoolSpec, TaintEffect, TaintSpec

WHOLE = "exclusive"
"""The sharing of a GPU that one pod has to itself, as it is on every node of Karpenter's."""


def rivals(managed: Iterable[NodePoolSpec], bought: Iterable[KarpenterPoolSpec]) -> str | None:
    """The sentence that refuses a managed pool and one of Karpenter's that would both add a node for one pod.

    Neither autoscaler knows of the other's nodes: both would buy one, and the second stays idle until it is removed.
    What keeps a pod from one of two pools is a taint that it does not tolerate, another device, or another sharing of
    GPUs, which pods select by label.
    """
    for pool in managed:
        for other in bought if pool.peak > pool.minimum else ():
            if _same_devices(pool, other) and _same_pods(taints(pool), _taints(other)):
                return (
                    f"nodePools {pool.name} and karpenter.pools {other.name} take the same pods, so that both "
                    "autoscalers would add a node for one that waits; give each a taint that the other lacks, leave "
                    f"one out, or set minimum and maximum of {pool.name} to one number"
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
