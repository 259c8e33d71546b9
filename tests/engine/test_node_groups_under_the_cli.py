"""Node groups over several deployments, against a stand-in that refuses what EKS refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.facts.versions import NODE_IMAGES
from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program
from tests.support.stacks.configs import SECTIONS, SYSTEM

PROGRAM = """
from components.cluster.node_pool.node_pool import NodePool

NodePool(
    "pool",
    {
        "name": "gpu",
        "instance_types": ["g4dn.xlarge"],
        "cluster_name": "ml",
        "node_role_arn": "arn:aws:iam::111122223333:role/nodes",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_ids": ["sg-nodes"],
        "volume_key_arn": "arn:aws:kms:us-east-1:111122223333:key/volumes",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
GROUP = "ml/pool-nodes"
PEAK = {"name": "peak", "additional_nodes": 10, "start": "08:00", "end": "22:00"}
SCHEDULED: dict[str, Any] = {"minimum": 20, "maximum": 20, "schedules": [PEAK]}


class Pool:
    """A program of one pool, which is deployed again and again."""

    def __init__(self, engine: Engine, folder: Path):
        self.engine, self._program = engine, Program(engine, folder, PROGRAM)

    def deploy(self, pool: Mapping[str, Any], *options: str) -> dict[str, Any]:
        """Deploy the pool, which must succeed, and say what its group is then."""
        up = self._program.up(pool, *options)
        assert up.code == 0, up.printed
        return self.engine.eks.group(GROUP)

    def refresh(self) -> Outcome:
        """Read what EKS has."""
        return self._program.run("refresh", "--yes", "--skip-preview")

    def sizes(self) -> tuple[int, int, int]:
        """Minimum, nodes and maximum of the group."""
        group = self.engine.eks.group(GROUP)
        return group["minSize"], group["desiredSize"], group["maxSize"]


@pytest.fixture
def pool(engine: Engine, tmp_path: Path) -> Pool:
    return Pool(engine, tmp_path)


def test_every_bound_of_a_pool_can_be_changed_while_it_works(pool: Pool) -> None:
    pool.deploy({"minimum": 2, "maximum": 6})
    assert pool.sizes() == (2, 2, 6)
    pool.engine.eks.scale(GROUP, 5)
    pool.deploy({"minimum": 2, "maximum": 6}, "--expect-no-changes")
    pool.deploy({"minimum": 2, "maximum": 9})
    assert pool.sizes() == (2, 5, 9)
    pool.deploy({"minimum": 7, "maximum": 9})
    assert pool.sizes() == (7, 7, 9)
    pool.engine.eks.scale(GROUP, 8)
    pool.deploy({"minimum": 1, "maximum": 9})
    assert pool.sizes() == (1, 8, 9)
    pool.deploy({"minimum": 1, "maximum": 9}, "--expect-no-changes")
    assert pool.engine.eks.group(GROUP)["ended"] == 0
    pool.deploy({"minimum": 1, "maximum": 4})
    assert pool.sizes() == (1, 4, 4)


def test_a_refresh_takes_over_the_size_that_an_autoscaler_chose(pool: Pool) -> None:
    pool.deploy({"minimum": 2, "maximum": 6})
    pool.engine.eks.scale(GROUP, 5)
    refreshed = pool.refresh()
    assert refreshed.code == 0, refreshed.printed
    pool.deploy({"minimum": 2, "maximum": 6}, "--expect-no-changes")
    assert pool.deploy({"minimum": 2, "maximum": 9})["desiredSize"] == 5


def test_a_scheduled_pool_grows_and_follows_the_config(pool: Pool) -> None:
    pool.deploy(SCHEDULED)
    assert pool.sizes() == (20, 20, 30)
    pool.engine.eks.scale(GROUP, 28)
    pool.deploy(SCHEDULED, "--expect-no-changes")
    pool.deploy({**SCHEDULED, "minimum": 22, "maximum": 24})
    assert pool.sizes() == (22, 28, 34)
    pool.deploy({**SCHEDULED, "minimum": 22, "maximum": 24, "schedules": [{**PEAK, "additional_nodes": 16}]})
    assert pool.sizes() == (22, 28, 40)
    pool.deploy({**SCHEDULED, "minimum": 32, "maximum": 32})
    assert pool.sizes() == (32, 32, 42)
    assert pool.engine.eks.group(GROUP)["ended"] == 0


def test_other_changes_leave_the_size_alone(pool: Pool) -> None:
    pool.deploy(SCHEDULED)
    pool.engine.eks.scale(GROUP, 27)
    pool.deploy({**SCHEDULED, "labels": {"team": "vision"}})
    pool.deploy({**SCHEDULED, "labels": {"team": "vision"}}, "--expect-no-changes")
    assert pool.sizes() == (20, 27, 30)


def test_nodes_are_upgraded_and_patched_and_never_moved_back(pool: Pool) -> None:
    small: dict[str, Any] = {"minimum": 2, "maximum": 6}
    old = pool.deploy({**small, "kubernetes_version": "1.35"})
    assert (old["version"], old["release"]) == ("1.35", NODE_IMAGES["1.35"]["al2023"])
    new = pool.deploy({**small, "kubernetes_version": "1.36"})
    assert (new["version"], new["release"]) == ("1.36", NODE_IMAGES["1.36"]["al2023"])
    patched = {**small, "kubernetes_version": "1.36", "release_version": "1.36.4-20261023"}
    assert pool.deploy(patched)["release"] == "1.36.4-20261023"
    pool.deploy(patched, "--expect-no-changes")
    assert pool.deploy({**small, "kubernetes_version": "1.36"})["release"] == "1.36.4-20261023"


def test_an_image_that_eks_moved_on_is_kept(pool: Pool) -> None:
    """The provider sends no release that did not change, and EKS then takes the newest."""
    bottlerocket: dict[str, Any] = {"minimum": 2, "maximum": 6, "ami_family": "bottlerocket"}
    pool.deploy({**bottlerocket, "kubernetes_version": "1.35"})
    moved = pool.deploy({**bottlerocket, "kubernetes_version": "1.36"})
    assert moved["release"] != NODE_IMAGES["1.36"]["bottlerocket"]
    # The program hears of it with the next deployment, which then has nothing to do.
    assert pool.deploy({**bottlerocket, "kubernetes_version": "1.36"}, "--expect-no-changes") == moved


STACK: dict[str, Any] = {
    **SECTIONS,
    "gpuCluster": {
        "clusterName": "upgraded",
        "kubernetesVersion": "1.35",
        "deletionProtection": False,
        "nodePools": [SYSTEM],
        "karpenter": {"pools": [{"name": "burst", "instanceTypes": ["m7i.large"], "maximumVcpus": 8}]},
    },
}
BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


def test_a_cluster_is_upgraded_from_the_plane_to_its_nodes(engine: Engine) -> None:
    engine.init("upgraded", None, **STACK)
    first = engine.run("up", "--yes", "--skip-preview", "--stack", "upgraded")
    assert first.code == 0, first.printed
    engine.changes()
    engine.configure("upgraded", gpuCluster={"kubernetesVersion": "1.36"})
    second = engine.run("up", "--yes", "--skip-preview", "--stack", "upgraded")
    assert second.code == 0, second.printed
    updated = [urn.rpartition("::")[2] for operation, urn in engine.changes() if operation == "update"]
    plane, nodes = updated.index("gpu-cluster-eks-eksCluster"), updated.index("gpu-cluster-system-nodes")
    addons = [updated.index(f"gpu-cluster-{addon}") for addon in BEFORE_NODES]
    assert plane < min(addons)
    assert max(addons) < nodes
    assert engine.eks.group("upgraded/gpu-cluster-system-nodes")["version"] == "1.36"


def test_managed_nodes_stay_admitted_when_karpenter_goes(engine: Engine) -> None:
    """EKS makes the entry of the nodes' role, refuses a second one, and would cut nodes off without it."""
    stack = {**STACK, "gpuCluster": {**STACK["gpuCluster"], "clusterName": "without"}}
    engine.init("without", None, **stack)
    made = engine.run("up", "--yes", "--skip-preview", "--stack", "without")
    assert made.code == 0, made.printed
    role = engine.eks.group("without/gpu-cluster-system-nodes")["role"]
    assert engine.eks.admitted("without") == {role: "EKS"}
    engine.configure("without", gpuCluster={"karpenter": None})
    gone = engine.run("up", "--yes", "--skip-preview", "--stack", "without")
    assert gone.code == 0, gone.printed
    assert engine.eks.admitted("without") == {role: "EKS"}
