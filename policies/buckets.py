"""Buckets, and the resources that configure them."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.inputs import read
from policies.view import View
from pricing.resource import Resource

BUCKET = "aws:s3/bucket:Bucket"


def configured(view: View, configuration: str) -> Iterator[tuple[Resource, list[Resource]]]:
    """Each bucket with the resources of type `configuration` that name it."""
    by_target = view.indexed((configuration,), _targets)
    for bucket in view.of([BUCKET]):
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
