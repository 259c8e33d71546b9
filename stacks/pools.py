"""Pools of nodes that the region lacks, and pools between which two autoscalers would both answer one pod."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem

if TYPE_CHECKING:
    from stacks.config import StackConfig


def pool_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every pool that the stack's region does not offer."""
    if cluster := config.gpu_cluster:
        yield from (problem.within("gpuCluster") for problem in cluster.absent_in(config.environment.region))


def contested_pools(config: "StackConfig") -> Iterator[Problem]:
    """The pools that take the same pods, for which both autoscalers would add nodes."""
    cluster = config.gpu_cluster
    if cluster and (remedy := cluster.contested_pods):
        bought = cluster.karpenter.pools if cluster.karpenter else ()
        yield Problem(("gpuCluster", "karpenter", "pools"), [pool.name for pool in bought], remedy)
