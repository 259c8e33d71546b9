"""What a deployment sends of a pool's sizes.

The cluster autoscaler moves a group's desired size, so a deployment must leave that as it is. But when a bound changes,
the AWS provider sends all three sizes at once, and an ignored one as it was at the last deployment: EKS refuses a
minimum above it, and an old size ends nodes in use. So a deployment that changes a bound reads the size that the group
has now. Two tags of the Auto Scaling group say whose it is, and which sizes were deployed last; they are written after
the group was updated.

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
"""Tags that EKS gives each Auto Scaling group of a managed node group."""


@dataclass(frozen=True, slots=True)
class LiveGroup:
    """An Auto Scaling group as it is."""

    desired: int
    deployed: str | None
    """The sizes that were deployed last, as `deployed_sizes` has them."""
    release: str
    """The release of the image that its nodes start from."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of a managed node group, and the inputs that keep the value of the last deployment."""

    minimum: int
    desired: int
    maximum: int
    ignored: tuple[str, ...]


def sizes(pool: NodePoolSpec, live: LiveGroup | None) -> Sizes:
    """The sizes to deploy: minimum <= desired <= maximum, and no node ended that the bounds still allow.

    The maximum is that of the busiest hour, so that the pool can grow at once; the schedules move it from then on.
    """
    if live is None:
        return Sizes(pool.minimum, pool.start, pool.peak, ("scalingConfig.desiredSize",))
    if live.deployed == deployed_sizes(pool):
        return Sizes(pool.minimum, pool.start, pool.peak, ("scalingConfig.desiredSize", "scalingConfig.maxSize"))
    return Sizes(pool.minimum, min(max(live.desired, pool.minimum), pool.peak), pool.peak, ())


def deployed_sizes(pool: NodePoolSpec) -> str:
    """The bounds of a pool as its Auto Scaling group's tag has them."""
    return f"{pool.minimum}-{pool.maximum}-{pool.peak}"


def owner(pool_name: str) -> str:
    """What names a pool of this stack among all groups of the account and region."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}/{pool_name}"


def live_group(pool_name: str, parent: pulumi.Resource) -> LiveGroup | None:
    """The Auto Scaling group that an earlier deployment made for the pool; None before the first."""
    options = pulumi.InvokeOptions(parent=parent)
    owned: aws.autoscaling.GetAmiIdsFilterArgsDict = {"name": f"tag:{OWNER_TAG}", "values": [owner(pool_name)]}
    # The SDK's name for the list of Auto Scaling groups.
    names = aws.autoscaling.get_ami_ids(filters=[owned], opts=options).names
    if not names:
        return None
    group = aws.autoscaling.get_group(name=names[0], opts=options)
    tags = {tag.key: tag.value for tag in group.tags}
    managed = aws.eks.get_node_group(cluster_name=tags[_CLUSTER_TAG], node_group_name=tags[_GROUP_TAG], opts=options)
    return LiveGroup(group.desired_capacity, tags.get(SIZES_TAG), managed.release_version)
