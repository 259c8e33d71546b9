"""The set for an auditor: every rule and every control, with what the plan shows of each."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from planner.plan import Plan
from policies.engine.registry import RULES
from policies.engine.settings import Level, PolicySettings
from reports.audit.command import main
from reports.audit.controls import CONTROLS, ISO, SOC2, Control
from reports.audit.evidence import EVIDENCE
from reports.audit.tables import ORGANISATIONAL, controls, verdicts
from reports.registries.formats import FORMATS
from tests.support.planner.command import platform
from tests.support.planner.plans import built

REGISTRIES = ("facilities", "access", "credentials", "configuration")
PREDICTED = ("availability", *(f"availability-{part}" for part in ("parts", "zones", "region", "levels")))
TRUST = {
    "CC1": 5,
    "CC2": 3,
    "CC3": 4,
    "CC4": 2,
    "CC5": 3,
    "CC6": 8,
    "CC7": 5,
    "CC8": 1,
    "CC9": 2,
    "A1": 3,
    "C1": 2,
    "PI1": 5,
}
"""How many criteria each series has. Source: AICPA, 2017 Trust Services Criteria."""
ANNEX = {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
"""How many controls each theme has. Source: ISO/IEC 27001:2022, Annex A, Table A.1."""


COMPARED = Path(__file__).parent / "published_controls.csv"
"""What others publish of each control. For ISO, its name: ciso-assistant is iso27001-2022.yaml, version 18 of
2026-01-10, of intuitem/ciso-assistant-community at f990d7b; prowler is iso27001_2022_aws.json of prowler-cloud/prowler
at 3e000fa. For SOC 2, the distinct words of the criterion: comply is TSC-2017.yml of strongdm/comply at aab4849."""
SMALL = {"and", "by", "for", "from", "in", "of", "on", "or", "over", "that", "the", "to"}


def published() -> dict[str, dict[str, str]]:
    """The published text of each control, by its number and source."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with COMPARED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["number"]][row["source"]] = row["published"]
    return dict(found)


def stems(text: str) -> set[str]:
    """The beginnings of the words that carry meaning: `changes` and `changed` have one."""
    return {word[:5] for word in re.findall(r"[a-z]+", text.lower()) if word not in SMALL}


def numbers(framework: str) -> list[str]:
    return [each.number for each in CONTROLS if each.framework == framework]


@pytest.mark.parametrize(("framework", "series"), [(SOC2, TRUST), (ISO, ANNEX)])
def test_each_control_is_there_once(framework: str, series: dict[str, int]) -> None:
    expected = [f"{name}.{number}" for name, many in series.items() for number in range(1, many + 1)]
    assert numbers(framework) == expected


def test_each_control_is_one_that_others_publish() -> None:
    assert {each.number for each in CONTROLS} == set(published())


@pytest.mark.parametrize("control", [each for each in CONTROLS if each.framework == ISO], ids=lambda each: each.number)
def test_a_title_of_iso_is_the_published_name(control: Control) -> None:
    names = published()[control.number]
    assert control.title.lower() in {name.lower() for name in names.values()}, names


@pytest.mark.parametrize("control", [each for each in CONTROLS if each.framework == SOC2], ids=lambda each: each.number)
def test_a_title_of_soc_2_has_the_words_of_its_criterion(control: Control) -> None:
    assert stems(control.title) - stems(published()[control.number]["comply"]) == set()


def test_evidence_is_of_rules_and_registries_that_exist() -> None:
    assert [rule for each in EVIDENCE.values() for rule in each.rules if rule not in RULES] == []
    known = {*REGISTRIES, "changes"}
    assert [name for each in EVIDENCE.values() for name in each.registries if name not in known] == []
    assert {subject for each in CONTROLS for subject in each.subjects} == set(EVIDENCE)


@pytest.mark.slow
def test_every_rule_has_a_result() -> None:
    rows = {str(row["rule"]): row for row in verdicts(built("prod"), PolicySettings()).rows}
    assert set(rows) == set(RULES)
    broken = {each.policy for each in built("prod").verdicts}
    assert {name for name, row in rows.items() if row["result"] != "holds"} == broken


def with_finding(plan: Plan, rule: str) -> Plan:
    (first, *_) = plan.verdicts
    return replace(plan, verdicts=(*plan.verdicts, replace(first, policy=rule, message="a finding", exception=None)))


@pytest.mark.slow
def test_a_finding_is_said_at_each_control_that_the_rule_shows() -> None:
    plan = with_finding(built("prod"), "bucket-encryption")
    found = controls(plan, PolicySettings(), REGISTRIES).rows
    said = {row["number"] for row in found if any("a finding" in str(each) for each in list(row["findings"] or []))}  # type: ignore[arg-type]
    assert said == {each.number for each in CONTROLS if "at-rest" in each.subjects}


@pytest.mark.slow
def test_a_rule_that_is_off_shows_nothing() -> None:
    settings = PolicySettings(levels={"bucket-encryption": Level.DISABLED})
    rows = controls(built("prod"), settings, REGISTRIES).rows
    cryptography = next(row for row in rows if row["number"] == "A.8.24")
    assert "bucket-encryption (not evaluated)" in list(cryptography["rules"] or [])  # type: ignore[arg-type]


@pytest.mark.slow
def test_what_only_an_organization_can_show_is_said() -> None:
    rows = {row["number"]: row for row in controls(built("prod"), PolicySettings(), REGISTRIES).rows}
    assert rows["A.6.1"]["shown"] == ORGANISATIONAL
    assert rows["CC1.1"]["shown"] == ORGANISATIONAL
    assert rows["A.8.24"]["shown"] != ORGANISATIONAL


@pytest.mark.slow
def test_the_set_is_written_with_an_index(tmp_path: Path) -> None:
    root = platform(tmp_path)
    assert main(["test", "--root", str(root), "--today", "2026-11-21"]) == 0
    folder = root / "build" / "test" / "audit"
    names = {*REGISTRIES, *PREDICTED, "verdicts", "controls"}
    assert {path.name for path in folder.iterdir()} == {
        "index.html",
        *(f"{name}.{suffix}" for name in names for suffix in FORMATS),
    }


def test_the_standards_have_as_many_controls_as_are_listed() -> None:
    """ISO/IEC 27001:2022 has 93 controls: 37, 8, 14 and 34. The trust services criteria have 33 common ones."""
    numbers = [each.number for each in CONTROLS]
    counts = {part: sum(number.startswith(f"A.{part}.") for number in numbers) for part in (5, 6, 7, 8)}
    assert counts == {5: 37, 6: 8, 7: 14, 8: 34}
    criteria = Counter(number.partition(".")[0] for number in numbers if not number.startswith("A."))
    assert sum(count for group, count in criteria.items() if group.startswith("CC")) == 33
    assert (criteria["A1"], criteria["C1"], criteria["PI1"]) == (3, 2, 5)
    assert len(set(numbers)) == len(numbers)
