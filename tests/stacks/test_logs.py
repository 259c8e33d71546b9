"""What the section `logs` makes of a stack, and what is refused."""

from typing import Any

import pytest

from stacks.log_section import logs_spec
from stacks.metrics import exporters
from stacks.unusual_choices import unusual_choices
from tests.support.planner.plans import Plan, of_type, plan_of
from tests.support.stacks.configs import SECTIONS, STORE, config, read, refusal_of

GROUP = "aws:cloudwatch/logGroup:LogGroup"
COMPLETE: dict[str, Any] = {**SECTIONS, "featureStore": STORE, "logs": {"name": "ml-test"}}


def groups(plan: Plan) -> dict[str, int]:
    found = [each for each in of_type(plan, GROUP) if each.name.startswith("logs-")]
    return {str(each.inputs["name"]).rpartition("/")[2]: int(each.inputs["retentionInDays"]) for each in found}


def test_each_team_has_a_group() -> None:
    assert groups(plan_of("prod")) == {"platform": 90, "search": 90, "risk": 90, "heartbeat": 90}
    assert groups(plan_of("staging")) == {"platform": 30, "search": 30, "risk": 30, "heartbeat": 30}


def test_group_of_a_team_has_its_namespaces_of_models_and_jobs() -> None:
    stack = config()
    assert stack.logs
    found = {group.name: group.namespaces for group in logs_spec(stack.logs, stack).groups}
    assert found == {"risk": ("risk", "risk-jobs"), "search": ("search", "search-jobs")}


def test_group_of_a_team_of_kubeflow_has_its_namespace() -> None:
    stack = config("kubeflow", kubeflow__teams__0__namespaces=["ranking"])
    assert stack.logs
    found = {group.name: group.namespaces for group in logs_spec(stack.logs, stack).groups}
    assert found == {"search": ("ranking",), "risk": ("risk",)}


def test_groups_by_namespace_are_one_each_without_the_excluded() -> None:
    stack = config(logs={"name": "ml-prod", "groupBy": "namespace", "excludedNamespaces": ["risk-jobs"]})
    assert stack.logs
    found = {group.name: group.namespaces for group in logs_spec(stack.logs, stack).groups}
    assert found == {"risk": ("risk",), "search": ("search",), "search-jobs": ("search-jobs",)}


def test_listed_groups_replace_those_of_teams() -> None:
    stack = config(logs={"name": "ml-prod", "groups": [{"name": "all", "namespaces": ["search", "risk"]}]})
    assert stack.logs
    assert [group.name for group in logs_spec(stack.logs, stack).groups] == ["all"]


def test_team_named_platform_shares_the_group_of_the_platform() -> None:
    assert set(groups(plan_of("kubeflow"))) == {"platform", "search", "risk", "heartbeat"}


def test_collectors_are_scraped_where_there_are_logs() -> None:
    assert "fluent-bit" in set(exporters(config()))
    assert "fluent-bit" not in set(exporters(config(logs=None)))


def test_silence_of_collectors_reaches_people() -> None:
    rules = [
        str(each.inputs["alarmRule"])
        for each in of_type(plan_of("prod"), "aws:cloudwatch/compositeAlarm:CompositeAlarm")
    ]
    assert any("ml-prod-logs-silent" in rule for rule in rules)


def test_unsafe_choices_are_listed() -> None:
    section = {
        "name": "ml-prod",
        "redaction": {"enabled": False, "personalData": ["iban"]},
        "deletionProtection": False,
    }
    found = {choice.field for choice in unusual_choices(config(logs=section)) if choice.field.startswith("logs.")}
    assert found == {"logs.redaction.enabled", "logs.redaction.personalData", "logs.deletionProtection"}


@pytest.mark.parametrize("lacking", ["featureStore", "gpuCluster"])
def test_logs_without_a_platform_are_refused(lacking: str) -> None:
    sections = {key: value for key, value in COMPLETE.items() if key not in {lacking, "featureStore"}}
    assert "logs needs" in refusal_of(sections)


def test_logs_of_a_cluster_with_a_store_are_taken() -> None:
    assert read(COMPLETE).logs


def test_listed_groups_are_not_derived_too() -> None:
    logs = {"name": "ml-test", "groups": [{"name": "a", "namespaces": ["b"]}], "groupBy": "namespace"}
    assert "logs.groupBy = 'namespace': logs.groups lists the log groups" in refusal_of({**COMPLETE, "logs": logs})
