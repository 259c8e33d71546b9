"""Repositories of images, their copies and their scanning, worked out by hand at list price."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import resource

REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"


def repository(name: Any) -> Resource:
    return resource("aws:ecr/repository:Repository", str(name), name=name)


def replication(regions: list[str], *filters: str) -> Resource:
    rule: dict[str, Any] = {"destinations": [{"region": region} for region in regions]}
    if filters:
        rule["repositoryFilters"] = [{"filter": each, "filterType": "PREFIX_MATCH"} for each in filters]
    return resource(REPLICATION, "copies", replicationConfiguration={"rules": [rule]})


def scanning(kind: Any, frequency: str) -> Resource:
    return resource(SCANNING, "scanning", scanType=kind, rules=[{"scanFrequency": frequency}])


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate(resources, region="us-east-1", usage=Usage(**usage))


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


def test_each_repository_costs_what_it_holds() -> None:
    # Two of 30 GB x 0.10 = 3.00 each.
    result = priced(repository("a/x"), repository("a/y"), repository_gb=30)
    assert (result.monthly, result.unpriced) == (6.0, ())


def test_caches_share_what_was_pulled_through() -> None:
    rules = [resource("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", name) for name in ("quay", "github")]
    # 80 GB x 0.10 = 8.00, half for each.
    assert [line.monthly for line in priced(*rules, cached_image_gb=80).lines] == [4.0, 4.0]


def test_copies_cost_their_transfer_here_and_their_storage_there() -> None:
    repositories = [repository("fraud/x"), repository("fraud/y"), repository("frauds/z"), repository("search/r")]
    result = priced(
        *repositories, replication(["us-west-2", "eu-west-1"], "fraud/"), repository_gb=10, pushed_image_gb=100
    )
    copies = {line.what: line.monthly for line in result.lines if "cop" in line.what}
    # 100 GB x 0.02 = 2.00 for each region; 2 repositories x 10 GB x 0.10 = 2.00 in each.
    assert copies == {
        "images copied to us-west-2": 2.0,
        "images copied to eu-west-1": 2.0,
        "copies of 2 repositories held in us-west-2": 2.0,
        "copies of 2 repositories held in eu-west-1": 2.0,
    }


def test_a_rule_without_filters_copies_everything() -> None:
    result = priced(repository("a/x"), repository("b/y"), replication(["us-west-2"]), repository_gb=10)
    assert "copies of 2 repositories held in us-west-2" in monthly(result)


def test_copies_in_a_region_without_a_price_are_unpriced() -> None:
    copies = replication(["ap-south-1"])
    result = priced(repository("a/x"), copies)
    assert result.unpriced == (copies.urn,)
    assert "ap-south-1" in result.reasons[copies.urn]


def test_copies_of_repositories_of_unknown_name_are_unpriced() -> None:
    copies = replication(["us-west-2"], "a/")
    assert copies.urn in priced(repository(UNKNOWN), copies).unpriced


@pytest.mark.parametrize(
    ("kind", "frequency", "cost"),
    [
        ("BASIC", "SCAN_ON_PUSH", {}),
        # 400 images x 0.09 = 36.00.
        ("ENHANCED", "SCAN_ON_PUSH", {"images scanned on push": 36.0}),
        # and 3,000 times x 0.01 = 30.00.
        ("ENHANCED", "CONTINUOUS_SCAN", {"images scanned on push": 36.0, "images scanned again": 30.0}),
    ],
)
def test_enhanced_scanning_costs_by_image(kind: str, frequency: str, cost: dict[str, float]) -> None:
    assert monthly(priced(scanning(kind, frequency), pushed_images=400, image_rescans=3000)) == cost


def test_policies_and_templates_are_free() -> None:
    kinds = ("lifecyclePolicy", "repositoryPolicy", "registryPolicy", "repositoryCreationTemplate")
    result = priced(*(resource(f"aws:ecr/{kind}:{kind[0].upper()}{kind[1:]}") for kind in kinds))
    assert (result.lines, result.unpriced) == ((), ())
