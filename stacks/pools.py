"""Pools of nodes that the region lacks, and pools between which two autoscalers would both answer one pod."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.facts.instances import lacking
from stacks.problems import Place, Problem

if TYPE_CHECKING:
    from stacks.config import StackConfig


def pool_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every pool that the stack's region does not offer, and the pools that take the same pods."""
    cluster = config.gpu_cluster
    if not cluster:
        return
    region = config.environment.region
    bought = cluster.karpenter.pools if cluster.karpenter else ()
    lists: tuple[Place, Place] = (("gpuCluster", "nodePools"), ("gpuCluster", "karpenter", "pools"))
    for at, pools in zip(lists, (cluster.node_pools, bought), strict=True):
        for index, pool in enumerate(pools):
            if problem := lacking(pool.instance_types, region):
                yield Problem((*at, index, "instanceTypes"), list(pool.instance_types), f"pool {pool.name}: {problem}")
    for index, pool in enumerate(cluster.node_pools):
        for zone in (*pool.zones, *([pool.zone] if pool.zone else [])):
            if zone[:-1] != region:
                yield Problem(
                    ("gpuCluster", "nodePools", index, "zones" if pool.zones else "zone"),
                    zone,
                    f"{zone} is not a zone of {region}; name one such as {region}a",
                )
    if problem := cluster.contested_pods:
        yield Problem(lists[1], [pool.name for pool in bought], problem)
