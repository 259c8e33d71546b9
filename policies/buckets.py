"""Buckets, and the resources that configure them."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.stack import Stack
from policies.inputs import read
from pricing.resource import Resource

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
"""A bucket, and what the provider called it for a while and still takes; the same is true of what configures it."""


def configured(stack: Stack, configuration: str) -> Iterator[tuple[Resource, list[Resource]]]:
    """Each bucket with the resources of type `configuration` that name it."""
    module, _, name = configuration.rpartition(":")
    by_target = stack.indexed((configuration, f"{module}V2:{name}V2"), _targets)
    for bucket in stack.of(BUCKETS):
        found = {made.urn: made for key in names(bucket) for made in by_target.get(key, ())}
        yield bucket, list(found.values())


def names(bucket: Resource) -> set[str]:
    """What a configuration may call the bucket: its URN, and its name as it is written or given."""
    known = (bucket.urn, read(bucket.inputs, "bucket"), bucket.outputs.get("id"))
    return {name for name in known if isinstance(name, str)}


def _targets(configuration: Resource) -> Iterable[Any]:
    """What the configuration's bucket is computed from, and what is written there."""
    written = read(configuration.inputs, "bucket")
    return [*configuration.property_dependencies.get("bucket", ()), *([written] if isinstance(written, str) else [])]
