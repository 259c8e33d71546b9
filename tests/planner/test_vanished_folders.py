"""A folder of deploy/models that is removed or renamed deletes no model in production."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from resources.resource import Resource
from tests.support.planner.application_sets import deletes, generated, parameters, reconciled
from tests.support.planner.plans import CLUSTERED, ROOT, changed, of_type, plan_of
from tests.support.planner.releases import APPLICATION_SET, MODELS

FOLDERS = [str(each.relative_to(ROOT)) for each in ROOT.glob(f"{MODELS}*/*/overlays/*")]
GUARDED = [stack for stack in CLUSTERED if stack != "staging"]
Change = Callable[[str], str | None]


def sets(stack: str) -> list[Resource]:
    """The ApplicationSets of a stack that generate from folders."""
    found = of_type(plan_of(stack), APPLICATION_SET)
    return [each for each in found if "git" in each.inputs["spec"]["generators"][0]]


def renamed(old: str, new: str) -> Change:
    return lambda folder: folder.replace(f"/{old}/", f"/{new}/")


def removed(name: str) -> Change:
    return lambda folder: None if f"/{name}/" in f"/{folder}/" else folder


CHANGES: dict[str, Change] = {
    "a model's folder is removed": removed("fraud"),
    "a model's folder is renamed": renamed("ranking", "ranker"),
    "a team's folder is removed": removed("search"),
    "a team's folder is renamed": renamed("search", "find"),
    "an overlay is removed": removed("prod"),
    "the folder of overlays is renamed": renamed("overlays", "overlay"),
    "the whole tree is removed": removed("models"),
}


def applications(
    stack: str, change: Change, params: Mapping[str, Any] | None = None
) -> list[tuple[set[str], set[str], set[str]]]:
    """Of each set: the Applications before, those that the changed folders generate, and those after."""
    folders = [after for folder in FOLDERS if (after := change(folder))]
    params = parameters(plan_of(stack)) if params is None else params
    return [
        (before, generated(each.inputs, folders), reconciled(each.inputs, params, before, folders))
        for each in sets(stack)
        for before in [generated(each.inputs, FOLDERS)]
    ]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_production_model_goes_with_its_folder(change: Change) -> None:
    found = applications("prod", change)
    assert {name for before, _, _ in found for name in before} == {"search-ranking", "search-embeddings", "risk-fraud"}
    assert any(before - wanted for before, wanted, _ in found), "the change removes no folder of prod"
    for before, wanted, after in found:
        assert after == before | wanted


def test_a_renamed_folder_is_delivered_beside_the_old_application() -> None:
    found = applications("prod", CHANGES["a model's folder is renamed"])
    assert {name for _, wanted, _ in found for name in wanted} == {"search-ranker", "search-embeddings", "risk-fraud"}
    assert {"search-ranker", "search-ranking"} <= {name for _, _, after in found for name in after}


def test_a_staging_model_goes_with_its_folder() -> None:
    for before, wanted, after in applications("staging", CHANGES["a model's folder is removed"]):
        assert after == wanted <= before


@pytest.mark.parametrize("stack", GUARDED)
def test_each_set_is_protected_where_its_applications_outlive_it(stack: str) -> None:
    # A set that may not delete Applications leaves them without an owner when it is deleted itself.
    assert sets(stack)
    assert [each.name for each in sets(stack) if deletes(each.inputs, parameters(plan_of(stack)))] == []
    assert all(each.protect for each in sets(stack))


def test_a_set_that_deletes_its_applications_can_be_destroyed() -> None:
    assert all(deletes(each.inputs, parameters(plan_of("staging"))) for each in sets("staging"))
    assert not any(each.protect for each in sets("staging"))


@pytest.mark.parametrize("stack", CLUSTERED)
@pytest.mark.parametrize("policy", ["sync", "create-delete"])
def test_the_policy_of_the_controller_overrides_no_set(stack: str, policy: str) -> None:
    params = parameters(plan_of(stack))
    for each in sets(stack):
        asked = each.inputs["spec"]["syncPolicy"]["applicationsSync"]
        assert deletes(each.inputs, {**params, "applicationsetcontroller.policy": policy}) is (asked == "sync")


def test_a_set_that_says_nothing_would_delete_models() -> None:
    plan = changed(plan_of("prod"), "delivery-search-models", lambda inputs: inputs["spec"].pop("syncPolicy"))
    [silent] = [each for each in plan if each.name == "delivery-search-models"]
    assert deletes(silent.inputs, parameters(plan))
