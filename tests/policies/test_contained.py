"""The objects that lists and manifests contain are judged as if a program created them."""

from pathlib import Path

import pytest

from policies.engine.contained import with_contained
from policies.engine.evaluate import evaluate
from resources.resource import UNKNOWN
from tests.support.policies.cases import context, make

CONFIG_FILE = "kubernetes:yaml/v2:ConfigFile"
PRIVILEGED = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ml}
spec:
  template:
    spec:
      containers: [{name: agent, image: "agent:1.0", securityContext: {privileged: true}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: ml}
"""


def rules_of(file: str) -> set[str]:
    resource = make(CONFIG_FILE, {"file": file}, custom=False)
    return {verdict.policy for verdict in evaluate([resource], context()) if verdict.urn == resource.urn}


def test_objects_in_a_file_of_manifests_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.yaml").write_text(PRIVILEGED, encoding="utf-8")
    found = rules_of("agent.yaml")
    assert {"privileged", "pod-security-labels", "default-deny"} <= found
    assert "manifests-in-sight" not in found


def test_file_that_is_missing_is_out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert rules_of("agent.yaml") == {"manifests-in-sight"}


@pytest.mark.parametrize("text", ["- a", "a: b", "", "kind: Pod"])
def test_file_of_other_yaml_contains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.yaml").write_text(text, encoding="utf-8")
    assert rules_of("agent.yaml") == set()


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


@pytest.mark.parametrize("text", ["{", "kind: [", "!!python/object:os.system {}", "a: &a [*a]", "? [a]\n: b", BOMB])
def test_file_that_nobody_can_read_is_out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.yaml").write_text(text, encoding="utf-8")
    assert rules_of("agent.yaml") == {"manifests-in-sight"}


@pytest.mark.parametrize("value", ["2026-02-30", "=", "2026-11-30"])
def test_value_that_kubernetes_reads_as_text_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    other = f"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: {value}\n  {value}: a\n"
    (tmp_path / "agent.yaml").write_text(PRIVILEGED + other, encoding="utf-8")
    assert "privileged" in rules_of("agent.yaml")


def test_list_is_its_items() -> None:
    items = [{"metadata": {"name": "a"}}, {"apiVersion": "v1", "kind": "Service"}, UNKNOWN]
    found = with_contained(make("kubernetes:core/v1:PodList", {"items": items}))
    assert [(each.type, each.name) for each in found] == [
        ("kubernetes:core/v1:Pod", "a"),
        ("kubernetes:core/v1:Service", "it"),
    ]


def test_list_that_only_the_deployment_knows_stays_as_it_is() -> None:
    (found,) = with_contained(make("kubernetes:core/v1:PodList", {"items": UNKNOWN}))
    assert found.type == "kubernetes:core/v1:PodList"
