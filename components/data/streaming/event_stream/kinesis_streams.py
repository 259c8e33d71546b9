"""The Kinesis streams of an event stream, and the consumers that have their own share of each shard."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ....core.account import Account
from . import access
from .spec import EventStreamSpec
from .topic_outputs import TopicOutputs
from .topic_spec import TopicSpec


def kinesis_topics(
    name: str,
    spec: EventStreamSpec,
    key: aws.kms.Key,
    dead_letters: Mapping[str, aws.sqs.Queue],
    account: Account,
    parent: pulumi.Resource,
) -> dict[str, TopicOutputs]:
    """The streams under the key of the event stream, with the policies of their producers and consumers."""
    return {
        topic.name: _topic(name, spec, topic, key, dead_letters.get(topic.name), account, parent)
        for topic in spec.topics
    }


def _topic(
    name: str,
    spec: EventStreamSpec,
    topic: TopicSpec,
    key: aws.kms.Key,
    dead_letters: aws.sqs.Queue | None,
    account: Account,
    parent: pulumi.Resource,
) -> TopicOutputs:
    shards = spec.partitions_of(topic)
    mode: Any = {"stream_mode": "PROVISIONED" if shards else "ON_DEMAND"}
    stream = aws.kinesis.Stream(
        f"{name}-stream-{topic.name}",
        name=spec.stream_of(topic),
        stream_mode_details=mode,
        shard_count=shards,
        retention_period=spec.hours_of(topic),
        encryption_type="KMS",
        kms_key_id=key.arn,
        # Applications register consumers themselves, too. Kinesis refuses to delete a stream that has any.
        enforce_consumer_deletion=True,
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
    )
    # A consumer with fan-out has its own share of each shard.
    consumers = [
        aws.kinesis.StreamConsumer(
            f"{name}-consumer-{topic.name}-{each.name}",
            name=each.name,
            stream_arn=stream.arn,
            opts=pulumi.ResourceOptions(parent=parent),
        ).arn
        for each in topic.consumers
        if each.fan_out
    ]
    write = pulumi.Output.all(stream.arn, key.arn).apply(
        lambda known: access.kinesis_write(known[0], known[1], account)
    )
    read = pulumi.Output.all(stream.arn, key.arn, *consumers).apply(
        lambda known: access.kinesis_read(known[0], known[2:], known[1], account)
    )
    if not dead_letters:
        return TopicOutputs(stream.arn, write, read)
    send = pulumi.Output.all(dead_letters.arn, key.arn).apply(
        lambda known: access.queue_send("WriteDeadLetters", known[0], known[1], account)
    )
    both = pulumi.Output.all(read, send).apply(lambda known: [*known[0], *known[1]])
    return TopicOutputs(stream.arn, write, both, dead_letters.url, dead_letters.arn)
