"""A model's InferenceServices: one in mode Standard for each of its predictors, or a single one in mode Knative."""

from typing import Any

from ...core.images import pulled
from ...core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL, NVIDIA_LABEL, NVIDIA_TAINT
from ...core.pods import RESTRICTED, spread
from ...facts.versions import STORAGE_INITIALIZER_IMAGE
from ..serving_platform import names
from ..serving_platform.names import DeploymentMode, Protocol, Runtime
from ..serving_platform.runtimes import serving_runtime
from .predictor import Predictor, digest, metadata
from .spec import CachedModelSpec, ModelServiceSpec

_INFERENCE_SERVICE_LABEL = "serving.kserve.io/inferenceservice"
_CACHE_VOLUME = "cached-models"
_DRAIN_SECONDS = 10
"""How long a pod that ends still answers, until the gateway no longer sends to it."""
_CONTAINER_PORTS = {
    Protocol.REST: (names.REST_PORT_NAME, names.REST_PORT),
    Protocol.GRPC: (names.GRPC_PORT_NAME, names.GRPC_PORT),
}


def standard_inference_service(spec: ModelServiceSpec, predictor: Predictor) -> dict[str, Any]:
    """The model server as a Deployment. The ScaledObject sets the number of its replicas."""
    annotations = {
        "serving.kserve.io/deploymentMode": str(DeploymentMode.STANDARD),
        "serving.kserve.io/autoscalerClass": "external",
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {**metadata(spec, predictor.name), "annotations": annotations},
        "spec": {
            "predictor": {
                "minReplicas": predictor.replicas(spec.minimum),
                "maxReplicas": predictor.replicas(spec.maximum),
                "terminationGracePeriodSeconds": spec.timeout_seconds + _DRAIN_SECONDS,
                # No replica ends before its successor is ready.
                "deploymentStrategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
                },
                **_pod(spec, predictor.name, predictor.model_uri),
                **_logger(spec),
                "model": {
                    **_model(spec, str(spec.runtime), predictor.model_uri),
                    "lifecycle": {"preStop": {"sleep": {"seconds": _DRAIN_SECONDS}}},
                },
            }
        },
    }


def knative_inference_service(spec: ModelServiceSpec) -> dict[str, Any]:
    """The model server as a Knative service: no replicas while there are no requests, and one protocol.

    A canary is a revision: the newest revision answers the canary's part of the requests, the one before it the rest.
    Knative drains a replica by itself, and refuses a lifecycle hook, a grace period and a deployment strategy.
    """
    newest_uri = spec.canary.model_uri if spec.canary else spec.model_uri
    port_name, port = _CONTAINER_PORTS[spec.served_protocol]
    annotations = {
        # A node may have to start first.
        "serving.knative.dev/progress-deadline": f"{spec.startup_minutes + names.NODE_SECONDS // 60}m",
        # A replica should have all of the target, where Knative's default is 70 %.
        "autoscaling.knative.dev/target-utilization-percentage": "100",
        "autoscaling.knative.dev/scale-down-delay": "15m" if spec.uses_gpu else "5m",
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            **metadata(spec, spec.name),
            "annotations": {"serving.kserve.io/deploymentMode": str(DeploymentMode.KNATIVE)},
        },
        "spec": {
            "predictor": {
                "annotations": annotations,
                "minReplicas": 0,
                "maxReplicas": spec.maximum,
                "scaleMetric": "concurrency",
                "scaleTarget": spec.target_concurrency,
                "timeout": spec.timeout_seconds,
                **({"canaryTrafficPercent": spec.canary.percent} if spec.canary else {}),
                **_pod(spec, spec.name, newest_uri),
                **_logger(spec),
                "model": {
                    **_model(spec, f"{spec.runtime}{names.ON_DEMAND}", newest_uri),
                    "ports": [{"name": port_name, "containerPort": port, "protocol": "TCP"}],
                },
            }
        },
    }


