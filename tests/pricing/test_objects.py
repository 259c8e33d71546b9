"""Buckets, the catalog and queries, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.resource import Resource
from pricing.usage import Usage
from tests.pricing.build import referring, resource

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


def test_intelligent_tiering_moves_what_is_seldom_read_and_watches_objects() -> None:
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


def test_what_stays_in_standard_storage_is_neither_moved_nor_read_back_for_money() -> None:
    result = priced(BUCKET, stored_tb=1, retrieved_gb=100, moved_million=2)
    assert monthly(result) == {"objects in standard storage": 23.552}


def test_requests_cost() -> None:
    # 2 million writes = 2,000 thousands x 0.005 = 10.00; 50 million reads = 50,000 thousands x 0.0004 = 20.00.
    assert monthly(priced(BUCKET, stored_tb=0, put_million=2, get_million=50)) == {"writes and lists": 10, "reads": 20}


def test_the_archive_is_cheap_to_keep_and_dear_to_move_to_and_to_read() -> None:
    # Half of 1 TB: 512 x 0.023 = 11.776 and 512 x 0.004 = 2.048; 500 thousands x 0.02 = 10.00; 100 GB x 0.03 = 3.00.
    wanted = {"stored_tb": 1, "archive_share": 0.5, "moved_million": 0.5, "retrieved_gb": 100}
    assert monthly(priced(BUCKET, lifecycle("GLACIER_IR"), infrequent_share=0, **wanted)) == {
        "objects in standard storage": 11.776,
        "objects in Glacier Instant Retrieval": 2.048,
        "objects moved to Glacier Instant Retrieval": 10.00,
        "data read from the archive": 3.00,
    }


def test_on_its_way_to_the_archive_an_object_is_moved_twice() -> None:
    # 1,000 thousands x 0.01 = 10.00, then x 0.02 = 20.00.
    result = priced(BUCKET, lifecycle("STANDARD_IA", "GLACIER_IR"), stored_tb=0, moved_million=1)
    assert [line.monthly for line in result.lines if "moved" in line.what] == [20.00, 10.00]


def test_an_archive_without_a_sourced_price_is_unpriced_never_free() -> None:
    abroad = resource("aws:s3/bucket:Bucket", "raw", parent="urn:raw", region="us-west-2")
    result = priced(abroad, lifecycle("GLACIER_IR"), stored_tb=1, archive_share=0.5)
    assert result.unpriced == (BUCKET.urn,)
    assert "glacier-instant-retrieval" in result.reasons[BUCKET.urn]


def test_copies_to_a_second_region_cost_their_transfer() -> None:
    made = resource("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "raw", parent="urn:raw")
    # 500 GB x 0.02 = 10.00.
    assert monthly(priced(made, replicated_gb=500)) == {"objects copied to the second region": 10.0}


@pytest.mark.parametrize(("scanned", "cost"), [(0, {}), (12, {"data scanned by queries": 60.0})])
def test_queries_cost_by_what_they_scan(scanned: float, cost: dict[str, float]) -> None:
    made = resource("aws:athena/workgroup:Workgroup", "features")
    result = estimate([made], region="us-east-1", usage=Usage(scanned_tb=scanned))
    # 12 TB x 5.00 = 60.00.
    assert monthly(result) == cost


def test_the_first_million_of_catalog_objects_is_free() -> None:
    made = resource("aws:glue/catalogDatabase:CatalogDatabase", "features")
    assert monthly(estimate([made], region="us-east-1", usage=Usage(catalog_objects=1_000_000))) == {}
    # 500,000 more are five times a hundred thousand x 1.00.
    more = estimate([made], region="us-east-1", usage=Usage(catalog_objects=1_500_000))
    assert monthly(more) == {"tables and partitions over a million": 5.0}


def test_the_first_million_of_catalog_requests_is_free() -> None:
    catalogs = [resource("aws:glue/catalogDatabase:CatalogDatabase", name) for name in ("features", "raw")]
    assert monthly(estimate(catalogs, region="us-east-1", usage=Usage(catalog_requests=1_000_000))) == {}
    # 6 million more x 1.00, half for each of two databases.
    more = estimate(catalogs, region="us-east-1", usage=Usage(catalog_requests=7_000_000))
    assert [line.monthly for line in more.lines] == [3.0, 3.0]


def test_usage_of_a_bucket_that_does_not_exist_is_a_fault() -> None:
    usage = Usage.model_validate({"buckets": {"raww": {"storedTb": 5}}})
    raw = resource("aws:s3/bucket:Bucket", "raw", parent=None)
    (fault,) = estimate([raw], region="us-east-1", usage=usage).faults
    assert fault == (
        "usage.buckets.raww = {'storedTb': 5.0}: no bucket of the stack has this name; name one of raw; "
        "did you mean raw?"
    )
    (alone,) = estimate([], region="us-east-1", usage=usage).faults
    assert alone.endswith("the stack has no bucket; remove it")
