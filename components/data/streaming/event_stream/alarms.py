"""Alarms: consumers that are behind, disks that fill, and messages that nobody could process.

Sources: Amazon MSK developer guide, "Monitor consumer lags" and "Amazon MSK metrics for monitoring Standard brokers
with CloudWatch"; Kinesis Data Streams developer guide, "Monitor the Amazon Kinesis Data Streams service with Amazon
CloudWatch"; SQS developer guide, "Available CloudWatch metrics".
"""

from collections.abc import Mapping
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from .spec import EventStreamSpec, StreamEngine
from .topic_spec import TopicSpec

_FULL_PERCENT = 85


class Watched(NamedTuple):
    """A metric with its dimensions, and the value above which the alarm rings."""

    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    threshold: float
    minutes: int
    missing: str
    why: str


def lag_alarms(spec: EventStreamSpec, topic: TopicSpec) -> dict[str, Watched]:
    """An alarm for each consumer of a topic that is behind, by a short name.

    Readers of a Kinesis stream without fan-out have one metric together, so they have one alarm, with the smallest of
    their limits. A consumer that has never read has no metric, and its alarm shows that it has no data.
    """
    if spec.engine.is_kafka:
        return {
            f"lag-{topic.name}-{each.name}": Watched(
                "AWS/Kafka",
                "EstimatedMaxTimeLag",
                {"Cluster Name": spec.stream_name, "Consumer Group": each.name, "Topic": topic.name},
                each.maximum_lag_seconds,
                5,
                "missing",
                f"{each.name} is more than {each.maximum_lag_seconds} seconds behind in {topic.name}",
            )
            for each in topic.consumers
        }
    stream = spec.stream_of(topic)
    found = {
        f"lag-{topic.name}-{each.name}": Watched(
            "AWS/Kinesis",
            "SubscribeToShardEvent.MillisBehindLatest",
            {"StreamName": stream, "ConsumerName": each.name},
            each.maximum_lag_seconds * 1000,
            5,
            "missing",
            f"{each.name} is more than {each.maximum_lag_seconds} seconds behind in {stream}",
        )
        for each in topic.consumers
        if each.fan_out
    }
    shared = [each for each in topic.consumers if not each.fan_out]
    if shared:
        seconds = min(each.maximum_lag_seconds for each in shared)
        found[f"lag-{topic.name}"] = Watched(
            "AWS/Kinesis",
            "GetRecords.IteratorAgeMilliseconds",
            {"StreamName": stream},
            seconds * 1000,
            5,
            "missing",
            f"a reader is more than {seconds} seconds behind in {stream}",
        )
    return found


def disk_alarms(spec: EventStreamSpec) -> dict[str, Watched]:
    """An alarm for each broker whose disk is nearly full: a broker with a full disk stops."""
    if spec.engine is not StreamEngine.MSK_PROVISIONED:
        return {}
    return {
        f"disk-{broker}": Watched(
            "AWS/Kafka",
            "KafkaDataLogsDiskUsed",
            {"Cluster Name": spec.stream_name, "Broker ID": str(broker)},
            _FULL_PERCENT,
            5,
            "missing",
            f"the disk of broker {broker} is more than {_FULL_PERCENT} percent full",
        )
        for broker in range(1, spec.brokers.brokers + 1)
    }


def dead_letter_alarm(queue: aws.sqs.Queue, what: str) -> Watched:
    """An alarm for a dead-letter queue that holds messages. SQS sends no metric of a queue that nobody uses."""
    return Watched(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": queue.name},
        0,
        1,
        "notBreaching",
        f"there are messages that could not be processed: {what}",
    )


def alarm(
    name: str, title: str, watched: Watched, notification: aws.sns.Topic | None, parent: pulumi.Resource
) -> aws.cloudwatch.MetricAlarm:
    """The alarm, which tells `notification` when it rings and when it is over."""
    actions = [notification.arn] if notification else None
    return aws.cloudwatch.MetricAlarm(
        name,
        name=title,
        alarm_description=watched.why,
        namespace=watched.namespace,
        metric_name=watched.metric,
        dimensions=watched.dimensions,
        statistic="Maximum",
        period=60,
        evaluation_periods=watched.minutes,
        comparison_operator="GreaterThanThreshold",
        threshold=watched.threshold,
        treat_missing_data=watched.missing,
        alarm_actions=actions,
        ok_actions=actions,
        opts=pulumi.ResourceOptions(parent=parent),
    )
