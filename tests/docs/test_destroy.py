"""docs/destroy.md names every setting that keeps a stack from being destroyed, and what stays."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from components.testing.fake_aws import FakeAws
from planner.evaluation import evaluate_program
from policies.engine.evaluate import Context, evaluate, fails
from policies.engine.exceptions import load_exceptions
from policies.engine.registry import RULES
from pricing.estimate import estimate
from resources.resource import Resource
from stacks.config import parse_config
from tests.support.docs.pages import ROOT
from tests.support.planner.application_sets import deletes, parameters
from tests.support.planner.plans import STACKS, config_of, file_of, plan_of
from tests.support.planner.releases import APPLICATION_SET

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "destroy.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Destroy") : PAGE.index("## What stays")]
ROWS = re.findall(r"^\| `(?P<setting>[\w.]+)` \| `(?P<value>\w+)` \|", SECTION, re.MULTILINE)
RELEASES = {setting: json.loads(value) for setting, value in ROWS}
WITH_DEFAULTS = ("firewall", "loadBalancer")
"""Parts of a section that are there where a file leaves them out."""

LOWERED = re.findall(r"`([a-z]+(?:-[a-z]+)+)`", SECTION)
TODAY = date(2026, 11, 21)


def part_of(sections: dict[str, Any], setting: str) -> tuple[dict[str, Any] | None, str]:
    """The part of a config that a setting is in, none where the stack does not have it, and the setting's name."""
    section, *parts, name = setting.split(".")
    place: dict[str, Any] | None = sections.get(section)
    for part in parts:
        if place is not None and part in WITH_DEFAULTS:
            place.setdefault(part, {})
        place = place.get(part) if place is not None else None
    return place, name


def released(stack: str) -> dict[str, Any]:
    """The config of a stack with every setting of the page that it has, and the rules that the page names lowered."""
    sections = deepcopy(dict(config_of(stack)))
    for setting, value in RELEASES.items():
        place, name = part_of(sections, setting)
        if place is not None:
            place[name] = value
    levels = sections.setdefault("policies", {}).setdefault("levels", {})
    levels.update(dict.fromkeys(LOWERED, "advisory"))
    return sections


def evaluated(stack: str, sections: Mapping[str, Any]) -> tuple[Resource, ...]:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()}
    environment = sections["environment"]
    answers = FakeAws(environment["region"], environment["account"])
    return evaluate_program(ROOT / "__main__.py", replace(file_of(stack), config=config), answers).resources


def protected(resources: tuple[Resource, ...]) -> Iterator[str]:
    """What keeps the resources, or their names, from being free after a destroy."""
    for each in resources:
        if each.protect:
            yield f"{each.name} is protected"
        for field in ("deletionProtection", "enableDeletionProtection"):
            if each.inputs.get(field) in (True, "ACTIVE"):
                yield f"{each.name} has {field}"
        if each.type == "aws:secretsmanager/secret:Secret" and each.inputs.get("recoveryWindowInDays", 30):
            yield f"{each.name} keeps its name"
        if each.type == APPLICATION_SET and not deletes(each.inputs, parameters(resources)):
            yield f"{each.name} leaves its Applications"


@pytest.fixture(scope="module", params=STACKS)
def freed(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any], tuple[Resource, ...]]:
    sections = released(request.param)
    return request.param, sections, evaluated(request.param, sections)


def test_the_settings_of_the_page_release_all_of_a_stack(
    freed: tuple[str, dict[str, Any], tuple[Resource, ...]],
) -> None:
    assert [*protected(freed[2])] == []


def test_no_other_rule_stands_in_the_way(freed: tuple[str, dict[str, Any], tuple[Resource, ...]]) -> None:
    stack, sections, resources = freed
    config = parse_config({f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()})
    context = Context(
        environment=config.environment,
        settings=config.policies,
        budget=config.cost,
        usage=config.usage,
        today=TODAY,
        exceptions=load_exceptions(RULES),
        estimate=estimate(resources, region=config.environment.region, usage=config.usage, today=TODAY),
    )
    before = {each.policy for each in evaluate(plan_of(stack), context) if fails([each])}
    assert {each.policy for each in evaluate(resources, context) if fails([each])} <= before


def test_the_page_names_the_settings_and_the_rules() -> None:
    assert len(RELEASES) >= 13
    assert {*LOWERED} == {
        "stateful-protection",
        "cluster-deletion",
        "load-balancer-deletion",
        "user-pool-deletion",
        "model-deletion",
    }


@pytest.mark.parametrize("setting", RELEASES)
def test_each_setting_is_one_that_a_stack_has(setting: str) -> None:
    assert [stack for stack in STACKS if part_of(deepcopy(dict(config_of(stack))), setting)[0] is not None]


def test_the_page_tells_what_a_plan_says_that_stays() -> None:
    for command in (
        "delete-db-snapshot",
        "delete-snapshot",
        "delete-volume",
        "schedule-key-deletion",
        "--force-delete-without-recovery",
    ):
        assert command in PAGE
