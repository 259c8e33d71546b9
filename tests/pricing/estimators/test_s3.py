"""Buckets, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import referring, resource

COMPONENT = Resource("urn:raw", "mlplatform:index:ObjectStore", "feature-store-data-raw", custom=False)
BUCKET = resource("aws:s3/bucket:Bucket", "raw", parent="urn:raw")


def lifecycle(*classes: str) -> Resource:
    rules = [{"transitions": [{"days": 30, "storageClass": each} for each in classes]}]
    made = resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "raw", parent="urn:raw")
    return referring(made, {"bucket": [BUCKET]}, rules=rules)


def priced(*resources: Resource, **bucket: Any) -> Estimate:
    idle = {"put_million": 0, "get_million": 0, "objects_million": 0}
    usage = Usage.model_validate({"buckets": {"raw": {**idle, **bucket}}})
    return estimate([COMPONENT, *resources], region="us-east-1", usage=usage)


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


def test_standard_storage_has_steps() -> None:
    # 50 TB = 51,200 GB x 0.023 = 1,177.60; 10 TB = 10,240 GB x 0.022 = 225.28.
    result = priced(BUCKET, stored_tb=60, infrequent_share=0.5)
    assert [line.monthly for line in result.lines] == [225.28, 1177.60]


def test_intelligent_tiering_has_two_tiers_and_monitoring() -> None:
    # 10 TB = 10,240 GB: 60% x 0.023 = 141.312; 40% x 0.0125 = 51.20; 6 million objects x 0.0025 a thousand = 15.00;
    # a twelfth of them is new and moved, 500 thousands x 0.01 = 5.00. Reading back is free there.
    wanted = {"stored_tb": 10, "infrequent_share": 0.4, "objects_million": 6, "retrieved_gb": 100}
    result = priced(BUCKET, lifecycle("INTELLIGENT_TIERING"), **wanted)
    assert monthly(result) == {
        "objects in the frequent tier": 141.312,
        "objects in the infrequent tier": 51.20,
        "objects watched by intelligent tiering": 15.00,
        "objects moved to intelligent tiering": 5.00,
    }


def test_infrequent_access_costs_for_what_is_read_back() -> None:
    # 1 TB: 0.5 x 1,024 x 0.023 = 11.776; 0.5 x 1,024 x 0.0125 = 6.40; 100 GB x 0.01 = 1.00;
    # 2,000 thousands moved x 0.01 = 20.00.
    wanted = {"stored_tb": 1, "infrequent_share": 0.5, "retrieved_gb": 100, "moved_million": 2}
    result = priced(BUCKET, lifecycle("STANDARD_IA"), **wanted)
    assert monthly(result) == {
        "objects in standard storage": 11.776,
        "objects in infrequent access": 6.40,
        "data read from infrequent access": 1.00,
        "objects moved to infrequent access": 20.00,
    }


def test_standard_storage_has_no_transitions_or_retrievals() -> None:
    result = priced(BUCKET, stored_tb=1, retrieved_gb=100, moved_million=2)
    assert monthly(result) == {"objects in standard storage": 23.552}


def test_requests_cost() -> None:
    # 2 million writes = 2,000 thousands x 0.005 = 10.00; 50 million reads = 50,000 thousands x 0.0004 = 20.00.
    assert monthly(priced(BUCKET, stored_tb=0, put_million=2, get_million=50)) == {"writes and lists": 10, "reads": 20}


def test_archive_charges_transitions_and_retrievals() -> None:
    # Half of 1 TB: 512 x 0.023 = 11.776 and 512 x 0.004 = 2.048; 500 thousands x 0.02 = 10.00; 100 GB x 0.03 = 3.00.
    wanted = {"stored_tb": 1, "archive_share": 0.5, "moved_million": 0.5, "retrieved_gb": 100}
    assert monthly(priced(BUCKET, lifecycle("GLACIER_IR"), infrequent_share=0, **wanted)) == {
        "objects in standard storage": 11.776,
        "objects in Glacier Instant Retrieval": 2.048,
        "objects moved to Glacier Instant Retrieval": 10.00,
        "data read from the archive": 3.00,
    }


def test_object_reaches_the_archive_by_two_transitions() -> None:
    # 1,000 thousands x 0.01 = 10.00, then x 0.02 = 20.00.
    result = priced(BUCKET, lifecycle("STANDARD_IA", "GLACIER_IR"), stored_tb=0, moved_million=1)
    assert [line.monthly for line in result.lines if "moved" in line.what] == [20.00, 10.00]


def test_archive_without_a_price_is_unpriced() -> None:
    abroad = resource("aws:s3/bucket:Bucket", "raw", parent="urn:raw", region="us-west-2")
    result = priced(abroad, lifecycle("GLACIER_IR"), stored_tb=1, archive_share=0.5)
    assert result.unpriced == (BUCKET.urn,)
    assert "glacier-instant-retrieval" in result.reasons[BUCKET.urn]


def test_copies_to_a_second_region_cost_their_transfer() -> None:
    made = resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "raw", parent="urn:raw")
    # 500 GB x 0.02 = 10.00.
    assert monthly(priced(made, replicated_gb=500)) == {"objects copied to the second region": 10.0}


def test_metrics_of_a_replication_rule_are_custom_metrics() -> None:
    measured = {"id": "everything", "destination": {"bucket": "arn", "metrics": {"status": "Enabled"}}}
    quiet = {"id": "more", "destination": {"bucket": "arn", "metrics": {"status": "Disabled"}}}
    rules = [measured, quiet, {"id": "none"}]
    made = resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "raw", parent="urn:raw", rules=rules)
    # 4 metrics x 0.30.
    assert monthly(priced(made, replicated_gb=0))["replication metrics"] == 1.2


def test_usage_of_a_bucket_that_does_not_exist_is_a_fault() -> None:
    usage = Usage.model_validate({"buckets": {"raww": {"storedTb": 5}}})
    raw = resource("aws:s3/bucket:Bucket", "raw", parent=None)
    (fault,) = estimate([raw], region="us-east-1", usage=usage).faults
    assert fault == (
        "usage.buckets.raww = {'storedTb': 5.0}: no bucket of the stack has this name; name one of raw, or remove it; "
        "did you mean raw?"
    )
    (alone,) = estimate([], region="us-east-1", usage=usage).faults
    assert alone.endswith("the stack has no bucket; remove it")


def test_request_metrics_are_custom_metrics() -> None:
    # 16 metrics x 0.30.
    found = priced(resource("aws:s3/bucketMetric:BucketMetric"))
    assert found.monthly == pytest.approx(4.80)
