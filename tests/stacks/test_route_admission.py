"""Whose hosts the routes of teams may have."""

import json
from typing import Any

import pytest

from tests.support.planner.plans import plan_of
from tests.support.planner.releases import releases_of


@pytest.mark.parametrize("stack", ["prod", "staging", "everything"])
def test_each_model_of_a_stack_owns_its_host(stack: str) -> None:
    [rule] = [each.inputs for each in plan_of(stack) if each.name == "admission-team-routes"]
    [owners] = [json.loads(each["expression"]) for each in rule["spec"]["variables"] if each["name"] == "owners"]
    made = [dict(each.inputs) for each in plan_of(stack) if each.type.endswith(":VirtualService")]
    delivered = [each for release in releases_of(plan_of(stack)) for each in release.objects]
    hosts = [found for each in (*made, *delivered) for found in _hosts(each)]
    assert hosts
    assert {*hosts} <= {*owners.items()}


def _hosts(route: dict[str, Any]) -> list[tuple[str, str]]:
    """The hosts outside the cluster that a route has, each with the route's namespace."""
    if route["kind"] != "VirtualService":
        return []
    return [(host, route["metadata"]["namespace"]) for host in route["spec"]["hosts"] if not host.endswith(".local")]
