"""Kustomize directories and charts beside the program are rendered, and what they create is judged."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.engine.evaluate import evaluate
from policies.engine.rendering import Rendering, rendering_of
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import context, make
from tests.support.programs import needs, path_of

DIRECTORY = "kubernetes:kustomize/v2:Directory"
CHART = "kubernetes:helm.sh/v4:Chart"
RELEASE = "kubernetes:helm.sh/v3:Release"
AGENT = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: agent, image: "quay.io/acme/agent:1.0", securityContext: {privileged: true}}]
"""
ADMINISTRATORS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "{{ .Release.Name }}"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: "{{ .Values.kind }}", ports: [{port: 80}]}
"""

RENDER_AND_MEASURE = f"""
import resource
from policies.engine.rendering import rendering_of
from tests.support.policies.cases import make
print(rendering_of(make({CHART!r}, {{"chart": "web"}}, custom=False)).problem)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A program of its own, since a process knows only the largest of all the children that it ever had."""

Folder = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Writes files below the program's folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    return write


def component(type_: str, **inputs: Any) -> Resource:
    return make(type_, inputs, custom=type_ == RELEASE)


def rules_of(resource: Resource) -> set[str]:
    return {verdict.policy for verdict in evaluate([resource], context()) if verdict.level == "mandatory"}


def problem_of(resource: Resource) -> str:
    """Why a component is out of sight, in its verdict."""
    (verdict,) = (each for each in evaluate([resource], context()) if each.policy == "manifests-in-sight")
    assert verdict.level == "mandatory"
    return verdict.message


@needs("kustomize")
def test_objects_of_a_kustomization_and_its_bases_are_judged(write: Folder) -> None:
    write("base/agent.yaml", AGENT)
    write("base/kustomization.yaml", "resources: [agent.yaml]")
    write("overlay/kustomization.yaml", "resources: [../base]\nnamePrefix: gpu-\n")
    found = rules_of(component(DIRECTORY, directory="overlay"))
    assert "privileged" in found
    assert "manifests-in-sight" not in found


@needs("helm")
@pytest.mark.parametrize("type_", [CHART, RELEASE, "kubernetes:helm.sh/v3:Chart"])
def test_objects_of_a_chart_in_a_folder_are_judged(write: Folder, type_: str) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    write("web/values.yaml", "kind: ClusterIP\n")
    write("web/templates/all.yaml", ADMINISTRATORS)
    closed = rules_of(component(type_, chart="./web", name="web"))
    opened = rules_of(component(type_, chart="./web", name="web", values={"kind": "LoadBalancer", "password": SECRET}))
    assert any(rule.startswith("rbac") for rule in closed)
    assert opened - closed == {"service-exposure"}
    assert "manifests-in-sight" not in opened


@needs("helm")
def test_rendered_objects_are_in_the_namespace_of_their_chart(write: Folder) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    write("web/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    write("web/templates/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: own}\n")
    found = rendering_of(component(CHART, chart="web", namespace="serving")).objects
    assert sorted((each["metadata"]["name"], each["metadata"]["namespace"]) for each in found) == [
        ("a", "serving"),
        ("b", "own"),
    ]


@pytest.mark.parametrize(
    ("kustomization", "why"),
    [
        (
            'resources: ["https://github.com/acme/app?ref=v1"]',
            "names https://github.com/acme/app?ref=v1, which the plan",
        ),
        ('resources: ["github.com/acme/app?ref=v1"]', "names github.com/acme/app?ref=v1, which is not there"),
        ('configMapGenerator: [{name: a, files: ["https://acme.example/a"]}]', "names https://acme.example/a, which"),
        ("resources: [../base]", "needs a plugin"),
        ("patches: [{path: none.yaml}]", "kustomize does not render it"),
    ],
)
@needs("kustomize")
def test_kustomization_that_would_fetch_or_run_stays_out_of_sight(write: Folder, kustomization: str, why: str) -> None:
    write("base/kustomization.yaml", "helmCharts: [{name: redis, repo: https://charts.example, version: 1.0.0}]")
    write("app/kustomization.yaml", kustomization)
    message = problem_of(component(DIRECTORY, directory="app"))
    assert "creates what is in app, which no rule sees here" in message
    assert why in message


@needs("helm")
@pytest.mark.parametrize("type_", [CHART, RELEASE])
def test_chart_with_a_dependency_of_a_repository_stays_out_of_sight(write: Folder, type_: str) -> None:
    dependency = "dependencies: [{name: redis, version: 1.0.0, repository: https://charts.example}]"
    write("web/Chart.yaml", f"apiVersion: v2\nname: web\nversion: 0.1.0\n{dependency}\n")
    assert "helm does not render it" in problem_of(component(type_, chart="web"))


@pytest.mark.parametrize("type_", [CHART, RELEASE])
@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"values": {"image": {"tag": UNKNOWN}}}, "its values are known only after the deployment"),
        ({"postRenderer": {"command": "/bin/sh"}}, "postRenderer changes the chart outside of the plan"),
        ({"postrender": "/bin/sh"}, "postrender changes the chart outside of the plan"),
        ({"valueYamlFiles": ["values.yaml"]}, "valueYamlFiles changes the chart"),
    ],
)
def test_chart_whose_objects_the_plan_cannot_know_stays_out_of_sight(
    write: Folder, type_: str, inputs: dict[str, Any], why: str
) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    assert why in problem_of(component(type_, chart="web", **inputs))


def test_release_of_a_repository_is_judged_by_its_values_and_a_rendered_chart_by_its_objects(write: Folder) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    remote: dict[str, Any] = {"repositoryOpts": {"repo": "https://charts.example"}, "version": "1.0.0"}
    assert "it is no folder beside the program" in problem_of(component(CHART, chart="web", **remote))
    assert "manifests-in-sight" not in rules_of(component(RELEASE, chart="web", **remote))


@pytest.mark.parametrize(
    ("type_", "field", "tool"),
    [(DIRECTORY, "directory", "kustomize"), (CHART, "chart", "helm"), (RELEASE, "chart", "helm")],
)
def test_missing_tool_is_named_with_the_remedy(
    write: Folder, monkeypatch: pytest.MonkeyPatch, type_: str, field: str, tool: str
) -> None:
    write("app/kustomization.yaml", "namePrefix: x")
    monkeypatch.setenv("PATH", "")
    assert f"{tool} is not on PATH; install it" in problem_of(component(type_, **{field: "app"}))


def test_tools_get_no_option_of_a_stack_and_no_variable(write: Folder, tmp_path: Path, monkeypatch: Any) -> None:
    spy = f'#!/bin/sh\n{path_of("env")} > {tmp_path}/environment\necho "$@" > {tmp_path}/arguments\n'
    write("bin/helm", spy)
    (tmp_path / "bin" / "helm").chmod(0o755)
    write("app/Chart.yaml", "name: app")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    found = rendering_of(component(CHART, chart="app", name="--post-renderer=/bin/sh", namespace="-a"))
    assert found == Rendering()
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").split()
    assert arguments[:6] == ["template", "release", str(tmp_path / "app"), "--namespace", "default", "--values"]
    environment = (tmp_path / "environment").read_text(encoding="utf-8")
    assert "AWS_" not in environment
    assert "HTTPS_PROXY=http://127.0.0.1:9" in environment


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a running process")
@needs("helm")
def test_chart_with_a_loop_without_end_stays_out_of_sight(write: Folder, tmp_path: Path) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    line = "x" * 1000
    loops = "{{ range until 100000 }}{{ range until 100000 }}" + f"a: {line}\n" + "{{ end }}{{ end }}"
    write("web/templates/loop.yaml", loops)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    found = subprocess.run(
        [sys.executable, "-c", RENDER_AND_MEASURE],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    problem, _, kibibytes = found.stdout.strip().rpartition("\n")
    assert "helm does not render it" in problem
    assert int(kibibytes) < 1_500_000


@needs("helm")
def test_chart_that_renders_no_yaml_stays_out_of_sight(write: Folder) -> None:
    write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")
    write("web/templates/it.yaml", ADMINISTRATORS + "---\n? [a]\n: b\n")
    assert "helm" in problem_of(component(CHART, chart="web", values={"kind": "ClusterIP"}))


@needs("kustomize")
def test_kustomization_that_is_no_yaml_stays_out_of_sight(write: Folder) -> None:
    write("app/kustomization.yaml", "resources: [")
    assert "kustomization.yaml is not YAML" in problem_of(component(DIRECTORY, directory="app"))
