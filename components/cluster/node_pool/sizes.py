"""The sizes that a deployment sends for a pool.

The cluster autoscaler changes a group's desired size, so a deployment must not change it. But when the minimum or the
maximum changes, the AWS provider sends all three sizes, with the desired size of the last deployment: EKS refuses a
minimum above it, and an old size terminates nodes in use. So a deployment that changes the minimum or maximum reads the
current size of the group. Two tags of the Auto Scaling group have its owner and the sizes of the last deployment. They
are written after the group's update.

Source: hashicorp/terraform-provider-aws, internal/service/eks/node_group.go, resourceNodeGroupUpdate; EKS API
reference, NodegroupScalingConfig.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .spec import NodePoolSpec

OWNER_TAG = "mlplatform:node-pool"
SIZES_TAG = "mlplatform:sizes"
_CLUSTER_TAG, _GROUP_TAG = "eks:cluster-name", "eks:nodegroup-name"
"""Tags that EKS sets on each Auto Scaling group of a managed node group."""


@dataclass(frozen=True, slots=True)
class LiveGroup:
    """The current state of an Auto Scaling group."""

    desired: int
    deployed: str | None
    """The sizes of the last deployment, in the format of `deployed_sizes`."""
    release: str
    """The release of its nodes' image."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of a managed node group, and the inputs to ignore in a deployment."""

    minimum: int
    desired: int
    maximum: int
    ignored: tuple[str, ...]


def sizes(pool: NodePoolSpec, live: LiveGroup | None) -> Sizes:
    """The sizes to deploy: minimum <= desired <= maximum, without terminating nodes within the limits.

    The maximum is the one of the busiest hour, so that the pool can grow immediately; schedules change it later.
    """
    if live is None:
        return Sizes(pool.minimum, pool.start, pool.peak, ("scalingConfig.desiredSize",))
    if live.deployed == deployed_sizes(pool):
        return Sizes(pool.minimum, pool.start, pool.peak, ("scalingConfig.desiredSize", "scalingConfig.maxSize"))
    return Sizes(pool.minimum, min(max(live.desired, pool.minimum), pool.peak), pool.peak, ())


def deployed_sizes(pool: NodePoolSpec) -> str:
    """The minimum and maximum of a pool, in the format of its Auto Scaling group's tag."""
    return f"{pool.minimum}-{pool.maximum}-{pool.peak}"


def owner(pool_name: str) -> str:
    """The unique name of this stack's pool in its account and region."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}/{pool_name}"


def live_group(pool_name: str, parent: pulumi.Resource) -> LiveGroup | None:
    """The Auto Scaling group of the pool from an earlier deployment; None before the first one."""
    options = pulumi.InvokeOptions(parent=parent)
    owned: aws.autoscaling.GetAmiIdsFilterArgsDict = {"name": f"tag:{OWNER_TAG}", "values": [owner(pool_name)]}
    # The SDK function that lists Auto Scaling groups.
    names = aws.autoscaling.get_ami_ids(filters=[owned], opts=options).names
    if not names:
        return None
    group = aws.autoscaling.get_group(name=names[0], opts=options)
    tags = {tag.key: tag.value for tag in group.tags}
    managed = aws.eks.get_node_group(cluster_name=tags[_CLUSTER_TAG], node_group_name=tags[_GROUP_TAG], opts=options)
    return LiveGroup(group.desired_capacity, tags.get(SIZES_TAG), managed.release_version)
