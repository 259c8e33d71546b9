"""The collecting Prometheus: it reads targets, keeps two hours for autoscalers, and sends samples to the workspace.

Autoscalers ask it instead of the workspace: it answers while AWS does not, and its answers cost nothing.
"""

import hashlib
from typing import Any

import pulumi

from ...core.images import pulled
from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, addresses, admit, allow_apis, pods_of, reach
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...facts.versions import PROMETHEUS_IMAGE
from ...serving import keda
from .exporters import Exporter
from .spec import NAMESPACE, MetricsEngine, MetricsPlatformSpec
from .targets import GRAFANA_NAMESPACE, NODE_EXPORTER_PORT, PROMETHEUS_PORT, pod_targets

NAME = "prometheus"
PODS = {"app.kubernetes.io/name": NAME}
URL = f"http://{NAME}.{NAMESPACE}.svc.cluster.local:{PROMETHEUS_PORT}"
"""Where autoscalers ask."""
KUBELET_PORT = 10250
GRAFANA_PODS = {"app.kubernetes.io/name": "grafana"}
_CONFIG_FOLDER = "/etc/prometheus"
_DATA_FOLDER = "/prometheus"
_USER = 65534
_KEPT = "2h"
Manifest = dict[str, Any]


def service_account() -> Manifest:
    """The identity of the pods, at AWS and at the API server."""
    return kubernetes_object("v1", "ServiceAccount", NAME, NAMESPACE)


def cluster_role() -> Manifest:
    """Discovery of nodes and pods, and the metrics of kubelets and controllers. It proxies nothing."""
    rules = [
        {"apiGroups": [""], "resources": ["nodes", "pods"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
        {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
    ]
    return kubernetes_object("rbac.authorization.k8s.io/v1", "ClusterRole", "mlplatform-prometheus", rules=rules)


def cluster_role_binding() -> Manifest:
    """Gives the pods the role."""
    return kubernetes_object(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "mlplatform-prometheus",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "mlplatform-prometheus"},
        subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
    )


def config_map(config: pulumi.Input[str]) -> Manifest:
    """The configuration. It contains no secret."""
    return kubernetes_object("v1", "ConfigMap", NAME, NAMESPACE, data={"prometheus.yml": config})


def service() -> Manifest:
    """Where autoscalers ask. Both pods have the same samples."""
    spec = {
        "type": "ClusterIP",
        "selector": PODS,
        "ports": [{"name": "http", "port": PROMETHEUS_PORT, "targetPort": "http", "protocol": "TCP"}],
    }
    return kubernetes_object("v1", "Service", NAME, NAMESPACE, labels=PODS, spec=spec)


def disruption_budget() -> Manifest:
    """Pods go one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": PODS}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", NAME, NAMESPACE, spec=spec)


def stateful_set(spec: MetricsPlatformSpec, config: pulumi.Input[str]) -> Manifest:
    """The pods. Their names stay, because the workspace tells replicas apart by them."""
    checksum = pulumi.Output.from_input(config).apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])
    pod = {
        "serviceAccountName": NAME,
        **on_system_nodes(),
        # It discovers its targets at the API server.
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "topologySpreadConstraints": spread(PODS),
        "terminationGracePeriodSeconds": 120,
        "containers": [_container(spec)],
        "volumes": [
            {"name": "config", "configMap": {"name": NAME}},
            # Samples are in the workspace; a new pod starts with none.
            {"name": "data", "emptyDir": {"sizeLimit": "8Gi"}},
        ],
    }
    wanted = {
        "replicas": spec.replicas,
        "serviceName": NAME,
        "podManagementPolicy": "Parallel",
        "updateStrategy": {"type": "RollingUpdate"},
        "selector": {"matchLabels": PODS},
        "template": {"metadata": {"labels": PODS, "annotations": {"mlplatform/config": checksum}}, "spec": pod},
    }
    return kubernetes_object("apps/v1", "StatefulSet", NAME, NAMESPACE, labels=PODS, spec=wanted)


def _container(spec: MetricsPlatformSpec) -> Manifest:
    amounts = resources("200m", spec.memory, "2")
    for part in amounts.values():
        part["ephemeral-storage"] = "8Gi"
    return {
        "name": NAME,
        "image": pulled(PROMETHEUS_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "args": [
            f"--config.file={_CONFIG_FOLDER}/prometheus.yml",
            f"--storage.tsdb.path={_DATA_FOLDER}",
            f"--storage.tsdb.retention.time={_KEPT}",
        ],
        "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "ports": [{"name": "http", "containerPort": PROMETHEUS_PORT}],
        "startupProbe": {**_probe("/-/ready"), "failureThreshold": 30},
        "readinessProbe": {**_probe("/-/ready"), "failureThreshold": 3},
        "livenessProbe": {**_probe("/-/healthy"), "failureThreshold": 6},
        "resources": amounts,
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "config", "mountPath": _CONFIG_FOLDER, "readOnly": True},
            {"name": "data", "mountPath": _DATA_FOLDER},
        ],
    }


def _probe(path: str) -> Manifest:
    return {"httpGet": {"path": path, "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5}


def policies(spec: MetricsPlatformSpec, vpc_cidr: pulumi.Input[str], pods: dict[str, str]) -> list[Policy]:
    """What Prometheus reaches, and who asks it. The namespace lets its own pods reach each other."""
    nodes = addresses(vpc_cidr)
    asking = pods_of(keda.NAMESPACE, keda.OPERATOR_PODS)
    autoscaler = admit("allow-keda", NAMESPACE, {}, asking, [PROMETHEUS_PORT])
    shown = admit("allow-grafana", NAMESPACE, {}, pods_of(GRAFANA_NAMESPACE, GRAFANA_PODS), [PROMETHEUS_PORT])
    return [
        reading(spec),
        reach("allow-nodes", NAMESPACE, pods, nodes, [NODE_EXPORTER_PORT, KUBELET_PORT]),
        # AWS and the API server, also for the pods of kube-state-metrics.
        allow_apis(NAMESPACE, {}),
        *([autoscaler] if Exporter.KEDA in spec.exporters else []),
        *([shown] if spec.grafana and spec.engine is MetricsEngine.IN_CLUSTER else []),
    ]


def reading(spec: MetricsPlatformSpec) -> Policy:
    """Lets the namespace reach the ports of the parts that it reads, whose own policies admit the namespace."""
    rules: list[dict[str, Any]] = []
    for target in pod_targets(spec.exporters, spec.model_namespaces):
        opened = target.labels if target.opened is None else target.opened
        peers = [peer for namespace in target.namespaces for peer in pods_of(namespace, opened)]
        rules += reach("", NAMESPACE, {}, peers, [target.port])["spec"]["egress"]
    policy = reach("allow-targets", NAMESPACE, {}, [], [])
    return {**policy, "spec": {**policy["spec"], "egress": rules}}
