"""Rules under Prometheus's own tool."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.programs import path_of


@dataclass(frozen=True, slots=True)
class Scenario:
    """Series, one value a minute, and the alerts that fire at the last minute, each by some of its labels."""

    series: Mapping[str, Sequence[float]]
    firing: Mapping[str, Sequence[Mapping[str, str]]]
    """By the alert's name: the labels of each firing alert, without `alertname`. Empty: it must not fire."""
    some: Sequence[str] = ()
    """The names of alerts that fire with whatever labels."""


def check_rules(folder: Path, files: Mapping[str, str]) -> None:
    """Asserts that `promtool check rules` accepts the files."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    _run("check", "rules", "--lint=all", "--lint-fatal", *(str(folder / f"{name}.yaml") for name in files))


def assert_alerts(folder: Path, rules: str, scenarios: Sequence[Scenario], step: int = 1) -> None:
    """Asserts that `promtool test rules` sees the alerts of each scenario. Annotations are left out.

    Rules are evaluated each `step` minutes.
    """
    (folder / "rules.yaml").write_text(_without_annotations(rules), encoding="utf-8")
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{step}m",
        # promtool's own order is random, and a group may read what another one records.
        "group_eval_order": [group["name"] for group in yaml.safe_load(rules)["groups"]],
        "tests": [_test(each) for each in scenarios],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test), encoding="utf-8")
    _run("test", "rules", str(path))


def assert_values(
    folder: Path, groups: Sequence[Mapping[str, Any]], series: Mapping[str, float], expected: Mapping[str, float]
) -> None:
    """Asserts the values of queries after ten minutes of constant series."""
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": list(groups)}), encoding="utf-8")
    inputs = [{"series": name, "values": f"{value:g}x10"} for name, value in series.items()]
    queries = [
        {"expr": query, "eval_time": "10m", "exp_samples": [{"labels": "{}", "value": value}]}
        for query, value in expected.items()
    ]
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "group_eval_order": [group["name"] for group in groups],
        "tests": [{"interval": "1m", "input_series": inputs, "promql_expr_test": queries}],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test), encoding="utf-8")
    _run("test", "rules", str(path))


def _without_annotations(rules: str) -> str:
    groups = yaml.safe_load(rules)["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        rule.pop("annotations", None)
    return yaml.safe_dump({"groups": groups})


def _test(scenario: Scenario) -> dict[str, Any]:
    last = max(len(values) for values in scenario.series.values()) - 1
    return {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": " ".join(f"{value:g}" for value in values)}
            for name, values in scenario.series.items()
        ],
        "alert_rule_test": [
            {
                "eval_time": f"{last}m",
                "alertname": name,
                "exp_alerts": [{"exp_labels": dict(each)} for each in labels],
            }
            for name, labels in scenario.firing.items()
        ],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) > bool 0',
                "eval_time": f"{last}m",
                "exp_samples": [{"labels": "{}", "value": 1}],
            }
            for name in scenario.some
        ],
    }


def _run(*arguments: str) -> None:
    done = subprocess.run([path_of("promtool"), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
