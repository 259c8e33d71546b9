"""The collectors' Kubernetes objects, as manifests."""

import hashlib
from typing import Any

from ...core.images import pulled
from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, admit, allow_apis, allow_metrics, pods_of, reach
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...facts.versions import COLLECTOR_IMAGE
from .pipelines import HEALTH_PORT, SAMPLER
from .spec import COLLECTOR, GRPC_PORT, HTTP_PORT, METRICS_PORT, NAMESPACE, TracingSpec
from .tempo_spec import TEMPO_NAMESPACE, TEMPO_PODS

PODS = {"app.kubernetes.io/part-of": "traces"}
"""The label of the pods of both layers, whose metrics are read."""
FRONT_PODS = {"app.kubernetes.io/name": "trace-collector"}
SAMPLER_PODS = {"app.kubernetes.io/name": "trace-sampler"}
_CONFIG_FOLDER = "/etc/otelcol"
_USER = 10001
"""The user of the image. Source: opentelemetry-collector-releases, distributions/otelcol-contrib/Dockerfile."""
_CPU = "100m"
Manifest = dict[str, Any]


def labels(layer: str) -> dict[str, str]:
    """The labels that select the pods of a layer."""
    return FRONT_PODS if layer == COLLECTOR else SAMPLER_PODS


def service_account(layer: str) -> Manifest:
    """The identity at AWS. It has no Kubernetes API access."""
    return kubernetes_object("v1", "ServiceAccount", layer, NAMESPACE, automountServiceAccountToken=False)


def config_map(layer: str, config: str) -> Manifest:
    """The configuration. It contains no secret."""
    return kubernetes_object("v1", "ConfigMap", layer, NAMESPACE, data={"config.yaml": config})


def service(layer: str) -> Manifest:
    """Where spans are sent. Names of the second layer lead to each of its pods, because the first layer chooses one.

    Istio learns from the name of a port that it carries gRPC.
    """
    ports = [{"name": "grpc-otlp", "port": GRPC_PORT, "targetPort": GRPC_PORT, "protocol": "TCP"}]
    if layer == COLLECTOR:
        ports.append({"name": "http-otlp", "port": HTTP_PORT, "targetPort": HTTP_PORT, "protocol": "TCP"})
    spec: Manifest = {"type": "ClusterIP", "selector": labels(layer), "ports": ports}
    if layer == SAMPLER:
        spec["clusterIP"] = "None"
    return kubernetes_object("v1", "Service", layer, NAMESPACE, labels=labels(layer), spec=spec)


def disruption_budget(layer: str) -> Manifest:
    """Pods go one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(layer)}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", layer, NAMESPACE, spec=spec)


def deployment(layer: str, spec: TracingSpec, config: str) -> Manifest:
    """The pods of a layer. A pod that ends decides about the traces that wait in it."""
    selected = labels(layer)
    pod = {
        "serviceAccountName": layer,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "topologySpreadConstraints": spread(selected),
        "terminationGracePeriodSeconds": spec.sampling.decision_seconds + 30,
        "containers": [_container(spec)],
        "volumes": [{"name": "config", "configMap": {"name": layer}}],
    }
    checksum = hashlib.sha256(config.encode()).hexdigest()[:16]
    wanted = {
        "replicas": spec.replicas,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": selected},
        "template": {
            "metadata": {"labels": {**PODS, **selected}, "annotations": {"mlplatform/config": checksum}},
            "spec": pod,
        },
    }
    return kubernetes_object("apps/v1", "Deployment", layer, NAMESPACE, labels=selected, spec=wanted)


def _container(spec: TracingSpec) -> Manifest:
    probe = {"httpGet": {"path": "/", "port": HEALTH_PORT}, "periodSeconds": 10, "timeoutSeconds": 5}
    amounts = resources(_CPU, spec.memory, "1")
    for part in amounts.values():
        part["ephemeral-storage"] = "256Mi"
    return {
        "name": "collector",
        "image": pulled(COLLECTOR_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "args": [f"--config={_CONFIG_FOLDER}/config.yaml"],
        "env": [
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            # Go gives memory back before the container's limit is reached.
            {"name": "GOMEMLIMIT", "value": f"{spec.mebibytes * 80 // 100}MiB"},
        ],
        "ports": [
            {"name": "grpc-otlp", "containerPort": GRPC_PORT},
            {"name": "http-otlp", "containerPort": HTTP_PORT},
            {"name": "metrics", "containerPort": METRICS_PORT},
        ],
        "startupProbe": {**probe, "failureThreshold": 12},
        "readinessProbe": {**probe, "failureThreshold": 3},
        "livenessProbe": {**probe, "failureThreshold": 6},
        "resources": amounts,
        "securityContext": RESTRICTED,
        "volumeMounts": [{"name": "config", "mountPath": _CONFIG_FOLDER, "readOnly": True}],
    }


def policies(spec: TracingSpec) -> list[Policy]:
    """Who sends spans, who reads metrics, and that the deciding layer reaches AWS. The layers reach each other."""
    clients = [peer for each in spec.client_namespaces for peer in pods_of(each)]
    sending = [admit("allow-clients", NAMESPACE, FRONT_PODS, clients, [GRPC_PORT, HTTP_PORT])] if clients else []
    return [
        *sending,
        allow_metrics(NAMESPACE, PODS, METRICS_PORT, spec.monitoring_namespace),
        _to_store(spec, SAMPLER_PODS if spec.layered else FRONT_PODS),
    ]


def _to_store(spec: TracingSpec, deciding: dict[str, str]) -> Policy:
    """Lets the deciding layer reach AWS or another address with HTTPS, or a store in the cluster."""
    if not (spec.store_url and spec.store_url.startswith("http://")):
        return allow_apis(NAMESPACE, deciding)
    host, _, port = spec.store_url.removeprefix("http://").partition("/")[0].partition(":")
    target = pods_of(TEMPO_NAMESPACE, TEMPO_PODS) if spec.tempo else pods_of(host.split(".")[1])
    return reach("allow-store", NAMESPACE, deciding, target, [int(port)])


def to_collector(client: str) -> Policy:
    """Lets the pods of a client namespace send spans. It selects pods, as `clients_reach` explains."""
    return reach(f"allow-to-{NAMESPACE}", client, {}, pods_of(NAMESPACE, FRONT_PODS), [GRPC_PORT, HTTP_PORT])
