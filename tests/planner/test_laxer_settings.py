"""Which settings of a stack the plan shows as laxer than their defaults."""

from typing import Any

import pytest

from planner.laxer_settings import laxer_settings
from pricing.lines import Estimate
from pricing.usage import Usage
from stacks.config_warning import ConfigWarning
from tests.support.stacks.configs import CLUSTER, ENVIRONMENT, SECTIONS, read


def cheaper(usage: Usage) -> Estimate:
    """A stack that costs 1 USD for each GB through NAT and each TB in a bucket `raw`, and 800 more."""
    stored = usage.buckets["raw"].stored_tb if "raw" in usage.buckets else 0
    return Estimate("USD", "us-east-1", 800 + usage.nat_gb + stored, (), (), ())


def found(stack: str = "lab", **sections: Any) -> list[ConfigWarning]:
    config = read({**SECTIONS, "cost": {"monthlyBudget": 1500}, **sections})
    return list(laxer_settings(config, stack, cheaper(config.usage), cheaper))


def said(stack: str = "lab", **sections: Any) -> list[str]:
    return [f"{each.field}: {each.why}" for each in found(stack, **sections)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"levels": {"imdsv2": "disabled"}},
            "policies.levels.imdsv2: It is laxer than the default: from mandatory to d",
        ),
        ({"logRetentionMinimum": 7}, "policies.logRetentionMinimum: It is laxer than the default: from 30 to 7"),
        ({"logRetentionMaximum": 999}, "policies.logRetentionMaximum: It is laxer than the default: from 400 to 999"),
        (
            {"worldOpenPorts": [80, 443, 22]},
            "policies.worldOpenPorts: It is laxer than the default: from 80, 443 to 80",
        ),
        ({"requiredTags": ["owner"]}, "policies.requiredTags: It is laxer than the default: from owner, cost-center"),
        ({"allowedInstanceTypes": ["p5.*"]}, "policies.allowedInstanceTypes: It is laxer than the default: from none"),
        (
            {"reviewedTypes": {"command:local:Command": "reviewed by security in OPS-42"}},
            "policies.reviewedTypes.command:local:Command: It is laxer than the default: from not accepted to reviewed",
        ),
    ],
)
def test_laxer_policy_is_shown_with_from_and_to(settings: dict[str, Any], expected: str) -> None:
    (warning,) = said(policies=settings)
    assert warning.startswith(expected)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"levels": {"workload-replicas": "mandatory"}},
        {"logRetentionMinimum": 90, "minimumZones": 3, "dearInstanceHourly": 1},
        {
            "worldOpenPorts": [443],
            "allowedRegistries": ["quay.io/argoproj/"],
            "publicEndpointCidrs": ["203.0.113.0/24"],
        },
    ],
)
def test_stricter_policy_is_not_shown(settings: dict[str, Any]) -> None:
    assert said(policies=settings) == []


def test_accepted_gap_of_the_budget_is_shown_with_its_reason() -> None:
    cost = {"monthlyBudget": 1500, "unpriced": {"p5.48xlarge": "by contract"}}
    assert said(cost=cost) == [
        "cost.unpriced.p5.48xlarge: It is laxer than the default: from not accepted to by contract."
    ]


def test_budget_of_more_than_twice_the_cost_is_shown() -> None:
    (warning,) = said(cost={"monthlyBudget": 3601})
    assert warning.startswith("cost.monthlyBudget: It is more than twice the estimate, 1,800.00 USD a month")
    assert said(cost={"monthlyBudget": 3600}) == []


def test_lower_usage_is_shown_with_both_values_and_the_cost() -> None:
    usage = {"natGb": 0, "buckets": {"raw": {"storedTb": 0.05, "infrequentShare": 0.9}}}
    total, bucket = said(usage={**usage, "natGb": 1000})
    assert "With the defaults, the stack costs 1,800.10 instead of 1,800.05 USD" in total
    assert bucket == (
        "usage.buckets.raw: It is laxer than the default: infrequentShare from 0.3 to 0.9, storedTb from 0.1 to 0.05."
    )
    assert "usage: It is laxer than the default: natGb from 1,000 to 0." in said(usage=usage)


def test_usage_in_place_of_what_resources_tell_is_shown() -> None:
    usage = {"natGb": 10, "averageNodes": {"general": 0}, "logs": {"ocus": 1}}
    warnings = said(usage=usage)
    for section, name, value in (("averageNodes", "general", 0), ("logs", "ocus", 1)):
        line = f"usage.{section}: It is laxer than the default: {name} from the plan's own estimate to {value}."
        assert line in warnings


@pytest.mark.parametrize("usage", [{}, {"natGb": 1000}, {"natGb": 5000}, {"spotShare": 0.1}, {"logGb": 1}])
def test_usage_that_makes_nothing_cheaper_is_not_shown(usage: dict[str, Any]) -> None:
    assert said(usage=usage) == []


@pytest.mark.parametrize("stack", ["prod", "ml-prod", "production", "prod2", "eu-live", "PRD"])
def test_stack_that_is_named_production_and_is_none_is_shown(stack: str) -> None:
    (warning,) = said(stack)
    assert warning.startswith("environment.kind: It is laxer than a stack of production needs: from production to stag")


@pytest.mark.parametrize("stack", ["staging", "preprod", "pre-prod", "non-prod", "product-search", "liver"])
def test_stack_that_is_not_named_production_is_not_shown(stack: str) -> None:
    assert said(stack) == []


def test_stack_that_serves_hosts_of_production_is_shown() -> None:
    (warning,) = said(gpuCluster={**CLUSTER, "clusterName": "ml-prod"})
    assert "gpuCluster.clusterName = ml-prod names production" in warning


def test_stack_of_kind_production_is_not_shown() -> None:
    assert said("prod", environment={**ENVIRONMENT, "kind": "production"}) == []
