"""The Glue catalog, worked out by hand at list price in us-east-1, a month of 730 hours."""

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from tests.support.pricing.build import resource


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


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
