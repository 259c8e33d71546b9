"""One encrypted SNS topic for each severity, its subscribers, and the dead man's switch.

Sources: SNS developer guide, "Key management" and "HTTP/HTTPS notifications"; EventBridge Scheduler user guide, "Using
universal targets" and "Confused deputy prevention".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import allow, document, service_trust
from ...core.kms import encryption_key, through
from ...core.notifications import encrypted_topic, notification_policy, service_key_grant
from .spec import AlarmsSpec, AudienceSpec, HeartbeatSpec
from .watches import Severity

_SENDERS = ("cloudwatch", "events.rds")
_HEARTBEAT, _REPLICAS = "heartbeat", "replicas"
_SENDERS_OF = {_HEARTBEAT: (), _REPLICAS: ("cloudwatch",)}
"""The services that send to topics with fewer senders than the others."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics by severity, and their key."""

    key: aws.kms.Key
    by_severity: Mapping[Severity, aws.sns.Topic]


def make_topics(name: str, spec: AlarmsSpec, account: Account, parent: pulumi.Resource) -> Topics:
    """The key, and a topic with its subscriptions for each severity."""
    child = pulumi.ResourceOptions(parent=parent)
    grants = [
        service_key_grant("AlarmsEncrypt", "cloudwatch", account),
        service_key_grant("DatabaseEventsEncrypt", "events.rds", account),
    ]
    key = encryption_key(f"{name}-key", f"Alarms of {spec.name}", account, child, grants=grants)
    aws.kms.Alias(f"{name}-alias", name=f"alias/{spec.name}-alarms", target_key_id=key.key_id, opts=child)
    audiences = {Severity.CRITICAL: spec.critical, Severity.WARNING: spec.warning}
    return Topics(
        key,
        {
            severity: _topic(name, spec.name, str(severity), audience, key, account, child)
            for severity, audience in audiences.items()
        },
    )


def make_replica_topic(
    name: str, spec: AlarmsSpec, region: str, account: Account, parent: pulumi.Resource
) -> aws.sns.Topic:
    """The topic of warnings in the region of second buckets: an alarm tells topics of its own region alone."""
    child = pulumi.ResourceOptions(parent=parent)
    grant = service_key_grant("AlarmsEncrypt", "cloudwatch", account)
    about = f"Alarms of {spec.name} about second buckets"
    key = encryption_key(f"{name}-{region}-key", about, account, child, grants=[grant], region=region)
    alias = f"alias/{spec.name}-{_REPLICAS}"
    aws.kms.Alias(f"{name}-{region}-alias", name=alias, target_key_id=key.key_id, region=region, opts=child)
    return _topic(f"{name}-{region}", spec.name, _REPLICAS, spec.warning, key, account, child, region)


def _topic(
    name: str,
    title: str,
    role: str,
    audience: AudienceSpec,
    key: aws.kms.Key,
    account: Account,
    child: pulumi.ResourceOptions,
    region: str | None = None,
) -> aws.sns.Topic:
    senders = _SENDERS_OF.get(role, _SENDERS)
    topic, _ = encrypted_topic(
        f"{name}-{role}",
        f"{title}-{role}",
        key.arn,
        lambda arn: notification_policy(arn, account, senders),
        child,
        audience.emails,
        region=region,
    )
    for url in audience.urls:
        aws.sns.TopicSubscription(
            f"{name}-{role}-{url.removeprefix('https://')}",
            topic=topic.arn,
            protocol="https",
            endpoint=url,
            region=region,
            opts=child,
        )
    return topic


def make_heartbeat(
    name: str, spec: AlarmsSpec, beat: HeartbeatSpec, key: aws.kms.Key, account: Account, parent: pulumi.Resource
) -> aws.sns.Topic:
    """Sends a message every few minutes by the same key and service as alarms, to an endpoint that expects it."""
    child = pulumi.ResourceOptions(parent=parent)
    topic = _topic(name, spec.name, _HEARTBEAT, AudienceSpec(urls=(beat.url,)), key, account, child)
    # Scheduler names the group, not the schedule.
    source = account.arn("scheduler", "schedule-group/default")
    trust = service_trust("scheduler.amazonaws.com", account.id, source)
    role = aws.iam.Role(f"{name}-heartbeat-role", assume_role_policy=trust, opts=child)
    publish = pulumi.Output.all(topic.arn, key.arn).apply(
        lambda known: document(
            allow("Publish", ["sns:Publish"], [known[0]]),
            allow("Encrypt", ["kms:GenerateDataKey*", "kms:Decrypt"], [known[1]], through(account, "sns")),
        )
    )
    granted = aws.iam.RolePolicy(f"{name}-heartbeat-publish", role=role.name, policy=publish, opts=child)
    aws.scheduler.Schedule(
        f"{name}-heartbeat-schedule",
        name=f"{spec.name}-heartbeat",
        schedule_expression=f"rate({beat.minutes} minute{'s' if beat.minutes > 1 else ''})",
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": topic.arn,
            "role_arn": role.arn,
            "input": f"{spec.name}: the path of alarms works.",
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[granted]),
    )
    return topic
