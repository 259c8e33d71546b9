"""What a plan on the terminal says, and in which order."""

import json
from dataclasses import replace

import pytest

from planner.console import PlanConsole
from planner.difference import compare
from planner.markdown import render
from planner.prerequisites import Prerequisite
from planner.terminal import show
from policies.engine.evaluate import Verdict
from policies.engine.registry import RULES
from pricing.lines import Line
from stacks.config_warning import ConfigWarning
from stacks.unusual_choices import Choice
from tests.support.planner.plans import built, document_of
from tests.support.planner.terminal import EMPTY, shown


def test_warnings_are_the_first_lines_of_a_plan() -> None:
    warning = ConfigWarning("gpuCluster.endpointPrivateCidrs", [], "Nobody reaches it.", "Add a [range].")
    text = shown(replace(EMPTY, warnings=(warning,)))
    assert text.startswith("warning gpuCluster.endpointPrivateCidrs: Nobody reaches it. Add a [range].\n")
    assert "1 warning, " in replace(EMPTY, warnings=(warning,)).summary


def test_pools_without_nodes_are_listed_with_their_cost_of_0() -> None:
    line = Line("urn:a", "gpu", "ec2 g5.xlarge", "priced at 0: usage states no nodes", 0, "instance-hour", 1, 0, "2026")
    text = shown(replace(EMPTY, estimate=replace(EMPTY.estimate, lines=(line,))))
    assert "gpu: priced at 0: usage states no nodes" in text[: text.index("Top 5 costs")]


def test_prerequisites_say_how_to_make_them() -> None:
    text = shown(replace(EMPTY, prerequisites=(Prerequisite("a role", "Nothing launches.", "aws iam make-it"),)))
    assert "a role: Nothing launches." in text
    assert "aws iam make-it" in text


def test_prerequisites_for_one_reason_say_it_once() -> None:
    needed = [Prerequisite(f"role {name}", "Nothing launches.", f"make {name}") for name in ("a", "b")]
    text = shown(replace(EMPTY, prerequisites=(*needed, Prerequisite("a zone", "No name.", "delegate"))))
    assert "role a, role b: Nothing launches.\n    make a\n    make b\n" in text
    assert text.count("Nothing launches.") == 1
    assert "a zone: No name.\n    delegate\n" in text


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_a_plan_fits_80_columns_without_cutting_text(
    stack: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(built(stack), PlanConsole())
    printed = capsys.readouterr().out
    document = document_of(stack)
    commands = {f"    {each['how']}" for part in ("prerequisites", "remains") for each in document[part]}
    assert [line for line in printed.splitlines() if len(line) > 80 and line not in commands] == []
    # The name of a last snapshot ends in what the plan cannot know.
    assert "…" not in printed.replace("-final-…", "")


def test_assumed_usage_is_counted_first_and_listed_after_the_policies() -> None:
    counted = ConfigWarning("usage", 1.0, "2 assumptions are laxer than the default.", "Compare them.")
    other = ConfigWarning("policies.levels.imdsv2", "disabled", "It is laxer.", "Remove it.")
    detail = ConfigWarning("usage.traces", ["spanGb from 20 to 3"], "From 20 to 3.", "Measure it.", is_detail=True)
    printed = " ".join(shown(replace(EMPTY, warnings=(other, counted, detail))).split())
    first, policies, listed = (
        printed.index(each) for each in ("Compare them. They are", " Policies ", "From 20 to 3.")
    )
    assert printed.startswith("warning policies.levels.imdsv2: It is laxer. Remove it. warning usage: 2 assumptions")
    assert first < policies < listed
    assert "They are listed after the policies." in printed
    assert "Assumed usage usage.traces: From 20 to 3. Measure it." in printed


VIOLATED = Verdict(
    "bucket-tls", "high", "mandatory", "urn:a::b::c::logs", "lets anyone in", None, "policy", "Deny plain HTTP."
)


def test_a_violation_says_where_to_mend_it_and_how() -> None:
    plan = replace(EMPTY, verdicts=(VIOLATED,))
    text = shown(plan)
    assert "violated bucket-tls logs: lets anyone in\n    field: policy\n    remedy: Deny plain HTTP.\n" in text
    [written] = json.loads(plan.json())["policies"]
    assert (written["field"], written["remediation"]) == ("policy", "Deny plain HTTP.")
    assert "<code>policy</code> | Deny plain HTTP. |" in render(plan.document())


SECTIONS = {
    "prod": {
        "network": "network",
        "gpu-cluster": "gpuCluster",
        "feature-store-data": "featureStore",
        "feature-services-features": "featureServices",
        "serving-firewall": "modelServing",
        "image-registry": "imageRegistry",
        "delivery": "delivery",
        "user-pool": "userPool",
        "delivery-firewall": "",
    },
    "kubeflow": {"kubeflow": "kubeflow", "pipelines-database": "pipelinesDatabase"},
}


@pytest.mark.parametrize("stack", SECTIONS)
def test_verdict_names_its_component_and_config_section(stack: str) -> None:
    plan = built(stack)
    urns = {each.name: each.urn for each in plan.resources if each.type.startswith("mlplatform:")}
    for component, section in SECTIONS[stack].items():
        child = next(each for each in plan.resources if each.parent == urns[component] and each.custom)
        text = shown(replace(EMPTY, resources=plan.resources, verdicts=(replace(VIOLATED, urn=child.urn),)))
        made = f", made from {section} in the config" if section else ""
        assert f"    component: {component}{made}\n    field: policy\n" in text


def test_verdicts_are_compared_without_where_and_how() -> None:
    before = replace(EMPTY, verdicts=(replace(VIOLATED, field="", remediation=""),)).document()
    for each in before["policies"]:
        del each["field"], each["remediation"]
    assert compare(before, replace(EMPTY, verdicts=(VIOLATED,)).document()).verdicts_new == ()


HOSTILE = "arn:aws:x:1:secret:y :key: [red]a[/red] \x1b[31m \x9b1m \u202e"


def test_values_are_shown_as_they_are(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    choice = Choice("network.nat", HOSTILE, HOSTILE)
    warning = ConfigWarning("network.nat", HOSTILE, HOSTILE, HOSTILE)
    plan = replace(EMPTY, choices=(choice,), warnings=(warning,), verdicts=(replace(VIOLATED, message=HOSTILE),))
    show(plan, PlanConsole())
    print(plan.json())
    print(render(plan.document()))
    printed = capsys.readouterr().out
    assert r"arn:aws:x:1:secret:y :key: [red]a[/red] \x1b[31m \x9b1m \u202e" in printed
    assert not {"\x1b", "\x9b", "\u202e", "🔑"} & set(printed)
    assert json.loads(plan.json())["unusual"][0]["value"] == HOSTILE


def test_a_missing_value_is_shown_as_yaml_spells_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(EMPTY, choices=(Choice("eventStream.alarmNotification", None, "nobody is told"),)), PlanConsole())
    assert "eventStream.alarmNotification = null" in capsys.readouterr().out


def test_every_rule_names_the_field_it_judges() -> None:
    assert [rule.name for rule in RULES.values() if not rule.field] == []


@pytest.mark.parametrize(("stack", "entries"), [("prod", 11), ("staging", 8)])
def test_exceptions_that_no_one_approved_are_counted_and_let_the_plan_pass(stack: str, entries: int) -> None:
    plan = built(stack)
    assert (f"approvedBy of {entries} entries in policies/exceptions.yaml", "replace-me") in plan.placeholders
    assert plan.deployable
    text = shown(plan)
    assert text.index(f"approvedBy of {entries} entries") > text.index("Replace before a deployment")
