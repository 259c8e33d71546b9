"""PipelineAccess: IAM roles that GitHub workflows assume with OpenID Connect, without stored AWS keys."""

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.named_outputs import by_name
from ...core.ordering import after
from .documents import AUDIENCE, ISSUER, guard_policy, preview_policy, publish_policy, state_policy, trust
from .spec import PipelineAccessArgs, PipelineAccessSpec

DEPLOY_HOURS = 3
"""The maximum session of a deployment in hours, which the workflows request."""


class PipelineAccess(Component[PipelineAccessArgs, PipelineAccessSpec]):
    """GitHub's OIDC provider, and IAM roles for previews, for deployments, and for each publishing workflow.

    Only jobs of one environment of one repository can assume a role; roles with write access also need one branch. The
    account's `deployPolicies` are the permissions of the deployment role. It cannot change these roles or create users
    or keys, so a person deploys this component and its changes.
    """

    provider_arn: pulumi.Output[str]
    """GitHub's OIDC provider."""
    preview_role_arn: pulumi.Output[str]
    """The role of previews: the variable AWS_ROLE of the preview environment in the workflows."""
    deploy_role_arn: pulumi.Output[str]
    """The role of deployments: the variable AWS_ROLE of the deployment environment in the workflows."""
    publisher_role_arns: pulumi.Output[dict[str, str]]
    """The roles of publishers, by name."""

    def __init__(self, name: str, args: PipelineAccessArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, PipelineAccessArgs, PipelineAccessSpec, opts)
        spec = self._spec
        account = self._account
        self.provider_arn = self._issuer(args)
        guard = self.provider_arn.apply(lambda arn: guard_policy(spec, account, arn))
        of_spec = (spec.repository, spec.repository_id)
        self.preview_role_arn = self._role(
            "preview",
            (*of_spec, spec.preview_environment, None),
            {"look": preview_policy(spec, account)},
            spec.preview_policies,
        )
        self.deploy_role_arn = self._role(
            "deploy",
            (*of_spec, spec.deploy_environment, spec.branch),
            {"state": state_policy(spec, account), "guard": guard},
            spec.deploy_policies,
            hours=DEPLOY_HOURS,
        )
        publishers = {
            each.name: self._role(
                each.name,
                (each.repository, each.repository_id, each.environment, spec.branch if each.push else None),
                {"images": publish_policy(each, account)},
            )
            for each in spec.publishers
        }
        self.publisher_role_arns = by_name(publishers)
        self._publish()

    def _issuer(self, args: PipelineAccessArgs) -> pulumi.Output[str]:
        if "provider_arn" in args:
            return pulumi.Output.from_input(args["provider_arn"])
        return aws.iam.OpenIdConnectProvider(
            f"{self._name}-provider", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._child
        ).arn

    def _role(
        self,
        short: str,
        trusted: tuple[str, int | None, str, str | None],
        policies: dict[str, pulumi.Input[str]],
        managed: tuple[str, ...] = (),
        *,
        hours: int = 1,
    ) -> pulumi.Output[str]:
        """A role's ARN, resolved after the role has its policies."""
        repository, number, environment, branch = trusted
        role = aws.iam.Role(
            f"{self._name}-{short}-role",
            name=f"{self._spec.role_prefix}-{short}",
            assume_role_policy=self.provider_arn.apply(lambda arn: trust(arn, repository, environment, branch, number)),
            max_session_duration=hours * 3600,
            permissions_boundary=self._spec.permissions_boundary,
            opts=self._child,
        )
        grants: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{self._name}-{short}-{what}", role=role.name, policy=policy, opts=self._child)
            for what, policy in policies.items()
        ]
        grants += [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{short}-{arn.rpartition('/')[2]}", role=role.name, policy_arn=arn, opts=self._child
            )
            for arn in managed
        ]
        return after(role.arn, *grants)
