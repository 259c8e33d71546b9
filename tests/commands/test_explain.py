"""`python -m stacks explain`: rules, fields and resources by their names, and the nearest names."""

import json
from pathlib import Path

import pytest

from commands.explain import main
from planner.stackfile import read_stack_file
from policies.engine.registry import RULES
from stacks.config import StackConfig
from tests.support.planner.plans import built

ROOT = Path(__file__).parents[2]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, name)
    rule = RULES[name]
    assert f"severity {rule.severity}, {rule.level}" in text
    for part in (rule.title, rule.remediation, *map(str, rule.frameworks)):
        assert " ".join(part.split()) in text


@pytest.mark.parametrize("name", [field.alias or key for key, field in StackConfig.model_fields.items()])
def test_every_section_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    key = f"mlplatform:{name}"
    # Where plans were made, a resource of the same name tells its section by the key.
    assert said(capsys, name).replace(key, name) == said(capsys, key).replace(key, name)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("permissionSets.sets", ["1 or more items", "4 or fewer items"]),
        ("modelServing.models.name", ["46 or fewer characters"]),
        ("gpuCluster.nodePools[0].minimum", ["whole number", "none: it is required", "at least 0", "at most 450"]),
        ("environment.kind", ["one of development, staging, production"]),
        ("environment.account", ["text", "matches ^[0-9]{12}$", "12 digits in quotes"]),
        ("network.nat", ['default "per-zone"']),
        ("policies.worldOpenPorts", ["a list; each: whole number", "default [80, 443]"]),
        ("policies.levels", ["a mapping of names; each: one of mandatory, advisory, disabled", "example"]),
    ],
)
def test_field_has_type_default_and_limits(path: str, parts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, path)
    assert all(part in text for part in parts), text


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("kms-rotatio", "kms-rotation"),
        ("serving.domain", "modelServing.domain"),
        ("gpuCluster.nodePool", "gpuCluster.nodePools"),
        ("gpu_cluster.nodePools.minimun", "gpuCluster.nodePools.minimum"),
    ],
)
def test_unknown_name_gets_the_nearest_ones(given: str, nearest: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([given]) == 2
    error = capsys.readouterr().err
    assert given in error
    assert f"  {nearest}\n" in error


@pytest.mark.parametrize(
    ("name", "severity"), [("unused-exception", "low, advisory"), ("expired-exception", "high, mandatory")]
)
def test_verdict_on_exceptions_is_explained(name: str, severity: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, name)
    assert f"severity {severity}" in text
    assert "policies/exceptions.yaml" in text


def test_unknown_stack_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", "--stack", "nope"]) == 2
    assert "--stack = nope: no such stack; write kubeflow, prod, staging" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["kubeflow", "prod", "staging"])
def test_resource_says_which_section_made_it(stack: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = built(stack)
    plan.write(project / "build" / stack / "plan.json")
    sections = set(read_stack_file(ROOT, stack).config)
    several = {"secrets"}
    [top] = [each.urn for each in plan.resources if each.type == "pulumi:pulumi:Stack"]
    for resource in plan.resources:
        if resource.parent == top and resource.name not in several:
            text = said(capsys, resource.name, "--stack", stack)
            section = text.partition(" config ")[2].partition(" ")[0]
            assert section in sections, resource.name


@pytest.mark.slow
def test_resource_has_its_component_cost_and_findings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = built("staging")
    plan.write(project / "build" / "staging" / "plan.json")
    document = json.loads((project / "build" / "staging" / "plan.json").read_text(encoding="utf-8"))
    text = said(capsys, "gpu-cluster-gpu-software-dcgm-exporter")
    assert "of stack staging" in text
    assert "component gpu-cluster-gpu-software in gpu-cluster" in text
    assert "config mlplatform:gpuCluster" in text
    assert "capabilities" in text
    assert "accepted: The profiling metrics" in text
    network = said(capsys, "network", "--stack", "staging")
    own = sum(each["monthly"] for each in document["cost"]["lines"] if each["component"] == "network")
    assert f"cost {own:,.2f} USD a month" in network
    dearest = round(max(each["monthly"] for each in document["cost"]["lines"] if each["component"] == "network"), 2)
    assert f"USD a month {dearest:,.2f} " in network
