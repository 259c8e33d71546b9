"""Alarms: consumers that are behind, disks that fill, and messages that nobody could process.

Sources: Amazon MSK developer guide, "Monitor consumer lags" and "Amazon MSK metrics for monitoring Standard brokers
with CloudWatch"; Kinesis Data Streams developer guide, "Monitor the Amazon Kinesis Data Streams service with Amazon
CloudWatch"; SQS developer guide, "Available CloudWatch metrics".
"""

import pulumi
import pulumi_aws as aws

from ....core.metric_alarms import Metric, Missing, Watch, one
from .spec import EventStreamSpec, StreamEngine
from .topic_spec import TopicSpec

_FULL_PERCENT = 85


def lag_alarms(spec: EventStreamSpec, topic: TopicSpec, stream: pulumi.Output[str]) -> dict[str, Watch]:
    """An alarm for each consumer of a topic that is behind, by a short name. `stream` is the cluster or the stream.

    Readers of a Kinesis stream without fan-out have one metric together, so they have one alarm, with the smallest of
    their limits. A consumer that has never read has no metric, and its alarm shows that it has no data.
    """
    if spec.engine.is_kafka:
        return {
            f"lag-{topic.name}-{each.name}": Watch(
                one(
                    Metric(
                        "AWS/Kafka",
                        "EstimatedMaxTimeLag",
                        {"Cluster Name": stream, "Consumer Group": each.name, "Topic": topic.name},
                    )
                ),
                each.maximum_lag_seconds,
                f"{each.name} is more than {each.maximum_lag_seconds} seconds behind in {topic.name}",
            )
            for each in topic.consumers
        }
    name = spec.stream_of(topic)
    found = {
        f"lag-{topic.name}-{each.name}": Watch(
            one(
                Metric(
                    "AWS/Kinesis",
                    "SubscribeToShardEvent.MillisBehindLatest",
                    {"StreamName": stream, "ConsumerName": each.name},
                )
            ),
            each.maximum_lag_seconds * 1000,
            f"{each.name} is more than {each.maximum_lag_seconds} seconds behind in {name}",
        )
        for each in topic.consumers
        if each.fan_out
    }
    shared = [each for each in topic.consumers if not each.fan_out]
    if shared:
        seconds = min(each.maximum_lag_seconds for each in shared)
        found[f"lag-{topic.name}"] = Watch(
            one(Metric("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", {"StreamName": stream})),
            seconds * 1000,
            f"a reader is more than {seconds} seconds behind in {name}",
        )
    return found


def disk_alarms(spec: EventStreamSpec, cluster: pulumi.Output[str]) -> dict[str, Watch]:
    """An alarm for each broker whose disk is nearly full: a broker with a full disk stops."""
    if spec.engine is not StreamEngine.MSK_PROVISIONED:
        return {}
    return {
        f"disk-{broker}": Watch(
            one(Metric("AWS/Kafka", "KafkaDataLogsDiskUsed", {"Cluster Name": cluster, "Broker ID": str(broker)})),
            _FULL_PERCENT,
            f"the disk of broker {broker} is more than {_FULL_PERCENT} percent full",
        )
        for broker in range(1, spec.brokers.brokers + 1)
    }


def dead_letter_alarm(queue: aws.sqs.Queue, what: str) -> Watch:
    """An alarm for a dead-letter queue that holds messages. SQS sends no metric of a queue that nobody uses."""
    return Watch(
        one(Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue.name})),
        0,
        f"there are messages that could not be processed: {what}",
        periods=1,
        missing=Missing.FINE,
    )
