"""Every rule against its cases: what passes, what fails, what is absent and what is unknown."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import cast

import pytest

import policies
from policies.engine.registry import RULES
from policies.engine.rule import About, Area, Framework, Rule, Severity, rule
from policies.engine.settings import Level
from policies.engine.stack import Stack
from tests.support.policies.cases import UNDECIDED, Case, advisory, context_of, verdicts
from tests.support.policies.every_case import CASES, CASES_BY_MODULE

MODULES = Path(policies.__path__[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.kind}")
def test_rule_says_what_its_case_expects(case: Case) -> None:
    said = verdicts(case)
    decided = [verdict for verdict in said if not verdict.message.startswith(UNDECIDED)]
    undecided = [verdict for verdict in said if verdict.message.startswith(UNDECIDED)]
    for verdicts_of_kind, expected in ((decided, case.found), (undecided, case.undecided)):
        assert len(verdicts_of_kind) == len(expected), [verdict.message for verdict in said]
        for text in expected:
            assert any(text in verdict.message for verdict in verdicts_of_kind), [one.message for one in said]
    assert all(advisory(verdict) for verdict in undecided)
    assert all(verdict.level == RULES[case.rule].level for verdict in decided)


@pytest.mark.parametrize("name", RULES)
def test_rule_has_cases_of_all_four_kinds(name: str) -> None:
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in CASES:
        if case.rule == name:
            kinds[case.kind].append(case)
    assert set(kinds) == {"pass", "fail", "absent", "unknown"}
    assert all(not case.found and not case.undecided for case in kinds["pass"])
    assert all(case.found for case in kinds["fail"])


@pytest.mark.parametrize("module", CASES_BY_MODULE)
def test_cases_are_in_the_file_named_as_their_rules_module(module: str) -> None:
    source = (MODULES / f"{module}.py").read_text(encoding="utf-8")
    assert [case.rule for case in CASES_BY_MODULE[module] if f'"{case.rule}"' not in source] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert rule.frameworks
    assert all(framework.name and framework.reference for framework in rule.frameworks)
    assert rule.remediation.endswith(".")
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.level in (Level.MANDATORY, Level.ADVISORY)
    assert (rule.check is None) != (rule.check_stack is None)


ABOUT: About = {
    "area": Area.COST,
    "severity": Severity.LOW,
    "level": Level.ADVISORY,
    "frameworks": [Framework("FinOps Framework", "Budgeting")],
    "remediation": "Do it.",
}


def test_rule_with_a_taken_name_is_refused() -> None:
    taken = next(iter(RULES))
    with pytest.raises(ValueError, match=f"two rules have the name {taken}; rename one"):
        rule(taken, "It holds", "aws:s3/bucket:Bucket", **ABOUT)(lambda resource, stack: ())


def test_rule_that_needs_the_stack_without_types_is_refused() -> None:
    with pytest.raises(ValueError, match="the rule new needs the stack and names no types; name them"):
        rule("new", "It holds", needs_stack=True, **ABOUT)


def test_no_module_has_the_name_of_one_of_python() -> None:
    # The engine starts the folder of rules as a program, so that its modules hide those of Python.
    assert {path.stem for path in MODULES.glob("*.py")} & sys.stdlib_module_names == set()


class _SeenBySingleResources:
    """What a rule without `needs_stack` may read. The engine hands it nothing else; a warm plan keeps what it said."""

    def __init__(self, stack: Stack):
        self.settings, self.environment, self.context = stack.settings, stack.environment, self
        self.today = stack.context.today
        self.provider, self.once_for = stack.provider, stack.once_for


def test_rules_of_single_resources_read_nothing_else_of_the_stack() -> None:
    judged = set[str]()
    for case in CASES:
        judging, stack = RULES[case.rule], Stack(case.resources, context_of(case))
        seen = cast(Stack, _SeenBySingleResources(stack))
        for resource in case.resources:
            if judging.judges(resource.type):
                assert judging.judge(resource, seen) == judging.judge(resource, stack)
                judged.add(judging.name)
    assert judged == {each.name for each in RULES.values() if each.check}
