"""The Kubernetes objects of a feature server, as manifests."""

from typing import Any

import pulumi

from ...core.images import pulled
from ...core.instrumentation import instrumented
from ...core.manifest import kubernetes_object
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...facts.versions import FEATURE_SERVER_IMAGE
from ..database.ca_bundle import bundle_fetcher, bundle_mount, bundle_volume
from .feast import CONFIG_FILE
from .spec import FeatureServerSpec

NAMESPACE = "feast"
SERVER = "feature-server"
MATERIALIZATION = "feature-materialization"
SECRETS = ("feast-registry", "feast-online-store")
CONFIG_MAP = "feast"
PORT = 6566
METRICS_PORT = 8000
_NAME = "app.kubernetes.io/name"
SERVER_PODS = {_NAME: SERVER}
MATERIALIZATION_PODS = {_NAME: MATERIALIZATION}
CONFIG_FOLDER = "/etc/feast"
_USER = 1001
Manifest = dict[str, Any]


def config_map(config: pulumi.Input[str]) -> Manifest:
    """Feast's configuration. It contains no secret."""
    return kubernetes_object("v1", "ConfigMap", CONFIG_MAP, NAMESPACE, data={CONFIG_FILE: config})


def service_account(name: str) -> Manifest:
    """An account that the Kubernetes API knows nothing of."""
    return kubernetes_object("v1", "ServiceAccount", name, NAMESPACE, automountServiceAccountToken=False)


def service() -> Manifest:
    """Where clients ask for features."""
    ports = [{"name": "http", "port": PORT, "targetPort": "http", "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "selector": SERVER_PODS, "ports": ports}
    return kubernetes_object("v1", "Service", SERVER, NAMESPACE, spec=spec)


def disruption_budget() -> Manifest:
    """Servers go one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": SERVER_PODS}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", SERVER, NAMESPACE, spec=spec)


def autoscaler(spec: FeatureServerSpec) -> Manifest:
    """More servers while those that are there are busy."""
    target = {"type": "Utilization", "averageUtilization": 70}
    scaled = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": SERVER},
        "minReplicas": spec.minimum,
        "maxReplicas": spec.maximum,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }
    return kubernetes_object("autoscaling/v2", "HorizontalPodAutoscaler", SERVER, NAMESPACE, spec=scaled)


def deployment(spec: FeatureServerSpec, region: str, config_hash: pulumi.Input[str]) -> Manifest:
    """The servers. They are made anew when `config_hash` changes, and ready once the registry has answered them."""
    pod = _pod(SERVER, region, [_server(spec)])
    if spec.instrumentation_image and spec.trace_collector:
        pod = instrumented(pod, spec.instrumentation_image, spec.trace_collector, RESTRICTED)
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    wanted = {
        "replicas": spec.minimum,
        "strategy": rolling,
        "selector": {"matchLabels": SERVER_PODS},
        "template": {
            "metadata": {"labels": SERVER_PODS, "annotations": {"mlplatform/config": config_hash}},
            "spec": {**pod, "topologySpreadConstraints": spread(SERVER_PODS), "terminationGracePeriodSeconds": 60},
        },
    }
    return kubernetes_object("apps/v1", "Deployment", SERVER, NAMESPACE, spec=wanted)


def cron_job(spec: FeatureServerSpec, region: str) -> Manifest:
    """Copies what is new of offline features to the online store: one run at a time, ended at its deadline.

    It applies no definitions: those are the teams' own.
    """
    wanted = spec.materialization
    pod = {**_pod(MATERIALIZATION, region, [_materializer(spec)]), "restartPolicy": "Never"}
    # A run that is moved begins again.
    annotations = {
        "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
        "karpenter.sh/do-not-disrupt": "true",
    }
    job = {
        "backoffLimit": 2,
        "activeDeadlineSeconds": wanted.deadline_minutes * 60,
        "ttlSecondsAfterFinished": 86400,
        "template": {"metadata": {"labels": MATERIALIZATION_PODS, "annotations": annotations}, "spec": pod},
    }
    scheduled = {
        "schedule": wanted.schedule,
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": job},
    }
    return kubernetes_object("batch/v1", "CronJob", MATERIALIZATION, NAMESPACE, spec=scheduled)


def _server(spec: FeatureServerSpec) -> Manifest:
    options = {
        "--host": "0.0.0.0",  # noqa: S104 - a pod's own address isn't known before
        "--port": PORT,
        "--workers": spec.workers,
        # By default a worker ends after a thousand requests, which are seconds here.
        "--max-requests": 100_000,
        "--max-requests-jitter": 10_000,
    }
    arguments = [str(word) for option in options.items() for word in option]
    probe = {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5}
    return {
        **_container(SERVER, spec.cpu, spec.memory),
        "command": ["feast", "--chdir", CONFIG_FOLDER, "serve", *arguments, "--no-access-log", "--metrics"],
        "ports": [{"name": "http", "containerPort": PORT}, {"name": "metrics", "containerPort": METRICS_PORT}],
        "startupProbe": {**probe, "failureThreshold": 30},
        "readinessProbe": {**probe, "failureThreshold": 2},
        "livenessProbe": {**probe, "failureThreshold": 6},
        # Until the Service has forgotten the pod, requests still come.
        "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
    }


def _materializer(spec: FeatureServerSpec) -> Manifest:
    wanted = spec.materialization
    views = "".join(f" --views {view}" for view in wanted.views)
    script = f'exec feast --chdir {CONFIG_FOLDER} materialize-incremental "$(date -u +%Y-%m-%dT%H:%M:%S)"{views}'
    return {**_container(MATERIALIZATION, wanted.cpu, wanted.memory), "command": ["sh", "-c", script]}


def _container(name: str, cpu: str, memory: str) -> Manifest:
    return {
        "name": name,
        "image": pulled(FEATURE_SERVER_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "envFrom": [{"secretRef": {"name": secret}} for secret in SECRETS],
        "env": [{"name": "FEAST_USAGE", "value": "False"}, {"name": "HOME", "value": "/tmp"}],  # noqa: S108 - a volume
        "resources": resources(cpu, memory, cpu),
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - a volume of its own
            bundle_mount(),
        ],
    }


def _pod(account: str, region: str, containers: list[Manifest]) -> Manifest:
    small = resources("20m", "128Mi", "500m")
    return {
        "serviceAccountName": account,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "initContainers": [bundle_fetcher(pulled(FEATURE_SERVER_IMAGE), region, RESTRICTED, small)],
        "containers": containers,
        "volumes": [
            {"name": "config", "configMap": {"name": CONFIG_MAP}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "10Gi"}},
            bundle_volume(),
        ],
    }
