"""Prometheus reaches what it reads of Kubeflow, and the mesh answers it there alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from components.kubeflow.waves import WAVES
from components.observability.metrics.kubeflow_targets import KUBEFLOW_TARGETS
from components.observability.metrics.pod_target import PodTarget
from tests.support.deploy.overlays import SETTINGS, Object, containers, delivered, without_kustomize

targets = pytest.mark.parametrize("target", KUBEFLOW_TARGETS, ids=lambda target: target.job)
INJECTED = {"kubeflow", "kubeflow-system"}
"""The namespaces whose pods get a sidecar of the mesh, unless their label refuses it."""


def everything() -> Iterator[Object]:
    return (each for wave in WAVES for each in delivered(wave.name))


def pods_of(target: PodTarget) -> list[Object]:
    """The pod templates that the target's labels select."""
    return [
        each["spec"]["template"]
        for each in everything()
        if each["kind"] in {"Deployment", "DaemonSet"}
        and each["metadata"]["namespace"] in target.namespaces
        and target.labels.items() <= each["spec"]["template"]["metadata"]["labels"].items()
    ]


def selected(kind: str, target: PodTarget) -> list[dict[str, Any]]:
    """The specs of policies for exactly the target's labels."""
    name = "podSelector" if kind == "NetworkPolicy" else "selector"
    return [
        each["spec"]
        for each in everything()
        if each["kind"] == kind
        and each["metadata"]["namespace"] in target.namespaces
        and each["spec"].get(name, {}).get("matchLabels") == target.labels
    ]


@without_kustomize
@targets
def test_one_workload_of_the_waves_is_read(target: PodTarget) -> None:
    assert len(pods_of(target)) == 1


@without_kustomize
@targets
def test_the_monitoring_namespace_may_read_its_port(target: PodTarget) -> None:
    source = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": SETTINGS["monitoringNamespace"]}}}
    rule = {"from": [source], "ports": [{"protocol": "TCP", "port": target.port}]}
    assert [spec for spec in selected("NetworkPolicy", target) if rule in spec["ingress"]]


@without_kustomize
@targets
def test_a_sidecar_lets_requests_to_the_port_through(target: PodTarget) -> None:
    [pod] = pods_of(target)
    injected = target.namespaces[0] in INJECTED and pod["metadata"]["labels"].get("sidecar.istio.io/inject") != "false"
    opened = [
        rule
        for spec in selected("AuthorizationPolicy", target)
        for rule in spec.get("rules", [])
        if rule == {"to": [{"operation": {"ports": [str(target.port)]}}]}
    ]
    # The server of pipelines takes its own requests without a user's header at the same port, by upstream's policy.
    assert len(opened) == (1 if injected and target.job != "kubeflow-pipelines" else 0)


@without_kustomize
def test_metrics_of_profiles_are_on() -> None:
    [pod] = [pod for target in KUBEFLOW_TARGETS if target.job == "kubeflow-profiles" for pod in pods_of(target)]
    [manager] = [
        each for each in containers({"kind": "Deployment", "spec": {"template": pod}}) if each["name"] == "manager"
    ]
    assert "--metrics-bind-address=:8080" in manager["args"]


@without_kustomize
def test_the_workflow_controller_answers_without_tls() -> None:
    [found] = [
        each
        for each in delivered("pipelines")
        if each["kind"] == "ConfigMap" and each["metadata"]["name"] == "workflow-controller-configmap"
    ]
    [target] = [each for each in KUBEFLOW_TARGETS if each.job == "kubeflow-workflows"]
    assert (found["data"]["metricsConfig"].strip() == "secure: false") != target.secured
