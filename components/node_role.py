"""The IAM role of nodes."""

import pulumi
import pulumi_aws as aws

from .account import Account
from .iam import instance_trust

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
"""What a node needs to join a cluster and to pull images. Pods get their permissions by Pod Identity instead."""


def node_role(
    name: str, account: Account, opts: pulumi.ResourceOptions
) -> tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]:
    """The role `{name}-node-role`, and the attachments that a node needs before it starts."""
    role = aws.iam.Role(f"{name}-node-role", assume_role_policy=instance_trust(), opts=opts)
    grants = [
        aws.iam.RolePolicyAttachment(
            f"{name}-node-{policy}", role=role.name, policy_arn=account.managed_policy(policy), opts=opts
        )
        for policy in POLICIES
    ]
    return role, grants
