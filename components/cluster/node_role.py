"""The IAM role of nodes."""

import pulumi
import pulumi_aws as aws

from ..core.account import Account
from ..core.iam import allow, document, instance_trust

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
"""The policies that a node needs to join a cluster and to pull images. Pods use Pod Identity instead."""


SESSION_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""The permissions of a node's agent for Session Manager. AmazonSSMManagedInstanceCore would also read parameters.

Source: Systems Manager user guide, "Add Session Manager permissions to an existing IAM role". None of the actions
supports a resource.
"""


def node_role(
    name: str, account: Account, opts: pulumi.ResourceOptions, *, sessions: bool = False
) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
    """The role `{name}-node-role`, and its policies, which a node needs before it starts."""
    role = aws.iam.Role(f"{name}-node-role", assume_role_policy=instance_trust(), opts=opts)
    grants: list[pulumi.Resource] = [
        aws.iam.RolePolicyAttachment(
            f"{name}-node-{policy}", role=role.name, policy_arn=account.managed_policy(policy), opts=opts
        )
        for policy in POLICIES
    ]
    if sessions:
        policy = document(allow("Sessions", SESSION_ACTIONS, ["*"]))
        grants.append(aws.iam.RolePolicy(f"{name}-node-sessions", role=role.name, policy=policy, opts=opts))
    return role, grants
