"""SQS queues, each with a dead-letter queue, and SNS topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from ....core.account import Account
from ....core.notifications import encrypted_topic, notification_policy
from .access import queue_policy
from .messaging_spec import NotificationSpec, QueueSpec
from .spec import EventStreamSpec

_DAY = 86_400
_LONGEST_DAYS = 14
"""The longest that SQS keeps messages. Source: SQS API reference, SetQueueAttributes."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The queues and SNS topics of an event stream by their names in the arguments, and dead letters by topic."""

    notifications: Mapping[str, aws.sns.Topic] = field(default_factory=dict[str, aws.sns.Topic])
    queues: Mapping[str, aws.sqs.Queue] = field(default_factory=dict[str, aws.sqs.Queue])
    failed: Mapping[str, aws.sqs.Queue] = field(default_factory=dict[str, aws.sqs.Queue])
    dead_letters: Mapping[str, aws.sqs.Queue] = field(default_factory=dict[str, aws.sqs.Queue])


def messages(name: str, spec: EventStreamSpec, key: aws.kms.Key, account: Account, parent: pulumi.Resource) -> Messages:
    """The queues and SNS topics of `spec`, and a queue for the dead letters of each Kinesis stream that has one."""
    title = spec.stream_name
    notifications = {
        each.name: _notification(name, title, each, key, account, each.name == spec.alarm_notification, parent)
        for each in spec.notifications
    }
    pairs = {
        each.name: _queue(name, title, each, [notifications[topic] for topic in each.notifications], key, parent)
        for each in spec.queues
    }
    dead_letters = {
        topic.name: _dead_letter_queue(
            f"{name}-dead-letter-{topic.name}", spec.dead_letter_queue_of(topic), key, parent
        )
        for topic in spec.topics
        if topic.dead_letter and not spec.engine.is_kafka
    }
    queues, failed = ({queue: pair[place] for queue, pair in pairs.items()} for place in (0, 1))
    return Messages(notifications, queues, failed, dead_letters)


def _notification(
    name: str,
    title: str,
    spec: NotificationSpec,
    key: aws.kms.Key,
    account: Account,
    alarms: bool,
    parent: pulumi.Resource,
) -> aws.sns.Topic:
    """An encrypted SNS topic with its email subscriptions. `title` begins its name."""
    return encrypted_topic(
        f"{name}-notification-{spec.name}",
        f"{title}-{spec.name}",
        key.arn,
        lambda arn: notification_policy(arn, account, ["cloudwatch"] if alarms else []),
        pulumi.ResourceOptions(parent=parent),
        spec.emails,
        fifo=spec.fifo,
    ).topic


def _dead_letter_queue(
    name: str, title: str, key: aws.kms.Key, parent: pulumi.Resource, *, fifo: bool = False
) -> aws.sqs.Queue:
    """An encrypted queue for what could not be processed, kept as long as SQS allows. `name` and `title` name it."""
    child = pulumi.ResourceOptions(parent=parent)
    queue = aws.sqs.Queue(
        name,
        name=f"{title}{'.fifo' if fifo else ''}",
        fifo_queue=fifo or None,
        kms_master_key_id=key.arn,
        message_retention_seconds=_LONGEST_DAYS * _DAY,
        opts=child,
    )
    aws.sqs.QueuePolicy(
        f"{name}-policy", queue_url=queue.url, policy=queue.arn.apply(lambda arn: queue_policy(arn, [])), opts=child
    )
    return queue


def _queue(
    name: str,
    title: str,
    spec: QueueSpec,
    topics: Sequence[aws.sns.Topic],
    key: aws.kms.Key,
    parent: pulumi.Resource,
) -> tuple[aws.sqs.Queue, aws.sqs.Queue]:
    """A queue and its dead-letter queue; the queue receives `topics`."""
    child = pulumi.ResourceOptions(parent=parent)
    failed = _dead_letter_queue(
        f"{name}-queue-{spec.name}-dead-letter", f"{title}-{spec.name}-dead-letter", key, parent, fifo=spec.fifo
    )
    redrive = pulumi.Output.json_dumps({"deadLetterTargetArn": failed.arn, "maxReceiveCount": spec.maximum_receives})
    made = aws.sqs.Queue(
        f"{name}-queue-{spec.name}",
        name=f"{title}-{spec.name}{'.fifo' if spec.fifo else ''}",
        fifo_queue=spec.fifo or None,
        content_based_deduplication=spec.fifo or None,
        kms_master_key_id=key.arn,
        visibility_timeout_seconds=spec.visibility_seconds,
        message_retention_seconds=spec.retention_hours * 3600,
        # Long polling: fewer empty answers, and requests, than the default of 0.
        receive_wait_time_seconds=20,
        redrive_policy=redrive,
        opts=child,
    )
    allowed: Any = {"redrivePermission": "byQueue", "sourceQueueArns": [made.arn]}
    aws.sqs.RedriveAllowPolicy(
        f"{name}-queue-{spec.name}-redrive",
        queue_url=failed.url,
        redrive_allow_policy=pulumi.Output.json_dumps(allowed),
        opts=child,
    )
    policy = aws.sqs.QueuePolicy(
        f"{name}-queue-{spec.name}-policy",
        queue_url=made.url,
        policy=pulumi.Output.all(made.arn, *(topic.arn for topic in topics)).apply(
            lambda known: queue_policy(known[0], known[1:])
        ),
        opts=child,
    )
    for notified, topic in zip(spec.notifications, topics, strict=True):
        aws.sns.TopicSubscription(
            f"{name}-queue-{spec.name}-from-{notified}",
            topic=topic.arn,
            protocol="sqs",
            endpoint=made.arn,
            raw_message_delivery=True,
            # SNS delivers as soon as it is subscribed, and the queue refuses it without the policy.
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy]),
        )
    return made, failed
