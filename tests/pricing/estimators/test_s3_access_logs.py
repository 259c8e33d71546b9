"""The access logs that a bucket holds follow the requests of those that log to it."""

from typing import Any

import pytest

from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import referring, resource

BUCKET = "aws:s3/bucket:Bucket"
COMPONENTS = {
    name: Resource(f"urn:{name}", "mlplatform:index:ObjectStore", f"data-{name}", custom=False)
    for name in ("raw", "models", "logs")
}
LOGS = resource(BUCKET, "logs", parent="urn:logs", bucket="ml-logs")
RAW = {"putMillion": 100, "getMillion": 900}


def logging(source: str, target: Any = "ml-logs") -> Resource:
    made = resource("aws:s3/bucketLogging:BucketLogging", source, parent=f"urn:{source}", targetBucket=target)
    return referring(made, {"targetBucket": [LOGS]}) if target is UNKNOWN else made


def lifecycle(**rule: Any) -> Resource:
    made = resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "logs", rules=[rule])
    return referring(made, {"bucket": [LOGS]})


def balancer(**inputs: Any) -> Resource:
    return resource("aws:lb/loadBalancer:LoadBalancer", "lb", internal=True, **inputs)


def stored(*resources: Resource, **usage: Any) -> float:
    """GB that the bucket of logs holds."""
    given = Usage.model_validate({"buckets": {"raw": RAW, **usage.pop("buckets", {})}, **usage})
    sources = [resource(BUCKET, name, parent=f"urn:{name}") for name in ("raw", "models")]
    made = estimate([*COMPONENTS.values(), LOGS, *sources, *resources], region="us-east-1", usage=given)
    lines = [line for line in made.lines if line.urn == LOGS.urn and line.unit == "GB-month"]
    return round(sum(line.quantity for line in lines), 2)


@pytest.mark.parametrize("target", ["ml-logs", UNKNOWN])
def test_a_log_bucket_keeps_a_record_for_each_request(target: Any) -> None:
    # A thousand million requests of 600 bytes a month, for the 365 days after which the logs expire.
    a_year = round(1e9 * 600 / 2**30 * 12, 2)
    assert stored(logging("raw", target), lifecycle(expiration={"days": 365})) == a_year
    assert stored(logging("raw", target)) == a_year


def test_each_source_adds_its_requests() -> None:
    busy = {"models": {"putMillion": 0, "getMillion": 1000}}
    one, both = stored(logging("raw"), buckets=busy), stored(logging("raw"), logging("models"), buckets=busy)
    assert both == pytest.approx(2 * one, abs=0.02)


def test_retention_and_old_versions_decide_how_much_is_kept() -> None:
    month = 1e9 * 600 / 2**30 * 12 / 365
    kept = lifecycle(expiration={"days": 30}, noncurrentVersionExpiration={"noncurrentDays": 7})
    assert stored(logging("raw"), kept) == round(month * 37, 2)


def test_a_load_balancer_logs_requests_and_connections() -> None:
    requests = 30e6 * 150 / 2**30 * 12
    access = {"enabled": True, "bucket": "ml-logs"}
    assert stored(balancer(accessLogs=access)) == round(requests, 2)
    assert stored(balancer(accessLogs=access, connectionLogs=access)) == round(requests * 1.1, 2)


def test_bucket_without_log_sources_holds_the_default() -> None:
    assert stored(balancer(accessLogs={"enabled": False, "bucket": "ml-logs"})) == 102.4
    assert stored(logging("raw", "another")) == 102.4


def test_a_known_size_replaces_the_estimate() -> None:
    assert stored(logging("raw"), buckets={"logs": {"storedTb": 2}}) == 2048
    assert stored(logging("raw"), buckets={"logs": {"getMillion": 1}}) > 6000
