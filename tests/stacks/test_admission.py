"""The exceptions of the stacks name the objects that the cluster shall admit."""

from typing import Any

import pytest

from policies.engine.admission import object_rules
from policies.engine.exceptions import load_exceptions
from policies.engine.registry import RULES
from resources.resource import Resource
from tests.support.planner.plans import STACKS, plan_of

RELEASE = "kubernetes:helm.sh/v3:Release"
JUDGED = {rule.name for rule in object_rules()}


@pytest.mark.parametrize("stack", STACKS)
def test_exceptions_name_the_objects_of_the_stack(stack: str) -> None:
    plan = [each for each in plan_of(stack) if each.type.startswith("kubernetes:") and each.type != RELEASE]
    for exception in (each for each in load_exceptions(RULES) if each.rule in JUDGED):
        excused = [name_in_cluster(each) for each in plan if exception.covers(exception.rule, each.urn)]
        assert excused in ([], [exception.object])


def name_in_cluster(resource: Resource) -> str:
    """An object as an exception names it."""
    metadata: dict[str, Any] = resource.inputs["metadata"]
    parts = (resource.type.rpartition(":")[2], metadata.get("namespace", ""), metadata["name"])
    return "/".join(part for part in parts if part)
