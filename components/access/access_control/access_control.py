"""AccessControl: a permissions boundary for roles, and a role for emergencies that tells of each use."""

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.kms import encryption_key
from ..alerts import ALL_EVENTS, alert_topic, events_key_grant
from .boundary import boundary_policy
from .break_glass import SESSION_SECONDS, kept_record, trust, uses
from .spec import AccessControlArgs, AccessControlSpec, BreakGlassSpec


class AccessControl(Component[AccessControlArgs, AccessControlSpec]):
    """The most that roles of the platform may do, and by choice a role for emergencies.

    Named users assume that role with a second factor, for an hour at most, and people get an email each time.
    """

    boundary_arn: pulumi.Output[str]
    """The permissions boundary; empty without one. Give it to roles of your own."""
    break_glass_role_arn: pulumi.Output[str]
    """The role for emergencies; empty without one."""
    topic_arn: pulumi.Output[str]
    """The topic that tells of each use of the role; empty without one."""

    def __init__(self, name: str, args: AccessControlArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, AccessControlArgs, AccessControlSpec, opts)
        spec = self._spec
        absent = pulumi.Output.from_input("")
        self.boundary_arn = self._boundary().arn if spec.boundary else absent
        self.break_glass_role_arn, self.topic_arn = (
            self._break_glass(spec.break_glass) if spec.break_glass else (absent, absent)
        )
        self._publish()

    def _boundary(self) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._name}-boundary",
            name=self._spec.boundary_name,
            description="The most that a role of the platform may do",
            policy=boundary_policy(self._account, self._spec.further_services),
            opts=self._child,
        )

    def _break_glass(self, wanted: BreakGlassSpec) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """The role and the topic that tells of its uses."""
        name, account, title = self._name, self._account, f"{self._spec.name}-break-glass"
        grants = [events_key_grant()]
        kept = pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection)
        key = encryption_key(f"{name}-key", f"Messages about the use of {title}", account, kept, grants=grants)
        topic = alert_topic(
            f"{name}-break-glass", title, self._spec.emails, uses(account, title), key, self, state=ALL_EVENTS
        )
        role = aws.iam.Role(
            f"{name}-break-glass",
            name=title,
            description="For emergencies; each use sends an email",
            assume_role_policy=trust(account, wanted.user_arns),
            max_session_duration=SESSION_SECONDS,
            # Nobody can use it before its alarm is there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[topic]),
        )
        denied = aws.iam.RolePolicy(
            f"{name}-break-glass-record", role=role.name, policy=kept_record(account, title, title), opts=self._child
        )
        for policy in wanted.managed_policies:
            aws.iam.RolePolicyAttachment(
                f"{name}-break-glass-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=account.managed_policy(policy),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[denied]),
            )
        return role.arn, topic.arn
