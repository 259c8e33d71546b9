"""PermissionSets: permission sets of IAM Identity Center, and the groups that have them in an account."""

from dataclasses import replace

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.named_outputs import by_name
from .policies import MANAGED, policy_of
from .spec import PermissionSetsArgs, PermissionSetSpec, PermissionSetsSpec


class PermissionSets(Component[PermissionSetsArgs, PermissionSetsSpec]):
    """What people may do in an account, by groups of IAM Identity Center: administer, engineer, read, see costs.

    IAM Identity Center belongs to the management account of an organization, or to an account that it delegates to. The
    AWS provider of the component must be one of that account, in the region of the instance.
    """

    permission_set_arns: pulumi.Output[dict[str, str]]
    """The ARN of each permission set, by job function."""

    def __init__(self, name: str, args: PermissionSetsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, PermissionSetsArgs, PermissionSetsSpec, opts)
        self.permission_set_arns = by_name({str(each.job_function): self._made(each) for each in self._spec.sets})
        self._publish()

    def _made(self, wanted: PermissionSetSpec) -> pulumi.Output[str]:
        """A permission set with its policies and groups. AWS copies it into the account when the first group has it."""
        spec, function = self._spec, wanted.job_function
        name = f"{self._name}-{function}"
        made = aws.ssoadmin.PermissionSet(
            name,
            name=f"{spec.name}-{function}",
            instance_arn=spec.instance_arn,
            description=f"{function} of {spec.name}",
            session_duration=f"PT{wanted.hours}H",
            opts=self._child,
        )
        common = {"instance_arn": spec.instance_arn, "permission_set_arn": made.arn}
        ready: list[pulumi.Resource] = [
            aws.ssoadmin.ManagedPolicyAttachment(
                f"{name}-managed",
                **common,
                managed_policy_arn=self._account.managed_policy(MANAGED[function]),
                opts=self._child,
            )
        ]
        # The policies name resources of the account that people work in, not of the one that keeps the permission sets.
        if policy := policy_of(function, replace(self._account, id=spec.account_id, region="*"), spec.boundary_name):
            ready.append(
                aws.ssoadmin.PermissionSetInlinePolicy(
                    f"{name}-inline", **common, inline_policy=policy, opts=self._child
                )
            )
        for group in wanted.group_ids:
            aws.ssoadmin.AccountAssignment(
                f"{name}-{group}",
                **common,
                principal_id=group,
                principal_type="GROUP",
                target_id=spec.account_id,
                target_type="AWS_ACCOUNT",
                opts=pulumi.ResourceOptions(parent=self, depends_on=ready),
            )
        return made.arn
