"""SNS topics of the platform: their policies, their subscribers, and the use of their key by AWS services."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from .account import Account
from .iam import Statement, allow, document, tls_only


class Notification(NamedTuple):
    """An SNS topic, and the policy that it must have before services publish to it."""

    topic: aws.sns.Topic
    policy: aws.sns.TopicPolicy


def encrypted_topic(
    name: str,
    title: str,
    key_arn: pulumi.Input[str],
    policy: Callable[[str], pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    emails: Sequence[str] = (),
    *,
    fifo: bool = False,
    region: str | None = None,
) -> Notification:
    """An encrypted SNS topic with its policy and a subscription of each email address, which must confirm it.

    `name` begins the logical names, `title` is the topic's name in AWS, and `policy` returns the policy for its ARN.
    Without `region` the topic is in the region of the provider.
    """
    topic = aws.sns.Topic(
        name,
        name=f"{title}{'.fifo' if fifo else ''}",
        fifo_topic=fifo or None,
        kms_master_key_id=key_arn,
        region=region,
        opts=opts,
    )
    said = topic.arn.apply(policy)
    made = aws.sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=said, region=region, opts=opts)
    for email in emails:
        aws.sns.TopicSubscription(
            f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, region=region, opts=opts
        )
    return Notification(topic, made)


def notification_policy(topic_arn: str, account: Account, services: Sequence[str]) -> str:
    """The policy of an SNS topic: publishing over TLS alone, and messages of `services` for this account.

    `services` are such as `cloudwatch`, whose alarms are sent to the topic, and `events.rds`. Sources: SNS developer
    guide, "Enforce encryption of data in transit"; CloudWatch user guide, "Notifying users on alarm changes"; RDS user
    guide, "Granting permissions to publish notifications to an Amazon SNS topic".
    """
    own = {"StringEquals": {"aws:SourceAccount": account.id}}
    allowed: list[Statement] = [
        {
            **allow(_SIDS.get(service, "Messages"), ["sns:Publish"], [topic_arn], own),
            "Principal": {"Service": f"{service}.amazonaws.com"},
        }
        for service in services
    ]
    return document(tls_only("sns:Publish", topic_arn), *allowed)


_SIDS = {"cloudwatch": "Alarms", "events.rds": "DatabaseEvents"}


def service_key_grant(sid: str, service: str, account: Account) -> Statement:
    """Lets a service encrypt messages to queues or topics of the account with the key.

    Sources: SNS developer guide, "Key management"; SQS developer guide, "Key management".
    """
    own = {"StringEquals": {"aws:SourceAccount": account.id}}
    return {
        **allow(sid, ["kms:Decrypt", "kms:GenerateDataKey*"], ["*"], own),
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
