"""Every rule against its specification: what passes, what fails, what is absent and what is unknown."""

from collections import defaultdict

import pytest

from policies.engine.registry import RULES
from policies.engine.rule import Rule, Severity
from policies.engine.settings import Level
from tests.policies.cases import (
    buckets,
    caches,
    charts,
    clusters,
    cost,
    databases,
    delivery,
    iam,
    ingress,
    kubernetes,
    pods,
    reliability,
    repositories,
    secrets,
    security,
    users,
)
from tests.policies.cases.case import UNDECIDED, Case, advisory, verdicts

MODULES = (
    buckets,
    caches,
    charts,
    clusters,
    cost,
    databases,
    delivery,
    iam,
    ingress,
    kubernetes,
    pods,
    reliability,
    repositories,
    secrets,
    security,
    users,
)
CASES = [case for module in MODULES for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.kind}")
def test_rule_says_what_its_specification_says(case: Case) -> None:
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
def test_every_rule_is_specified_in_all_four_ways(name: str) -> None:
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in CASES:
        if case.rule == name:
            kinds[case.kind].append(case)
    assert set(kinds) == {"pass", "fail", "absent", "unknown"}
    assert all(not case.found and not case.undecided for case in kinds["pass"])
    assert all(case.found for case in kinds["fail"])


def test_cases_name_only_rules_that_exist() -> None:
    assert {case.rule for case in CASES} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert rule.frameworks
    assert all(framework.name and framework.reference for framework in rule.frameworks)
    assert rule.remediation.endswith(".")
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.level in (Level.MANDATORY, Level.ADVISORY)
    assert isinstance(rule.severity, Severity)
    assert (rule.check is None) != (rule.check_stack is None)
    assert rule.check or not rule.types
