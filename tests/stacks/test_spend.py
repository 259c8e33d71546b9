"""What the section `spend` makes of a stack, and what is refused."""

import base64
from typing import Any

import pytest

from resources.inputs import json_value
from resources.inputs import read as read_input
from tests.support.planner.plans import of_type, plan_of
from tests.support.stacks.configs import SECTIONS, STORE, read, refusal_of, sections_of

SPEND: dict[str, Any] = {"name": "acme", "emails": ["finance@example.com"]}
COMPLETE: dict[str, Any] = {**SECTIONS, "featureStore": STORE, "spend": SPEND}
BUDGET = "aws:budgets/budget:Budget"


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_budget_of_a_stack_is_its_monthly_budget(stack: str) -> None:
    plan = plan_of(stack)
    [budget] = of_type(plan, BUDGET)
    assert float(budget.inputs["limitAmount"]) == sections_of(stack)["cost"]["monthlyBudget"]
    [provider] = [each for each in plan if each.type == "pulumi:providers:aws" and each.name == "aws"]
    defaults: Any = json_value(provider.inputs["defaultTags"])
    tags = defaults["tags"]
    assert budget.inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": [f"user:environment${tags['environment']}"]}
    ]


def test_prod_exports_its_bill_into_the_catalog_of_features() -> None:
    plan = plan_of("prod")
    tables = [each for each in of_type(plan, "aws:glue/catalogTable:CatalogTable") if each.name.startswith("spend-")]
    assert {each.inputs["name"] for each in tables} == {
        *("costs", "costs_by_component", "costs_by_day", "costs_by_team"),
        *("pod_costs", "pod_costs_by_namespace", "showback_by_team"),
    }
    assert {each.inputs["databaseName"] for each in tables} == {"ml_prod"}


def test_pods_belong_to_the_team_of_their_namespace() -> None:
    views = of_type(plan_of("prod"), "aws:glue/catalogTable:CatalogTable")
    [text] = [each.inputs["viewOriginalText"] for each in views if each.inputs["name"] == "pod_costs_by_namespace"]
    decoded = base64.b64decode(str(text).removeprefix("/* Presto View: ").removesuffix(" */")).decode()
    assert "IN ('search', 'search-jobs') THEN 'search'" in decoded
    assert "IN ('risk', 'risk-jobs') THEN 'risk'" in decoded


def test_each_resource_has_the_tag_of_its_component_by_choice() -> None:
    plan = plan_of("everything")
    components = {each.name for each in plan if each.type.startswith("mlplatform:") and "$" not in each.urn}
    found = {each.name: read_input(each.inputs, "tags", "component") for each in plan}
    assert found["network-vpc"] == "network"
    assert found["feature-store-online-cluster"] == "feature-store"
    # Inside a component of a component, the outermost counts.
    assert {tag for tag in found.values() if isinstance(tag, str)} <= components
    assert not any(isinstance(read_input(each.inputs, "tags", "component"), str) for each in plan_of("prod"))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("aws:batch/jobDefinition:JobDefinition", "name"),
        ("aws:ecr/repository:Repository", "name"),
        ("aws:sagemaker/modelPackageGroup:ModelPackageGroup", "modelPackageGroupName"),
    ],
)
def test_what_belongs_to_a_team_has_its_tag(kind: str, field: str) -> None:
    made = of_type(plan_of("prod"), kind)
    assert made
    assert [each.inputs[field] for each in made if not read_input(each.inputs, "tags", "team")] == []


def test_spend_needs_the_feature_store() -> None:
    assert read(COMPLETE).spend
    without = {name: each for name, each in COMPLETE.items() if name != "featureStore"}
    exported = {**without["spend"], "export": True}
    assert "the table of the bill is in the catalog of featureStore" in refusal_of({**without, "spend": exported})


def test_spend_is_refused_where_aws_bills_another_currency() -> None:
    china = {**SECTIONS["environment"], "region": "cn-north-1"}
    assert "budgets are in USD" in refusal_of({**COMPLETE, "environment": china})


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("teamTag", "aws:team", "= 'aws:team': is not a tag's key: AWS reserves aws: at its start"),
        ("teamTag", " ", "= ' ': is not a tag's key"),
        ("teamTag", "environment", "spend.teamTag = 'environment': the stack gives this tag to each resource"),
        ("exportDays", 10**12, "spend.exportDays = 1000000000000: must be at most 36500"),
        ("scanLimitGib", 10**12, "spend.scanLimitGib = 1000000000000: must be at most 1000000"),
    ],
)
def test_spend_refuses_what_aws_would(field: str, value: Any, told: str) -> None:
    assert told in refusal_of({**COMPLETE, "spend": {**SPEND, field: value}})
