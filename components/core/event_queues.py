"""SQS queues of events and of failures, which somebody reads later."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .iam import queue_policy

KEPT_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message. Source: SQS developer guide, "Message quotas"."""


def kept_messages(
    name: str, opts: pulumi.ResourceOptions, redrive_policy: pulumi.Input[str] | None = None
) -> aws.sqs.Queue:
    """An encrypted queue that keeps messages as long as SQS can."""
    return aws.sqs.Queue(
        name,
        message_retention_seconds=KEPT_SECONDS,
        sqs_managed_sse_enabled=True,
        redrive_policy=redrive_policy,
        opts=opts,
    )


def admit_rules(
    name: str, queue: aws.sqs.Queue, rules: Sequence[aws.cloudwatch.EventRule], opts: pulumi.ResourceOptions
) -> aws.sqs.QueuePolicy:
    """Lets only these event rules send messages to the queue."""
    policy: Any = pulumi.Output.all(queue.arn, *(rule.arn for rule in rules)).apply(
        lambda known: queue_policy(known[0], known[1:])
    )
    return aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=policy, opts=opts)
