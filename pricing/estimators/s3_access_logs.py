"""What a bucket of access logs holds: what its sources write in a month, for as long as the logs are kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricing.estimators.cloudwatch_logs import DAYS_A_MONTH, FOREVER_DAYS
from pricing.priced_stack import PricedStack
from resources.index import identities
from resources.inputs import mapping
from resources.required import UnreadableInput, flag, number, section, sections
from resources.resource import Resource

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_LOGGING = "aws:s3/bucketLogging:BucketLogging"
_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_MILLION = 1_000_000
_BYTES_A_GB = 2**30


def access_log_gigabytes(bucket: Resource, stack: PricedStack) -> float | None:
    """The access logs that a bucket holds, in GB; `None` where nothing writes access logs to it.

    S3 writes a record for each request to a bucket, load balancers one for each request to them. AWS charges for what
    the logs take up, and not for writing them (Amazon S3 user guide, "Logging requests with server access logging").
    """
    records = [*_of_buckets(bucket, stack), *_of_load_balancers(bucket, stack)]
    if not records:
        return None
    return sum(records) / _BYTES_A_GB * _days_kept(bucket, stack) / DAYS_A_MONTH


def _of_buckets(target: Resource, stack: PricedStack) -> Iterator[float]:
    """Bytes a month of each source bucket."""
    for each in stack.referrers(target, "targetBucket", _LOGGING):
        usage = stack.bucket_usage(each)
        yield (usage.put_million + usage.get_million) * _MILLION * stack.usage.access_log_bytes


def _of_load_balancers(target: Resource, stack: PricedStack) -> Iterator[float]:
    """Bytes a month of each load balancer; its connection logs have a record for each new connection."""
    usage = stack.usage
    for balancer in stack.of_type(*_BALANCERS):
        requests = stack.share(balancer, usage.web_requests)
        for key, records in (("accessLogs", requests), ("connectionLogs", requests * usage.new_connection_share)):
            if _delivers(balancer, key, target):
                yield records * usage.load_balancer_log_bytes


def _delivers(balancer: Resource, key: str, target: Resource) -> bool:
    logs = mapping(balancer.inputs.get(key))
    if not isinstance(logs, dict) or not flag(logs, "enabled", default=True):
        return False
    return target.urn in balancer.property_dependencies.get(key, ()) or logs.get("bucket") in identities(target)


def _days_kept(bucket: Resource, stack: PricedStack) -> float:
    """Days until a log is gone: its expiry, and the days that it stays as an old version after that."""
    lifecycles = stack.referrers(bucket, "bucket", LIFECYCLE)
    days = [day for each in lifecycles for rule in sections(each.inputs, "rules") for day in _expiry(rule)]
    return min(days, default=FOREVER_DAYS)


def _expiry(rule: Mapping[str, Any]) -> Iterator[float]:
    try:
        expires = number(section(rule, "expiration"), "days", 0)
        stays = number(section(rule, "noncurrentVersionExpiration"), "noncurrentDays", 0)
    except UnreadableInput:
        return
    if expires and rule.get("status", "Enabled") == "Enabled":
        yield expires + stays
