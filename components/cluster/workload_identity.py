"""WorkloadIdentity: an IAM role for one Kubernetes service account."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pydantic import Field

from ..core.component import Component
from ..core.iam import pod_identity_trust
from ..core.spec import Spec


class WorkloadIdentityArgs(TypedDict):
    """The arguments of a WorkloadIdentity."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, which must run the Pod Identity agent."""
    namespace: str
    """The service account's namespace."""
    service_account: str
    """The service account's name."""
    policies: NotRequired[dict[str, pulumi.Input[str]]]
    """IAM policy documents (JSON) by a short name."""
    managed_policies: NotRequired[list[str]]
    """Names of AWS managed policies, such as service-role/AmazonEBSCSIDriverPolicy."""


class WorkloadIdentitySpec(Spec):
    """The checked arguments of a WorkloadIdentity."""

    namespace: str = Field(description="The service account's namespace.")
    service_account: str = Field(description="The service account's name.")
    managed_policies: tuple[str, ...] = Field(default=(), description="Names of AWS managed policies.")


class WorkloadIdentity(Component[WorkloadIdentityArgs, WorkloadIdentitySpec]):
    """An IAM role that the pods of one service account in one cluster assume through EKS Pod Identity."""

    role_arn: pulumi.Output[str]
    """The role's ARN."""
    association_id: pulumi.Output[str]
    """The association's id. A workload that depends on it starts with its permissions."""

    def __init__(self, name: str, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, WorkloadIdentityArgs, WorkloadIdentitySpec, opts)
        spec = self._spec
        child = pulumi.ResourceOptions(parent=self)
        account = self._account
        trust = pulumi.Output.from_input(args["cluster_name"]).apply(
            lambda cluster: pod_identity_trust(account.id, account.arn("eks", f"cluster/{cluster}"))
        )
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust, opts=child)
        grants: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-{short}", role=role.name, policy=document, opts=child)
            for short, document in args.get("policies", {}).items()
        ]
        grants += [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=account.managed_policy(policy),
                opts=child,
            )
            for policy in spec.managed_policies
        ]
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args["cluster_name"],
            namespace=spec.namespace,
            service_account=spec.service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=grants),
        )
        self.role_arn = role.arn
        self.association_id = association.association_id
        self._publish()
