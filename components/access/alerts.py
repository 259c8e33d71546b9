"""Messages to people: an encrypted SNS topic that rules of EventBridge publish to."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ..core.iam import Statement, allow, document, tls_only
from ..core.notifications import encrypted_topic

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""The state of a rule that also gets read-only events, of which AssumeRole is one.

Source: EventBridge user guide, "Receiving read-only management events from AWS services".
"""
_EVENTS = "events.amazonaws.com"


def events_key_grant() -> Statement:
    """Lets EventBridge publish to a topic that the key encrypts.

    It has no condition, because requests of EventBridge carry neither aws:SourceArn nor aws:SourceAccount here: under a
    condition no message arrives. Sources: SNS developer guide, "Key management", for EventBridge and encrypted topics;
    awslabs/landing-zone-accelerator-on-aws, issue 407; awslabs/aws-deployment-framework, issue 769.
    """
    statement = allow("EventsPublish", ["kms:GenerateDataKey*", "kms:Decrypt"], ["*"])
    return {**statement, "Principal": {"Service": _EVENTS}}


def topic_policy(topic: str) -> str:
    """Lets EventBridge publish, and nobody without TLS.

    Source: EventBridge user guide, "Amazon SNS permissions": a policy for EventBridge cannot have a condition.
    """
    publish = allow("RulesPublish", ["sns:Publish"], [topic])
    return document({**publish, "Principal": {"Service": _EVENTS}}, tls_only("sns:Publish", topic))


def alert_topic(
    name: str,
    title: str,
    emails: Sequence[str],
    patterns: Mapping[str, Mapping[str, Any]],
    key: aws.kms.Key,
    parent: pulumi.Resource,
    state: str = "ENABLED",
) -> aws.sns.Topic:
    """A topic of email addresses, and a rule for each of the event patterns, by a short name.

    Args:
        name: What the logical names begin with.
        title: What the names in AWS begin with.
        emails: The addresses; each must confirm.
        patterns: The patterns of events that are sent.
        key: The key that encrypts the topic. It needs `events_key_grant`.
        parent: The component.
        state: The state of the rules.
    """
    child = pulumi.ResourceOptions(parent=parent)
    topic, policy = encrypted_topic(f"{name}-alerts", f"{title}-alerts", key.arn, topic_policy, child, emails)
    rules = {
        each: aws.cloudwatch.EventRule(
            f"{name}-{each}", name=f"{title}-{each}", event_pattern=json.dumps(pattern), state=state, opts=child
        )
        for each, pattern in sorted(patterns.items())
    }
    for each, rule in rules.items():
        aws.cloudwatch.EventTarget(
            f"{name}-{each}-target",
            rule=rule.name,
            arn=topic.arn,
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy]),
        )
    return topic
