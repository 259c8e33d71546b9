"""Each region with a table prices everything that the stacks of this repository deploy."""

from dataclasses import replace
from datetime import date

import pytest

from components.facts.instances import types_in
from pricing.estimate import estimate
from pricing.refresh.catalog import QUERIES
from pricing.table import load_table, regions
from resources.resource import Resource
from stacks.config import parse_config
from tests.support.planner.plans import STACKS, file_of, plan_of

ON_FILE = [stack for stack in STACKS if stack != "everything"]


def moved(resource: Resource, region: str) -> Resource:
    """A resource as a stack in another region would have it: its provider decides."""
    if resource.type != "pulumi:providers:aws":
        return resource
    return replace(resource, inputs={**resource.inputs, "region": region})


ONE_REGION = {
    f"guardduty {sku}"
    for sku in (
        "cloudtrail-management-events",
        "eks-audit-log-first-100M",
        "rds-protection",
        "vpc-flow-dns-first-500GB",
    )
} | {"xray spans-ingested"}
"""Prices that AWS prints for us-east-1 only. `make prices` brings those of other regions."""


@pytest.mark.parametrize("stack", ON_FILE)
@pytest.mark.parametrize("region", regions())
def test_a_region_with_a_table_prices_every_stack(region: str, stack: str) -> None:
    resources = [moved(each, region) for each in plan_of(stack)]
    usage = parse_config(file_of(stack).config).usage
    found = estimate(resources, region=region, usage=usage, today=date(2026, 11, 21))
    # A type that the region does not offer is refused before it is priced.
    lacking = {gap.subject for gap in found.gaps} - (set[str]() if region == "us-east-1" else ONE_REGION)
    offered = types_in(region)
    assert {each for each in lacking if not (each.partition(".")[2] and each not in offered)} == set()


NOT_ASKED = {"cognito user-plus", "route53 hosted-zone", "route53 queries-first-1B", "data-transfer inter-region-out"}
"""What `make prices` does not bring: services whose prices AWS lists once for all commercial regions, which it takes
from us-east-1's table, and the transfer between regions, which AWS lists for each pair."""


def test_a_refresh_brings_every_price_that_the_stacks_need() -> None:
    asked = {f"{item.service} {item.sku}" for query in QUERIES for items in query.items.values() for item in items}
    storage = {"RDS:GP3-Storage", "RDS:Multi-AZ-GP3-Storage", "RDS:ChargedBackupUsage"}
    named = [{"usagetype": usage, "databaseEngine": "Any"} for usage in storage]
    asked |= {f"{it.service} {it.sku}" for query in QUERIES for each in named for it in query.matches(each)}
    asked.add("eks control-plane-extended-support")
    needed: set[str] = set()
    for stack in ON_FILE:
        usage = parse_config(file_of(stack).config).usage
        found = estimate(plan_of(stack), region="us-east-1", usage=usage, today=date(2026, 11, 21))
        needed |= {line.item.partition(" in ")[0] for line in found.lines}
    classes = {each for each in needed if "." in each.split(" ")[1]}
    assert needed - classes - asked <= NOT_ASKED


@pytest.mark.parametrize(
    ("region", "service", "sku", "price"),
    [
        ("eu-west-1", "elasticache", "serverless-redis-data", 0.14),
        ("us-east-1", "sagemaker", "ml.g5.2xlarge training", 1.515),
        ("us-east-1", "sagemaker", "ml.m5.large training", 0.115),
        ("us-east-1", "eks", "control-plane-extended-support", 0.6),
        ("eu-central-1", "rds-postgresql", "gp3-storage Multi-AZ", 0.274),
        ("eu-central-1", "s3", "standard-ia", 0.0136),
        ("eu-west-1", "cloudwatch", "logs-vended-first-10TB", 0.57),
        ("us-west-2", "kms", "requests-symmetric", 0.03),
    ],
)
def test_prices_are_those_of_the_published_lists(region: str, service: str, sku: str, price: float) -> None:
    assert load_table(region).price(service, sku).on_demand == price