def _pod(spec: ModelServiceSpec, name: str, model_uri: str) -> dict[str, Any]:
    """The pods of the InferenceService `name`: their identity, their nodes and their volumes."""
    pod: dict[str, Any] = {
        "serviceAccountName": spec.name,
        "automountServiceAccountToken": False,
        "topologySpreadConstraints": spread({_INFERENCE_SERVICE_LABEL: name}),
    }
    if spec.uses_gpu:
        pod["tolerations"] = [{"key": NVIDIA_TAINT, "operator": "Exists", "effect": "NoSchedule"}]
    if spec.gpu_share:
        pod["nodeSelector"] = {DEVICE_PLUGIN_CONFIG_LABEL: f"{spec.gpu_share.mode}-{spec.gpu_share.pods}"}
    if spec.gpus:
        pod["affinity"] = {"nodeAffinity": _nodes_with_unshared_gpus()}
    if spec.cache:
        claim = {"claimName": _claim(spec.cache), "readOnly": True}
        pod["volumes"] = [{"name": _CACHE_VOLUME, "persistentVolumeClaim": claim}]
        pod["initContainers"] = [_wait_for_model(model_uri)]
    return pod


def _logger(spec: ModelServiceSpec) -> dict[str, Any]:
    """Has KServe's agent stand before the model server, and send what passes to the collector."""
    if not spec.prediction_logs:
        return {}
    return {"logger": {"url": names.PREDICTION_LOG_URL, "mode": str(spec.prediction_logs.mode)}}


def _nodes_with_unshared_gpus() -> dict[str, Any]:
    """Nodes labeled as exclusive, and nodes whose image has a device plugin of its own, which have no such label."""
    exclusive = [{"key": DEVICE_PLUGIN_CONFIG_LABEL, "operator": "In", "values": ["exclusive"]}]
    own_device_plugin = [
        {"key": NVIDIA_LABEL, "operator": "In", "values": ["true"]},
        {"key": DEVICE_PLUGIN_CONFIG_LABEL, "operator": "DoesNotExist"},
    ]
    terms = [{"matchExpressions": expressions} for expressions in (exclusive, own_device_plugin)]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def _wait_for_model(model_uri: str) -> dict[str, Any]:
    """Waits until the whole model is on the node's disk: a model server that starts earlier serves a part of it."""
    amounts = {"cpu": "10m", "memory": "32Mi"}
    script = f'trap exit TERM; until [ -e "/kept/$0/{names.CACHED}" ]; do sleep 2; done'
    return {
        "name": "wait-for-model",
        "image": pulled(STORAGE_INITIALIZER_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", script, digest(model_uri)],
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": {**RESTRICTED, "runAsUser": 1000},
        "volumeMounts": [{"name": _CACHE_VOLUME, "mountPath": "/kept", "readOnly": True}],
    }


def _model(spec: ModelServiceSpec, runtime: str, model_uri: str) -> dict[str, Any]:
    """The model server's container and the model that it loads."""
    amounts: dict[str, Any] = {
        "cpu": spec.cpu,
        "memory": spec.memory,
        "ephemeral-storage": f"{spec.storage_gib}Gi",
    }
    if spec.uses_gpu:
        amounts["nvidia.com/gpu"] = 1 if spec.gpu_share else spec.gpus
    # The startup probe is the same in every runtime, but for how long it waits.
    [container] = serving_runtime(Runtime.TRITON)["spec"]["containers"]
    probe = {**container["startupProbe"], "periodSeconds": 10, "failureThreshold": spec.startup_minutes * 6}
    return {
        "runtime": runtime,
        "modelFormat": {"name": spec.loaded_format},
        "protocolVersion": "v2",
        "storageUri": f"pvc://{_claim(spec.cache)}/{digest(model_uri)}" if spec.cache else model_uri,
        "resources": {"requests": amounts, "limits": amounts},
        "startupProbe": probe,
        **_settings(spec),
    }


def _settings(spec: ModelServiceSpec) -> dict[str, list[Any]]:
    """Arguments and environment of the model server. A canary answers by the model's name."""
    found = names.answering_as(spec.name, spec.runtime)
    if spec.trace_collector:
        for kind, values in names.sending_spans(spec.name, spec.runtime, spec.trace_collector).items():
            found[kind] = [*found.get(kind, []), *values]
    return found


def _claim(cache: CachedModelSpec) -> str:
    """The claim that the platform makes in the namespace for the disks of the group's nodes."""
    return f"{names.MODEL_CACHE_CLAIM}{cache.group}"
