"""Small clusters, pools and Karpenters, run against the made-up account of `mocks`."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.cluster.karpenter.karpenter import Karpenter
from components.cluster.node_pool.node_pool import NodePool
from resources.resource import Resource
from tests.support.components.mocks import Recording, run

CLUSTER = "eks:index:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
ADDON = "aws:eks/addon:Addon"
ROLE = "aws:iam/role:Role"
RELEASE = "kubernetes:helm.sh/v3:Release"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NAMESPACE = "kubernetes:core/v1:Namespace"

SYSTEM = {"name": "system", "instance_types": ["m7i.large"], "minimum": 2, "maximum": 4}
GPU = {"name": "gpu", "instance_types": ["g4dn.xlarge"], "minimum": 1, "maximum": 3}
KEY = "arn:aws:kms:us-east-1:123456789012:key/volumes"
NODE_ROLE = "arn:aws:iam::123456789012:role/nodes"


def gpu_cluster(recording: Recording | None = None, **args: Any) -> Recording:
    """A GpuCluster "ml" with one system pool, unless `args` say otherwise."""
    given = {
        "cluster_name": "ml",
        "vpc_id": "vpc-1",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "node_pools": [SYSTEM],
        **args,
    }
    return run(lambda: GpuCluster("ml", given), recording)  # pyright: ignore[reportArgumentType]


def node_pool(recording: Recording | None = None, **args: Any) -> Recording:
    """A NodePool "pool" of one to three g4dn.xlarge, unless `args` say otherwise."""
    given = {
        **GPU,
        "cluster_name": "ml",
        "node_role_arn": NODE_ROLE,
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_ids": ["sg-nodes"],
        "volume_key_arn": KEY,
        **args,
    }
    return run(lambda: NodePool("pool", given), recording)  # pyright: ignore[reportArgumentType]


def karpenter(
    recording: Recording | None = None, *, opts: pulumi.ResourceOptions | None = None, **pool: Any
) -> Recording:
    """A Karpenter "karpenter" with one pool of g5.xlarge, unless `pool` says otherwise.

    Its nodes have a role of the caller's, of which None leaves out a part.
    """
    roles = {"node_role_name": "nodes", "node_role_arn": NODE_ROLE}
    roles = {key: pool.pop(key, value) for key, value in roles.items()}
    wanted = {"name": "burst", "instance_types": ["g5.xlarge"], "maximum_gpus": 4, "maximum_vcpus": 32, **pool}
    given = {
        "cluster_name": "ml",
        **{key: value for key, value in roles.items() if value},
        "volume_key_arn": KEY,
        "pools": [wanted],
    }
    return run(lambda: Karpenter("karpenter", given, opts), recording)  # pyright: ignore[reportArgumentType]


def statements(resource: Resource, document: str = "policy") -> dict[str, dict[str, Any]]:
    """The statements of a resource's policy document by their Sid; by their place where they have none."""
    found: list[dict[str, Any]] = json.loads(resource.inputs[document])["Statement"]
    return {each.get("Sid", str(index)): each for index, each in enumerate(found)}


def needs(recording: Recording, resource: Resource) -> set[str]:
    """The names of everything that must exist before `resource`, at any distance; components with their children."""
    known = {each.urn: each for each in recording.resources}
    children: dict[str, list[str]] = {}
    for each in recording.resources:
        children.setdefault(each.parent or "", []).append(each.urn)
    seen: set[str] = set()
    waiting = [resource.urn]
    while waiting:
        urn = waiting.pop()
        if urn in seen or urn not in known:
            continue
        seen.add(urn)
        each = known[urn]
        needed = [*each.dependencies, *(urn for urns in each.property_dependencies.values() for urn in urns)]
        waiting += [*needed, *([each.provider] if each.provider else [])]
        waiting += [
            child for urn in needed if urn in known and not known[urn].custom for child in children.get(urn, [])
        ]
    return {known[urn].name for urn in seen - {resource.urn}}


def select(values: Mapping[str, Any], *path: str | int) -> Any:
    """The value at `path`, through mappings and lists."""
    found: Any = values
    for part in path:
        found = found[part]
    return found
