"""The registry of facilities, held against the plan's own cost, backup plans and tags."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from planner.plan import Plan
from reports.registries.facilities import NOT_STATED, facilities
from resources.resource import Resource
from tests.support.planner.plans import built

pytestmark = pytest.mark.slow

STACKS = ("prod", "staging", "kubeflow", "everything")


def row(plan: Plan, name: str) -> dict[str, Any]:
    found = [each for each in facilities(plan).rows if each["name"] == name]
    assert len(found) == 1
    return dict(found[0])


def changed(plan: Plan, name: str, **inputs: Any) -> Plan:
    """The plan with inputs of its resources of this name replaced."""
    resources = tuple(
        replace(each, inputs={**each.inputs, **inputs}) if each.name == name else each for each in plan.resources
    )
    assert resources != plan.resources
    return replace(plan, resources=resources)


def without(plan: Plan, *types: str) -> Plan:
    return replace(plan, resources=tuple(each for each in plan.resources if each.type not in types))


@pytest.mark.parametrize("stack", STACKS)
def test_the_costs_add_up_to_the_cost_of_the_plan(stack: str) -> None:
    plan = built(stack)
    costs = [cast(float, row["monthly_usd"] or 0) for row in facilities(plan).rows]
    assert sum(costs) == pytest.approx(plan.estimate.monthly, abs=0.005)


@pytest.mark.parametrize("stack", STACKS)
def test_each_facility_has_an_owner_and_a_purpose(stack: str) -> None:
    rows = facilities(built(stack)).rows
    assert [row["name"] for row in rows if row["owner"] == NOT_STATED] == []
    assert [row["name"] for row in rows if not row["what"]] == []


def test_a_database_has_its_place_size_and_recovery() -> None:
    found = row(built("prod"), "feature-store-database-instance")
    assert found["zones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert "VPC network-vpc" in found["place"]
    assert "subnet network-isolated-a" in found["place"]
    assert found["size"] == "db.m7g.large, with a standby, 100 GB, grows to 500 GB"
    assert (found["rpo_minutes"], found["rto_minutes"]) == (5, 60)
    assert "RDS restores any second of 14 days" in found["recovery"]
    assert any("ml-prod-registry" in way and "us-west-2" in way for way in found["recovery"])


def test_a_store_outside_all_backup_plans_has_no_objectives() -> None:
    plan = without(built("prod"), "aws:backup/selection:Selection")
    found = row(plan, "feature-store-data-models-bucket")
    assert (found["rpo_minutes"], found["rto_minutes"]) == (None, None)
    assert found["recovery"] == ("old versions of objects",)


def test_a_bucket_without_versions_says_nothing_of_them() -> None:
    plan = without(built("prod"), "aws:s3/bucketVersioning:BucketVersioning")
    assert row(plan, "feature-store-data-raw-bucket")["recovery"] == ()


def test_a_copy_is_in_its_own_region() -> None:
    plan = built("prod")
    assert row(plan, "cluster-state-backups-replica-bucket")["region"] == "us-west-2"
    assert row(plan, "cluster-state-backups-bucket")["region"] == "us-east-1"


def test_owners_are_the_teams_where_tags_or_roles_name_one() -> None:
    plan = built("prod")
    assert row(plan, "image-registry-risk/fraud-scorer-repository")["owner"] == "risk"
    assert row(plan, "serving-platform-search-namespace")["owner"] == "search"
    assert row(plan, "feature-store-online-cluster")["owner"] == "ml-platform"


def test_the_data_class_is_a_tag_and_never_guessed() -> None:
    plan = built("prod")
    name = "feature-store-data-raw-bucket"
    assert row(plan, name)["data_class"] == NOT_STATED
    assert row(changed(plan, name, tags={"data-class": "confidential"}), name)["data_class"] == "confidential"
    assert row(plan, "gpu-cluster-inference-nodes")["data_class"] is None


def test_a_default_tag_states_the_class_of_all_stores() -> None:
    plan = built("prod")
    provider = next(each for each in plan.resources if each.type == "pulumi:providers:aws" and each.name == "aws")
    tags = '{"tags": {"owner": "ml-platform", "data-class": "restricted"}}'
    classes = {row["data_class"] for row in facilities(changed(plan, provider.name, defaultTags=tags)).rows}
    assert classes == {None, "restricted"}


def test_unknown_and_odd_inputs_are_shown_and_do_not_fail() -> None:
    plan = built("prod")
    kinds = {each.type for each in plan.resources}
    bare: Sequence[Resource] = [Resource(f"urn::{kind}", kind, kind) for kind in sorted(kinds)]
    assert facilities(replace(plan, resources=tuple(bare))).rows


def test_the_registry_is_the_same_each_time() -> None:
    assert facilities(built("prod")) == facilities(built("prod"))
