"""Whether a restored bucket holds what the recovery point held."""

from collections.abc import Iterator, Mapping
from typing import Any

from .steps import RestoreError


def listed(s3: Any, bucket: str) -> Iterator[tuple[str, int, float]]:
    """Each object of a bucket: its key, its size in bytes, and when it was written, in seconds since 1970."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", ()):
            yield each["Key"], each["Size"], each["LastModified"].timestamp()


def compared(s3: Any, restored: str, source: str, created: float) -> Mapping[str, Any]:
    """Compare a restored bucket with its source, where that still exists.

    Every object of the source that is older than the recovery point must be there with its size.

    Raises:
        RestoreError: the restored bucket is empty, or objects are missing.
    """
    here = {key: size for key, size, _ in listed(s3, restored)}
    if not here:
        raise RestoreError(f"the bucket {restored} is empty")
    try:
        there = [(key, size) for key, size, written in listed(s3, source) if written < created]
    except s3.exceptions.NoSuchBucket:
        return {"objects": len(here), "compared": False}
    missing = [key for key, size in there if here.get(key) != size]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        raise RestoreError(f"{len(missing)} objects of {source} are not in {restored}, or differ: {shown}")
    return {"objects": len(here), "compared": True}
