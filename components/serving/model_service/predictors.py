"""A model's InferenceServices: as Deployments whose number others say, or as Knative runs them."""

from typing import Any

from ...cluster.node_pool.labels import DEVICE_PLUGIN_CONFIG_LABEL, NVIDIA_LABEL, NVIDIA_TAINT
from ...core.images import pulled
from ...core.pods import RESTRICTED, spread
from ...facts.versions import STORAGE_INITIALIZER_IMAGE
from ..serving_platform import names
from ..serving_platform.names import Runtime
from ..serving_platform.runtimes import serving_runtime
from .language import Tree, When, call
from .terms import GRACE_SECONDS

_URIS = ("<model_uri>", "<canary.model_uri>")
_ISVC_LABEL = "serving.kserve.io/inferenceservice"
_GPU = "nvidia.com/gpu"
_KEPT = "cached-models"


def metadata(name: str) -> dict[str, Any]:
    """The metadata of each of a model's objects."""
    return {"name": name, "namespace": "<namespace>", "labels": "<labels_of_all>"}


def inference_service(name: str, uri: str, folder: str, minimum: str, maximum: str) -> Tree:
    """The model server's pods: KServe makes them, and leaves their number to the ScaledObject.

    A cached model is read from its node's disk by the claim that the platform made in the namespace.
    """
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            **metadata(name),
            "annotations": {
                "serving.kserve.io/deploymentMode": "Standard",
                "serving.kserve.io/autoscalerClass": "external",
            },
        },
        "spec": {
            "predictor": {
                "minReplicas": minimum,
                "maxReplicas": maximum,
                "serviceAccountName": "<name>",
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": "<grace_seconds>",
                # No replica goes before the one that replaces it is ready.
                "deploymentStrategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
                },
                **_place(name),
                "initContainers": When("<cache>", [_wait(folder)]),
                "model": {
                    **_model("<runtime>", When("<cache>", f"pvc://<claim>/{folder}", uri)),
                    "lifecycle": {"preStop": {"sleep": {"seconds": GRACE_SECONDS}}},
                },
            }
        },
    }


def on_demand_service() -> Tree:
    """The model as Knative runs it: no replica while nobody asks, one protocol, and its canary a revision of it.

    The newest revision answers the canary's part, and the one before it the rest. Knative waits for what is under way
    by itself, and refuses what else would say how a replica goes.
    """

    def of_newest(stable: str, canary: str) -> When:
        return When("<canary>", canary, stable)

    kept = of_newest("pvc://<claim>/<model_folder>", "pvc://<claim>/<canary_folder>")
    wait = _wait("<model_folder>")
    [*shell, folder] = wait["command"]
    newest = [When("<canary>", "<canary_folder>"), When(call("not", "<canary>"), folder)]
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            **metadata("<name>"),
            "annotations": {"serving.kserve.io/deploymentMode": str(names.DeploymentMode.KNATIVE)},
        },
        "spec": {
            "predictor": {
                "annotations": {
                    # A node is to come first.
                    "serving.knative.dev/progress-deadline": "<progress_minutes>m",
                    # The target is what a replica should have, and not what it must never reach.
                    "autoscaling.knative.dev/target-utilization-percentage": "100",
                    "autoscaling.knative.dev/scale-down-delay": When("<has_gpu>", "15m", "5m"),
                },
                "minReplicas": 0,
                "maxReplicas": "<maximum>",
                "scaleMetric": "concurrency",
                "scaleTarget": "<target_concurrency>",
                "timeout": "<timeout_seconds>",
                "canaryTrafficPercent": When("<canary>", "<canary.percent>"),
                "serviceAccountName": "<name>",
                "automountServiceAccountToken": False,
                **_place("<name>"),
                "initContainers": When("<cache>", [{**wait, "command": [*shell, *newest]}]),
                "model": {
                    **_model(f"<runtime>{names.ON_DEMAND}", When("<cache>", kept, of_newest(*_URIS))),
                    "ports": [{"name": "<port_name>", "containerPort": "<port>", "protocol": "TCP"}],
                },
            }
        },
    }


def _place(name: str) -> dict[str, Tree]:
    """Where its pods run, and from which claim they read a model that is kept."""
    claim = {"claimName": "<claim>", "readOnly": True}
    return {
        "topologySpreadConstraints": spread({_ISVC_LABEL: name}),
        "tolerations": When("<has_gpu>", [{"key": NVIDIA_TAINT, "operator": "Exists", "effect": "NoSchedule"}]),
        "nodeSelector": When("<gpu_share>", {DEVICE_PLUGIN_CONFIG_LABEL: "<gpu_share.mode>-<gpu_share.pods>"}),
        "affinity": When("<gpus>", {"nodeAffinity": _own_gpus()}),
        "volumes": When("<cache>", [{"name": _KEPT, "persistentVolumeClaim": claim}]),
    }


def _own_gpus() -> Tree:
    """Nodes whose GPUs nobody shares: those that say so, and those whose image brings a device plugin of its own."""
    says_so = {"key": DEVICE_PLUGIN_CONFIG_LABEL, "operator": "In", "values": ["exclusive"]}
    brings_its_own = [
        {"key": NVIDIA_LABEL, "operator": "In", "values": ["true"]},
        {"key": DEVICE_PLUGIN_CONFIG_LABEL, "operator": "DoesNotExist"},
    ]
    terms = [{"matchExpressions": [says_so]}, {"matchExpressions": brings_its_own}]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def _wait(folder: str) -> dict[str, Any]:
    """Waits until the model is on its node, all of it: a server that starts on a part of it would serve that."""
    amounts = {"cpu": "10m", "memory": "32Mi"}
    all_there = f'trap exit TERM; until [ -e "/kept/$0/{names.CACHED}" ]; do sleep 2; done'
    return {
        "name": "wait-for-model",
        "image": pulled(STORAGE_INITIALIZER_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", all_there, folder],
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": {**RESTRICTED, "runAsUser": 1000},
        "volumeMounts": [{"name": _KEPT, "mountPath": "/kept", "readOnly": True}],
    }


def _model(runtime: str, model_uri: Tree) -> dict[str, Tree]:
    amounts = {
        "cpu": "<cpu>",
        "memory": "<memory>",
        "ephemeral-storage": "<storage_gib>Gi",
        _GPU: When("<has_gpu>", "<devices>"),
    }
    [container] = serving_runtime(Runtime.TRITON)["spec"]["containers"]
    return {
        "runtime": runtime,
        "modelFormat": {"name": "<format>"},
        "protocolVersion": "v2",
        "storageUri": model_uri,
        "resources": {"requests": amounts, "limits": amounts},
        # Every runtime has the same probe; its patience is the model's.
        "startupProbe": {**container["startupProbe"], "periodSeconds": 10, "failureThreshold": "<startup_failures>"},
        # A canary answers by the model's name, not by its own.
        **{
            key: When(f"<is_{runtime}>", value)
            for runtime in (Runtime.HUGGINGFACE, Runtime.MLSERVER)
            for key, value in names.answering_as("<name>", runtime).items()
        },
    }
