"""The Kubernetes objects of ModelQuality, as manifests."""

from typing import Any

import pulumi

from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, admit, allow_apis, allow_metrics, pods_of, reach
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...data.tracking_server.objects import NAMESPACE as TRACKING_NAMESPACE
from ...data.tracking_server.objects import PODS as TRACKING_PODS
from ...data.tracking_server.server import PORT as TRACKING_PORT
from ...serving.serving_platform import names
from .spec import COLLECTOR_CPU, COLLECTOR_MEMORY, ModelQualitySpec, MonitoredModelSpec, job_name

NAMESPACE = names.PREDICTION_LOG_NAMESPACE
COLLECTOR, JOB = "prediction-log", "model-quality"
"""The service accounts, and the names of the Deployment and its Service."""
COLLECTOR_PODS = names.PREDICTION_LOG_PODS
JOB_PODS = {"app.kubernetes.io/name": JOB}
CONFIG_MAP, CONFIG_FILE, CONFIG_FOLDER = "model-quality", "settings.json", "/etc/model-quality"
_USER = 65532
_DEADLINE_SECONDS = 3600
_WRONG_SETTINGS, _WRONG_REFERENCE = 2, 3
"""Exit codes of the job that a new attempt does not help."""
_PORT_NAME = "http"
Manifest = dict[str, Any]


def policies(spec: ModelQualitySpec, *, tracking: bool) -> list[Policy]:
    """Models send events, the monitoring reads metrics, and both programs reach S3; the job reaches MLflow."""
    models = [
        peer
        for namespace, name in sorted({(each.namespace, each.name) for each in spec.models})
        for peer in pods_of(namespace, {names.MODEL_LABEL: name})
    ]
    port = names.PREDICTION_LOG_PORT
    found = [
        admit("allow-models", NAMESPACE, COLLECTOR_PODS, models, [port]),
        allow_metrics(NAMESPACE, COLLECTOR_PODS, port, spec.monitoring_namespace),
        allow_apis(NAMESPACE, {}),
    ]
    if tracking:
        mlflow = pods_of(TRACKING_NAMESPACE, TRACKING_PODS)
        found.append(reach("allow-tracking", NAMESPACE, JOB_PODS, mlflow, [TRACKING_PORT]))
    return found


def tracking_policy() -> Policy:
    """Lets the job in at MLflow, in MLflow's namespace."""
    jobs = pods_of(NAMESPACE, JOB_PODS)
    return admit("allow-model-quality", TRACKING_NAMESPACE, TRACKING_PODS, jobs, [TRACKING_PORT])


def config_map(document: str) -> Manifest:
    """The settings of both programs."""
    return kubernetes_object("v1", "ConfigMap", CONFIG_MAP, NAMESPACE, data={CONFIG_FILE: document})


def service_account(name: str) -> Manifest:
    """An AWS identity without access to the Kubernetes API."""
    return kubernetes_object("v1", "ServiceAccount", name, NAMESPACE, automountServiceAccountToken=False)


def service() -> Manifest:
    """Where models send events."""
    port = names.PREDICTION_LOG_PORT
    ports = [{"name": _PORT_NAME, "port": port, "targetPort": _PORT_NAME, "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "selector": COLLECTOR_PODS, "ports": ports}
    return kubernetes_object("v1", "Service", COLLECTOR, NAMESPACE, labels=COLLECTOR_PODS, spec=spec)


def disruption_budget() -> Manifest:
    """Collectors are evicted one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": COLLECTOR_PODS}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", COLLECTOR, NAMESPACE, spec=spec)


def deployment(spec: ModelQualitySpec, region: str, digest: str) -> Manifest:
    """The collectors. They are made anew when `digest`, that of the settings, changes."""
    probe = {"periodSeconds": 10, "timeoutSeconds": 5}
    alive, ready = ({"httpGet": {"path": path, "port": _PORT_NAME}, **probe} for path in ("/livez", "/readyz"))
    container = {
        **_container("collector", spec.log_image, region, COLLECTOR_CPU, COLLECTOR_MEMORY, "1"),
        "ports": [{"name": _PORT_NAME, "containerPort": names.PREDICTION_LOG_PORT}],
        "startupProbe": {**alive, "failureThreshold": 12},
        "readinessProbe": {**ready, "failureThreshold": 2},
        "livenessProbe": {**alive, "failureThreshold": 4},
        # Until the Service has forgotten the pod, events still come.
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
    }
    wanted = {
        "replicas": spec.replicas,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": COLLECTOR_PODS},
        "template": {
            "metadata": {"labels": COLLECTOR_PODS, "annotations": {"mlplatform/config": digest}},
            "spec": {
                **_pod(COLLECTOR, container),
                # The last records are written to S3.
                "terminationGracePeriodSeconds": 60,
                "topologySpreadConstraints": spread(COLLECTOR_PODS),
            },
        },
    }
    return kubernetes_object("apps/v1", "Deployment", COLLECTOR, NAMESPACE, labels=COLLECTOR_PODS, spec=wanted)


def cron_job(
    spec: ModelQualitySpec, model: MonitoredModelSpec, region: str, tracking_address: pulumi.Input[str] | None
) -> Manifest:
    """The comparison of a model: one run at a time, which is tried again unless its settings are wrong."""
    container = {
        **_container("compare", spec.job_image, region, spec.job_cpu, spec.job_memory, spec.job_cpu),
        "args": [f"{model.namespace}/{model.name}"],
    }
    if tracking_address is not None:
        container["env"] = [*container["env"], {"name": "MLFLOW_TRACKING_URI", "value": tracking_address}]
    codes = {"containerName": "compare", "operator": "In", "values": [_WRONG_SETTINGS, _WRONG_REFERENCE]}
    job = {
        "backoffLimit": 3,
        "activeDeadlineSeconds": _DEADLINE_SECONDS,
        "ttlSecondsAfterFinished": 86400,
        "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": codes}]},
        "template": {"metadata": {"labels": JOB_PODS}, "spec": {**_pod(JOB, container), "restartPolicy": "Never"}},
    }
    scheduled = {
        "schedule": model.schedule,
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": job},
    }
    return kubernetes_object("batch/v1", "CronJob", job_name(model), NAMESPACE, labels=JOB_PODS, spec=scheduled)


def _container(name: str, image: str, region: str, cpu: str, memory: str, cpu_limit: str) -> Manifest:
    environment = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "HOME": "/tmp"}  # noqa: S108 - a volume of its own
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "resources": resources(cpu, memory, cpu_limit),
        "securityContext": {**RESTRICTED, "runAsUser": _USER, "runAsGroup": _USER},
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - a volume of its own
        ],
    }


def _pod(account: str, container: Manifest) -> Manifest:
    return {
        "serviceAccountName": account,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "containers": [container],
        "volumes": [
            {"name": "config", "configMap": {"name": CONFIG_MAP}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "5Gi"}},
        ],
    }
