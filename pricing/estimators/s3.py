"""Amazon S3: storage by class, requests, transitions and replication."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.estimators.s3_access_logs import LIFECYCLE, access_log_gigabytes
from pricing.priced_stack import PricedStack
from pricing.usage import BucketUsage
from resources.required import section, sections, text
from resources.resource import Resource

GB_A_TB = 1024
_REQUEST_METRICS = 16
"""The request metrics of a filter. Source: S3 user guide, "Metrics and dimensions"."""
_REPLICATION_METRICS = 4
"""The metrics of a replication rule, at the price of custom metrics. Source: S3 user guide, "Using S3 Replication
metrics"."""
_THOUSANDS_A_MILLION = 1000

_STANDARD = (
    ("standard-first-50TB", 50 * GB_A_TB),
    ("standard-next-450TB", 500 * GB_A_TB),
    ("standard-over-500TB", float("inf")),
)
# Beyond the first step the frequent tier costs what standard storage does (Amazon S3 pricing, storage).
_TIERED = (("intelligent-frequent-first-50TB", 50 * GB_A_TB), *_STANDARD[1:])
# A lifecycle's transition costs what a write to the class does, and one to intelligent tiering as one to infrequent
# access (Amazon S3 pricing, requests and data retrievals).
_MOVES = {
    "GLACIER_IR": ("glacier-instant-put", "Glacier Instant Retrieval"),
    "INTELLIGENT_TIERING": ("ia-put", "intelligent tiering"),
    "STANDARD_IA": ("ia-put", "infrequent access"),
}


@prices("aws:s3/bucket:Bucket")
def bucket(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What it holds by storage class, and the requests to it. Steps of price are taken for each bucket on its own."""
    usage = stack.bucket_usage(resource)
    classes = _classes(resource, stack)
    stored = usage.stored_tb * GB_A_TB
    if "stored_tb" not in usage.model_fields_set:
        logs = access_log_gigabytes(resource, stack)
        stored = stored if logs is None else logs
    archived = stored * usage.archive_share if "GLACIER_IR" in classes else 0.0
    seldom = stored * usage.infrequent_share if classes & {"STANDARD_IA", "INTELLIGENT_TIERING"} else 0.0
    seldom = min(seldom, stored - archived)
    often = stored - archived - seldom
    if "INTELLIGENT_TIERING" in classes:
        watched = usage.objects_million * _THOUSANDS_A_MILLION
        yield stack.charge(resource, "s3", "intelligent-monitoring", watched, "objects watched by intelligent tiering")
        yield from stack.tiers(resource, "s3", _TIERED, often, "objects in the frequent tier")
        yield stack.charge(resource, "s3", "intelligent-infrequent", seldom, "objects in the infrequent tier")
    else:
        yield from stack.tiers(resource, "s3", _STANDARD, often, "objects in standard storage")
        yield stack.charge(resource, "s3", "standard-ia", seldom, "objects in infrequent access")
    yield stack.charge(resource, "s3", "glacier-instant-retrieval", archived, "objects in Glacier Instant Retrieval")
    yield from _requests(resource, stack, usage, classes)


def _requests(resource: Resource, stack: PricedStack, usage: BucketUsage, classes: set[str]) -> Iterator[Charge | Gap]:
    puts, gets = usage.put_million * _THOUSANDS_A_MILLION, usage.get_million * _THOUSANDS_A_MILLION
    yield stack.charge(resource, "s3", "standard-put-copy-post-list", puts, "writes and lists")
    yield stack.charge(resource, "s3", "standard-get-select", gets, "reads")
    moved = usage.moved * _THOUSANDS_A_MILLION
    for storage_class in sorted(classes & _MOVES.keys()):
        sku, to = _MOVES[storage_class]
        yield stack.charge(resource, "s3", sku, moved, f"objects moved to {to}")
    if "STANDARD_IA" in classes:
        yield stack.charge(resource, "s3", "ia-retrieval", usage.retrieved_gb, "data read from infrequent access")
    elif "GLACIER_IR" in classes:
        yield stack.charge(
            resource, "s3", "glacier-instant-data-retrieval", usage.retrieved_gb, "data read from the archive"
        )


@prices("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
def replication(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The transfer of new objects to the second region, and metrics; the copy itself is priced as a bucket."""
    copied = stack.bucket_usage(resource).replicated_gb
    yield stack.charge(resource, "data-transfer", "inter-region-out", copied, "objects copied to the second region")
    measured = sum(_is_measured(rule) for rule in sections(resource.inputs, "rules"))
    metrics = measured * _REPLICATION_METRICS
    yield stack.charge(resource, "cloudwatch", "metric-custom-first-10k", metrics, "replication metrics")


def _is_measured(rule: Mapping[str, Any]) -> bool:
    return text(section(section(rule, "destination"), "metrics"), "status", "") == "Enabled"


def _classes(resource: Resource, stack: PricedStack) -> set[str]:
    """The storage classes that the bucket's lifecycle moves objects to."""
    found: set[str] = set()
    for lifecycle in stack.referrers(resource, "bucket", LIFECYCLE):
        for rule in sections(lifecycle.inputs, "rules"):
            found.update(text(transition, "storageClass", "") for transition in sections(rule, "transitions"))
    return found


@prices("aws:s3/bucketMetric:BucketMetric")
def request_metrics(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The request metrics of a filter, charged as custom metrics of CloudWatch."""
    yield stack.charge(resource, "cloudwatch", "metric-custom-first-10k", _REQUEST_METRICS, "request metrics")
