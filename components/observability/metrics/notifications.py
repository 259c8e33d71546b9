"""The topics of alerts, their subscribers, and the dead man's switch."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import Statement, allow, document, service_trust, tls_only
from ...core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one
from ...core.notifications import encrypted_topic
from .alert_routes import HEARTBEAT_MINUTES
from .alert_spec import HEARTBEAT, AlertsSpec, ReceiverSpec
from .spec import MetricsPlatformSpec

SILENT_MINUTES = 15
"""After how many minutes without a heartbeat the alarm rings: three heartbeats."""


def topics(
    name: str,
    spec: MetricsPlatformSpec,
    alerts: AlertsSpec,
    key: aws.kms.Key,
    source_arn: pulumi.Input[str] | None,
    account: Account,
    parent: pulumi.Resource,
) -> dict[str, aws.sns.Topic]:
    """An encrypted standard topic for each receiver and for the heartbeat, by the receiver's name.

    `source_arn` is the workspace, which may publish beside the alarm of the dead man's switch. An Alertmanager on the
    cluster publishes by the rights of its role.
    """
    child = pulumi.ResourceOptions(parent=parent)
    made: dict[str, aws.sns.Topic] = {}
    for receiver in (*(each.name for each in alerts.receivers), HEARTBEAT):
        made[receiver] = encrypted_topic(
            f"{name}-topic-{receiver}",
            f"{spec.name}-{receiver}",
            key.arn,
            lambda topic: pulumi.Output.from_input(source_arn).apply(
                lambda workspace: topic_policy(topic, workspace, account)
            ),
            child,
        ).topic
    for receiver in alerts.receivers:
        _subscribe(name, spec, receiver, made[receiver.name], account, parent)
    return made


def topic_policy(topic: str, workspace: str | None, account: Account) -> str:
    """The workspace and this account's alarms publish, over TLS only.

    Source: Amazon Managed Service for Prometheus user guide, "Giving permission to send alert messages to your Amazon
    SNS topic".
    """
    alarms = account.arn("cloudwatch", "alarm:*")
    publishers = {"AlarmsPublish": ("cloudwatch.amazonaws.com", ["sns:Publish"], alarms)}
    if workspace:
        actions = ["sns:Publish", "sns:GetTopicAttributes"]
        publishers["PrometheusPublishes"] = ("aps.amazonaws.com", actions, workspace)
    statements: list[Statement] = [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": actions,
            "Resource": topic,
            "Condition": {
                "ArnLike": {"aws:SourceArn": source},
                "StringEquals": {"aws:SourceAccount": account.id},
            },
        }
        for sid, (service, actions, source) in publishers.items()
    ]
    return document(*statements, tls_only("sns:Publish", topic))


def publish_access(topic_arns: Mapping[str, str], key_arn: str) -> str:
    """Lets an Alertmanager on the cluster publish to the topics."""
    return document(
        allow("Publish", ["sns:Publish"], sorted(topic_arns.values())),
        allow("Encrypt", ["kms:GenerateDataKey*", "kms:Decrypt"], [key_arn]),
    )


def _subscribe(
    name: str,
    spec: MetricsPlatformSpec,
    receiver: ReceiverSpec,
    topic: aws.sns.Topic,
    account: Account,
    parent: pulumi.Resource,
) -> None:
    child = pulumi.ResourceOptions(parent=parent)
    prefix = f"{name}-{receiver.name}"
    for email in receiver.emails:
        aws.sns.TopicSubscription(f"{prefix}-{email}", topic=topic.arn, protocol="email", endpoint=email, opts=child)
    if receiver.pager_duty_secret:
        address = aws.secretsmanager.get_secret_version_output(
            secret_id=receiver.pager_duty_secret, opts=pulumi.InvokeOutputOptions(parent=parent)
        )
        aws.sns.TopicSubscription(
            f"{prefix}-pager",
            topic=topic.arn,
            protocol="https",
            endpoint=pulumi.Output.secret(address.secret_string),
            endpoint_auto_confirms=True,
            opts=child,
        )
    if receiver.slack:
        role = aws.iam.Role(
            f"{prefix}-slack-role",
            assume_role_policy=service_trust("chatbot.amazonaws.com", account.id),
            opts=child,
        )
        aws.chatbot.SlackChannelConfiguration(
            f"{prefix}-slack",
            configuration_name=f"{spec.name}-{receiver.name}",
            slack_team_id=receiver.slack.workspace_id,
            slack_channel_id=receiver.slack.channel_id,
            iam_role_arn=role.arn,
            sns_topic_arns=[topic.arn],
            # The role has no rights, and commands from the channel get no more than this policy.
            guardrail_policy_arns=[account.managed_policy("ReadOnlyAccess")],
            logging_level="ERROR",
            opts=child,
        )


def dead_mans_switch(
    name: str,
    spec: MetricsPlatformSpec,
    heartbeat: aws.sns.Topic,
    told: Sequence[aws.sns.Topic],
    parent: pulumi.Resource,
) -> aws.cloudwatch.MetricAlarm:
    """An alarm that rings when no heartbeat comes: samples, rules or the Alertmanager have stopped.

    CloudWatch counts what is published to the heartbeat's topic, so the alarm needs nothing of the cluster.
    """
    watch = Watch(
        one(Metric("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": heartbeat.name})),
        1,
        f"No heartbeat of {spec.name} for {SILENT_MINUTES} minutes: metrics, rules or alerts have stopped. "
        "Nobody would be told of other failures.",
        comparison=Comparison.BELOW,
        statistic="Sum",
        seconds=HEARTBEAT_MINUTES * 60,
        periods=SILENT_MINUTES // HEARTBEAT_MINUTES,
        missing=Missing.BROKEN,
    )
    return metric_alarm(f"{name}-silence", watch, [topic.arn for topic in told], parent, f"{spec.name}-metrics-silent")
