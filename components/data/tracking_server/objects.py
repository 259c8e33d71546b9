"""The Kubernetes objects of a tracking server, as manifests."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ...core.images import pulled
from ...core.manifest import kubernetes_object
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...facts.versions import MLFLOW_IMAGE
from ..database.ca_bundle import bundle_fetcher, bundle_mount, bundle_volume
from .server import (
    PASSWORD,
    POD_ADDRESS,
    PORT,
    SCRATCH,
    USERNAME,
    database_environment,
    server_arguments,
    server_environment,
    upgrade_arguments,
)
from .spec import TrackingServerSpec

NAMESPACE = "mlflow"
SERVER = "mlflow"
SECRET = "mlflow-database"  # noqa: S105 - a name
SERVICE = f"{SERVER}.{NAMESPACE}.svc.cluster.local"
PODS = {"app.kubernetes.io/name": SERVER}
_USER = 10001
_PORT_NAME = "http"
_PATIENCE_SECONDS = 1800
"""How long a rollout may take; the tables of many runs take long to change."""
Manifest = dict[str, Any]


def service_account() -> Manifest:
    """Whom AWS knows the server by; the Kubernetes API knows nothing of it."""
    return kubernetes_object("v1", "ServiceAccount", SERVER, NAMESPACE, automountServiceAccountToken=False)


def service() -> Manifest:
    """Where clients ask."""
    ports = [{"name": _PORT_NAME, "port": PORT, "targetPort": _PORT_NAME, "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "selector": PODS, "ports": ports}
    return kubernetes_object("v1", "Service", SERVER, NAMESPACE, labels=PODS, spec=spec)


def disruption_budget() -> Manifest:
    """Servers go one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": PODS}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", SERVER, NAMESPACE, spec=spec)


def service_monitor() -> Manifest:
    """Has Prometheus read the servers' metrics."""
    endpoints = [{"port": _PORT_NAME, "path": "/metrics", "interval": "30s"}]
    spec = {"selector": {"matchLabels": PODS}, "endpoints": endpoints}
    return kubernetes_object("monitoring.coreos.com/v1", "ServiceMonitor", SERVER, NAMESPACE, spec=spec)


def deployment(
    spec: TrackingServerSpec, region: str, database_address: pulumi.Input[str], artifacts: pulumi.Input[str]
) -> Manifest:
    """The servers. Before each of them starts, the tables are of its version; `artifacts` is an S3 address."""
    database = _variables(database_environment(database_address)) + _credentials()
    small = resources("20m", "128Mi", "500m")
    pod = {
        "serviceAccountName": SERVER,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        # With them a Service named mlflow would set MLFLOW_PORT, which is an option of the server's.
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "initContainers": [bundle_fetcher(pulled(MLFLOW_IMAGE), region, RESTRICTED, small), _upgrade(region, database)],
        "containers": [_server(spec, region, database, artifacts)],
        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": f"{spec.scratch_gib}Gi"}}, bundle_volume()],
        "topologySpreadConstraints": spread(PODS),
        # An artifact that is under way may end.
        "terminationGracePeriodSeconds": 120,
    }
    wanted = {
        "replicas": spec.replicas,
        "progressDeadlineSeconds": _PATIENCE_SECONDS,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": PODS},
        "template": {"metadata": {"labels": PODS}, "spec": pod},
    }
    return kubernetes_object("apps/v1", "Deployment", SERVER, NAMESPACE, spec=wanted)


def rollout_timeout() -> str:
    """How long a deployment waits for the servers."""
    return f"{_PATIENCE_SECONDS // 60}m"


def _server(spec: TrackingServerSpec, region: str, database: list[Manifest], artifacts: pulumi.Input[str]) -> Manifest:
    amounts = resources(f"{250 * spec.workers}m", f"{512 * (1 + spec.workers)}Mi", str(spec.workers))
    for part in amounts.values():
        part["ephemeral-storage"] = f"{spec.scratch_gib + 1}Gi"
    probe = {"httpGet": {"path": "/health", "port": _PORT_NAME}, "periodSeconds": 10, "timeoutSeconds": 5}
    own_address = {"name": POD_ADDRESS, "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
    return {
        **_container(SERVER, database + _variables(server_environment(region)) + [own_address]),
        "command": server_arguments(SERVICE, artifacts, spec.workers, spec.hosts, spec.monitoring or spec.metrics),
        "ports": [{"name": _PORT_NAME, "containerPort": PORT}],
        "resources": amounts,
        "startupProbe": {**probe, "failureThreshold": 30},
        "readinessProbe": {**probe, "failureThreshold": 2},
        "livenessProbe": {**probe, "failureThreshold": 6},
        # Until the Service has forgotten the pod, requests still come.
        "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
    }


def _upgrade(region: str, database: list[Manifest]) -> Manifest:
    return {
        **_container("tables", database + _variables(server_environment(region))),
        "command": upgrade_arguments(),
        "resources": resources("250m", "512Mi", "1"),
    }


def _container(name: str, variables: list[Manifest]) -> Manifest:
    return {
        "name": name,
        "image": pulled(MLFLOW_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "env": variables,
        "securityContext": RESTRICTED,
        "volumeMounts": [{"name": "scratch", "mountPath": SCRATCH}, bundle_mount()],
    }


def _variables(values: Mapping[str, pulumi.Input[str]]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _credentials() -> list[Manifest]:
    return [{"name": key, "valueFrom": {"secretKeyRef": {"name": SECRET, "key": key}}} for key in (USERNAME, PASSWORD)]
