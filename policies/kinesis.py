"""Streams of Amazon Kinesis."""

from collections.abc import Iterator

from policies.engine.checks import must_be
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import is_set, number, read, text
from resources.resource import UNKNOWN, Resource

STREAM = "aws:kinesis/stream:Stream"
_SHARD_GB = 2_500
"""What one shard takes in a month, in GB: 1 MiB a second in all hours."""
_LEAST_SHARE = 0.1
_AWS_KEY = "alias/aws/kinesis"


@rule(
    "kinesis-encryption",
    "Streams are encrypted with a customer key",
    STREAM,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("Kinesis.1"), well_architected("SEC08-BP02")],
    remediation="Set encryptionType to KMS and kmsKeyId to a key of the account that producers and consumers may use.",
    field="encryptionType and kmsKeyId",
)
def _encryption(stream: Resource, _: Stack) -> Iterator[Result]:
    yield from must_be(stream.inputs, "encryptionType", "KMS", "is not encrypted, because encryptionType is {value}")
    key = read(stream.inputs, "kmsKeyId")
    if not is_set(key):
        yield Finding("has no key of the account, because kmsKeyId is absent")
    elif key == _AWS_KEY:
        yield Finding(f"is encrypted with a key of AWS only, because kmsKeyId is {_AWS_KEY}")


@rule(
    "kinesis-size",
    "Streams have no more shards than their records need",
    STREAM,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST06-BP02")],
    remediation="Lower shardCount, at most to half in one update, or set usage.streams.writtenGb to what is written.",
    field="shardCount",
)
def _size(stream: Resource, stack: Stack) -> Iterator[Result]:
    if text(read(stream.inputs, "streamModeDetails", "streamMode")) == "ON_DEMAND":
        return
    shards = number(read(stream.inputs, "shardCount"))
    if shards is UNKNOWN:
        yield Undecided("shardCount")
        return
    written = stack.share(stream, stack.context.usage.streams.written_gb)
    able = (shards or 0) * _SHARD_GB
    # One shard is the smallest stream.
    if (shards or 0) > 1 and written < _LEAST_SHARE * able:
        yield Finding(
            f"can take {able:,.0f} GB a month in {shards:g} shards and takes {written:,.0f}, according to usage.streams"
        )
