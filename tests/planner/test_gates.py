"""What became laxer between two plans, and in which direction each setting is lax."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from planner.difference import compare
from planner.gates import gates, laxer
from planner.markdown import render
from policies.engine.exceptions import PolicyException
from policies.engine.settings import EnvironmentKind, PolicySettings
from pricing.budget import Budget
from pricing.estimate import estimate
from pricing.usage import Usage
from tests.support.planner.documents import plan
from tests.support.planner.plans import STACKS, TODAY, config_of, plan_of

EXCEPTION = {
    "rule": "privileged",
    "resource": "*::device-plugin",
    "reason": "registers the GPUs of its node with the kubelet",
    "expires": "2027-01-31",
    "approvedBy": "security",
}


def settings(
    kind: str = "production",
    policies: Mapping[str, Any] | None = None,
    cost: Mapping[str, Any] | None = None,
    usage: Mapping[str, Any] | None = None,
    exceptions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return gates(
        EnvironmentKind(kind),
        PolicySettings.model_validate(policies or {}),
        Budget.model_validate({"monthlyBudget": 100, **(cost or {})}),
        Usage.model_validate(usage or {}),
        [PolicyException.model_validate(exceptions)] if exceptions else [],
    )


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{each.field}: {each.was} -> {each.now}" for each in laxer(before, after)]


ORDINARY: dict[str, Any] = {
    "policies": {"allowedRegistries": ["quay.io/argoproj/"]},
    "usage": {"buckets": {"raw": {"storedTb": 5}}, "sagemaker": {"jobHours": {"ml.g5.2xlarge": 10}}},
    "exceptions": EXCEPTION,
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": "staging"}, "environment.kind: production -> staging"),
        ({"cost": {"monthlyBudget": 500}}, "cost.monthlyBudget: 100 -> 500"),
        ({"cost": {"unpriced": {"aws:mq/broker:Broker": "tiny"}}}, "cost.unpriced.aws:mq/broker:Broker: not acc"),
        ({"policies": {**ORDINARY["policies"], "levels": {"imdsv2": "advisory"}}}, "policies.levels.imdsv2: mandatory"),
        ({"policies": {"allowedRegistries": []}}, "policies.allowedRegistries: quay.io/argoproj/ -> every one"),
        (
            {"policies": {"allowedRegistries": ["quay.io/argoproj/", "docker.io/"]}},
            "policies.allowedRegistries: quay.io/argoproj/ -> quay.io/argoproj/, docker.io/",
        ),
        ({"exceptions": {**EXCEPTION, "expires": "2027-06-30"}}, "exceptions.privileged of *::device-plugin: until"),
        (
            {"exceptions": {**EXCEPTION, "resource": "*::device-*"}},
            "exceptions.privileged of *::device-*: no exc",
        ),
        ({"usage": {**ORDINARY["usage"], "natGb": 10}}, "usage.natGb: 1,000 -> 10"),
        (
            {"usage": {**ORDINARY["usage"], "averageNodes": {"gpu": 1}}},
            "usage.averageNodes.gpu: the plan's own estimate",
        ),
        ({"usage": {**ORDINARY["usage"], "buckets": {}}}, "usage.buckets.raw.storedTb: 5 -> 0.1"),
        ({"usage": {"buckets": ORDINARY["usage"]["buckets"]}}, "usage.sagemaker.jobHours.ml.g5.2xlarge: 10 -> not giv"),
    ],
)
def test_setting_that_became_laxer_is_told_with_both_values(changed: dict[str, Any], expected: str) -> None:
    (line,) = told(settings(**ORDINARY), settings(**{**ORDINARY, **changed}))
    assert line.startswith(expected)


@pytest.mark.parametrize(
    "changed",
    [
        {"cost": {"monthlyBudget": 50}},
        {"policies": {**ORDINARY["policies"], "minimumZones": 3, "levels": {"workload-replicas": "mandatory"}}},
        {"exceptions": None},
        {"exceptions": {**EXCEPTION, "expires": "2026-12-31"}},
        {"usage": {**ORDINARY["usage"], "natGb": 2000, "buckets": {"raw": {"storedTb": 6}, "new": {}}}},
    ],
)
def test_stricter_or_equal_setting_is_not_told(changed: dict[str, Any]) -> None:
    assert told(settings(**ORDINARY), settings(**{**ORDINARY, **changed})) == []


def test_removed_and_lowered_rules_of_the_program_are_told() -> None:
    before = {**settings(), "policies.levels.gone": "mandatory", "policies.levels.off": "disabled"}
    after = {**settings(), "policies.levels.imdsv2": "advisory"}
    assert told(before, after) == [
        "policies.levels.gone: mandatory -> no such rule",
        "policies.levels.imdsv2: mandatory -> advisory",
    ]


def leaves(value: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from leaves(cast(dict[str, Any], item), (*at, key))
        elif item is not None:
            yield (*at, key), item


def nested(path: tuple[str, ...], value: Any) -> Any:
    return {path[0]: nested(path[1:], value)} if path else value


NUMBERS = [path for path, _ in leaves(Usage().model_dump(by_alias=True))]
BUCKETS = [("buckets", "raw", name) for name in ("storedTb", "infrequentShare", "objectsMillion", "retrievedGb")]


@pytest.mark.slow
@pytest.mark.parametrize("path", [*NUMBERS, *BUCKETS], ids=".".join)
def test_what_counts_as_laxer_usage_makes_the_plan_cheaper(path: tuple[str, ...]) -> None:
    lower, higher = (Usage.model_validate(nested(path, value)) for value in (0.25, 0.75))
    called = "usage." + ".".join(path)
    one, other = (settings(usage=nested(path, value)) for value in (0.25, 0.75))
    lax = {each.field for each in laxer(other, one)}
    for stack in STACKS:
        region = config_of(stack)["environment"]["region"]
        costs = [estimate(plan_of(stack), region=region, usage=each, today=TODAY).monthly for each in (lower, higher)]
        low, high = costs
        assert low == high or (called in lax) == (low < high), f"{stack}: {low} at 0.25, {high} at 0.75"


def gated(**changed: Any) -> list[dict[str, Any]]:
    return [{"field": field, "value": value} for field, value in settings(**changed).items()]


def test_comment_lists_what_became_laxer_before_all_else() -> None:
    before, after = plan(gates=gated()), plan(gates=gated(kind="staging", usage={"natGb": 1}), budget=100)
    text = render(after, compare(before, after))
    assert "- **Laxer** 2 settings allow more than before" in text
    table = text.partition("#### ")[2]
    assert table.startswith("Became laxer\n\nEach setting permits more than before, or assumes a lower cost.")
    assert "| <code>environment.kind</code> | production | staging |" in table
    assert "| <code>usage.natGb</code> | 1,000 | 1 |" in table


def test_comment_without_anything_laxer_says_nothing_of_it() -> None:
    before, after = plan(gates=gated(kind="staging")), plan(gates=gated())
    assert "axer" not in render(after, compare(before, after))
    assert compare(after, after).empty
    assert not compare(after, before).empty


def test_earlier_plan_without_settings_is_compared_by_its_budget() -> None:
    before, after = plan(budget=100), plan(budget=200, gates=gated())
    assert [f"{each.field}: {each.was} -> {each.now}" for each in compare(before, after).laxer] == [
        "cost.monthlyBudget: 100 -> 200",
        "levels, thresholds, usage and exceptions: not stated by the earlier plan -> compare their files",
    ]


@pytest.mark.parametrize("value", [None, "x", [], {}, True, 1e400])
def test_strange_values_of_an_earlier_plan_are_compared(value: Any) -> None:
    strange = dict.fromkeys(settings(**ORDINARY), value)
    for before, after in ((strange, settings(**ORDINARY)), (settings(**ORDINARY), strange)):
        assert all(isinstance(each.was + each.now, str) for each in laxer(before, after))


def excepted(*entries: Mapping[str, Any]) -> dict[str, Any]:
    made = [PolicyException.model_validate({**EXCEPTION, **each}) for each in entries]
    return gates(EnvironmentKind.PRODUCTION, PolicySettings(), Budget(monthly_budget=100), Usage(), made)


def test_of_two_exceptions_about_the_same_the_longer_one_counts() -> None:
    """The other one would hide it, wherever it is in the file."""
    entries = [{"expires": "2027-12-31"}, {}]
    [later, behind] = [told(excepted({}), excepted(*each)) for each in (entries, entries[::-1])]
    assert later == behind
    assert "until 2027-12-31" in later[0]


def test_exception_that_the_cluster_shall_admit_too_is_laxer() -> None:
    [line] = told(excepted({}), excepted({"object": "DaemonSet/gpu-system/device-plugin"}))
    assert line.startswith(
        "exceptions.privileged of *::device-plugin, in the cluster DaemonSet/gpu-system/device-plugin:"
    )
    assert "no exception -> until 2027-01-31" in line
