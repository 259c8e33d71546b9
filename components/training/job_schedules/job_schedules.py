"""JobSchedules: where a team keeps the schedules of its training jobs, and the role that starts them."""

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.event_queues import kept_messages
from ...core.iam import document, service_trust, tls_only
from ...core.ordering import after
from .access import edit_access, send_access
from .spec import JobSchedulesArgs, JobSchedulesSpec


class JobSchedules(Component[JobSchedulesArgs, JobSchedulesSpec]):
    """A schedule group of EventBridge Scheduler for one team, and the role that starts the team's jobs.

    The schedules are not resources of the stack: `python -m operations.train` sets them. Only schedules of the group
    can use the role. A start that fails is kept as a message.
    """

    group: pulumi.Output[str]
    """The name of the schedule group."""
    role_arn: pulumi.Output[str]
    """The role that starts jobs, resolved after its permissions exist."""
    undelivered_queue_arn: pulumi.Output[str]
    """The SQS queue of starts that failed."""
    edit_policy: pulumi.Output[str]
    """The IAM policy, as JSON, that lets a workload edit the schedules of the group."""

    def __init__(self, name: str, args: JobSchedulesArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, JobSchedulesArgs, JobSchedulesSpec, opts)
        account, group_name = self._account, self._spec.name
        queue = kept_messages(f"{name}-undelivered", self._child)
        aws.sqs.QueuePolicy(
            f"{name}-undelivered-policy",
            queue_url=queue.url,
            policy=queue.arn.apply(lambda arn: document(tls_only("sqs:*", arn))),
            opts=self._child,
        )
        # Scheduler names the group, not the schedule. Source: its user guide, "Confused deputy prevention".
        source = account.arn("scheduler", f"schedule-group/{group_name}")
        trust = service_trust("scheduler.amazonaws.com", account.id, source)
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust, opts=self._child)
        documents: dict[str, pulumi.Input[str]] = {**args["policies"], "undelivered": queue.arn.apply(send_access)}
        granted = [
            aws.iam.RolePolicy(f"{name}-{short}", role=role.name, policy=policy, opts=self._child)
            for short, policy in documents.items()
        ]
        # While a group is deleted, its schedules still start jobs: their role, its rights and the queue go after it.
        # Source: EventBridge Scheduler API reference, DeleteScheduleGroup.
        group = aws.scheduler.ScheduleGroup(
            f"{name}-group",
            name=group_name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role, queue, *granted]),
        )
        self.group = group.name
        self.role_arn = after(role.arn, *granted)
        self.undelivered_queue_arn = queue.arn
        self.edit_policy = role.arn.apply(lambda arn: edit_access(account, group_name, arn))
        self._publish()
