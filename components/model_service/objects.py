"""A model's Kubernetes objects: the one source of what ModelService registers and what its Helm chart renders."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ..network_policies import admit, allow_apis, allow_dns, pods_of
from ..node_pool.labels import DEVICE_PLUGIN_CONFIG_LABEL, NVIDIA_LABEL, NVIDIA_TAINT
from ..pods import RESTRICTED, spread
from ..serving_platform import names
from ..serving_platform.names import Runtime
from ..serving_platform.runtimes import serving_runtime
from ..versions import STORAGE_INITIALIZER_IMAGE
from .alerts import prometheus_rule
from .language import Each, Expression, Scope, Tree, When
from .spec import ModelServiceSpec
from .terms import DERIVED, GRACE_SECONDS, MODEL_LABEL

STABLE, CANARY = "<name>", "<name>-canary"
_PODS = {MODEL_LABEL: "<name>"}
_ISVC_LABEL = "serving.kserve.io/inferenceservice"
_GPU = "nvidia.com/gpu"
_KEPT = "cached-models"


@dataclass(frozen=True)
class Part:
    """One object of a model, or none where `test` does not hold. `file` is its template's name in the chart."""

    file: str
    tree: Tree
    test: Expression = True


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": "<namespace>", "labels": "<labels_of_all>"}


def service_account() -> Tree:
    """Whom AWS knows the model by; the API server knows it not."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata("<name>"),
        "automountServiceAccountToken": False,
    }


def network_policy() -> Tree:
    """Lets the gateway and the monitoring in, and out to DNS, AWS's APIs, credentials and what else is named."""
    pods, namespace = _PODS, "<namespace>"
    gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
    ports = [names.REST_PORT, names.GRPC_PORT]
    # A place for a number is still a text here.
    metrics = cast(list[int], ["<metrics_port>"])
    heard = [
        admit("", namespace, pods, gateway, ports),
        admit("", namespace, pods, pods_of("<monitoring_namespace>"), metrics),
    ]
    reached = [allow_dns(namespace), allow_apis(namespace, pods)]
    further = {
        "to": [{"ipBlock": {"cidr": "<target.cidr>"}}],
        "ports": [{"protocol": "TCP", "port": "<target.port>"}],
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata("<name>"),
        "spec": {
            "podSelector": {"matchLabels": pods},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [rule for policy in heard for rule in policy["spec"]["ingress"]],
            "egress": [
                *(rule for policy in reached for rule in policy["spec"]["egress"]),
                Each("egress", "target", further),
            ],
        },
    }


def cached_model(model_uri: str, copy: str) -> Tree:
    """Has a model kept on the nodes of a group.

    Its name says what is kept where: another model is another object beside it, as neither may change, and a canary's
    stays when the canary is taken.
    """
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "LocalModelNamespaceCache",
        "metadata": _metadata(f"<name>-{copy}"),
        "spec": {"sourceModelUri": model_uri, "modelSize": "<cache.size_gib>Gi", "nodeGroups": ["<cache.group>"]},
    }


def inference_service(name: str, uri: str, folder: str, minimum: str, maximum: str) -> Tree:
    """The model server's pods: KServe makes them, and leaves their number to the ScaledObject.

    A cached model is read from its node's disk by the claim that the platform made in the namespace.
    """
    claim = {"claimName": "<claim>", "readOnly": True}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            **_metadata(name),
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
                "topologySpreadConstraints": spread({_ISVC_LABEL: name}),
                "tolerations": When("<has_gpu>", [{"key": NVIDIA_TAINT, "operator": "Exists", "effect": "NoSchedule"}]),
                "nodeSelector": When("<gpu_share>", {DEVICE_PLUGIN_CONFIG_LABEL: "<gpu_share.mode>-<gpu_share.pods>"}),
                "affinity": When("<gpus>", {"nodeAffinity": _own_gpus()}),
                "volumes": When("<cache>", [{"name": _KEPT, "persistentVolumeClaim": claim}]),
                "initContainers": When("<cache>", [_wait(folder)]),
                "model": _model(When("<cache>", f"pvc://<claim>/{folder}", uri)),
            }
        },
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


def _wait(folder: str) -> Tree:
    """Waits until the model is on its node, all of it: a server that starts on a part of it would serve that."""
    amounts = {"cpu": "10m", "memory": "32Mi"}
    all_there = f'trap exit TERM; until [ -e "/kept/$0/{names.CACHED}" ]; do sleep 2; done'
    return {
        "name": "wait-for-model",
        "image": STORAGE_INITIALIZER_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", all_there, folder],
        "resources": {"requests": amounts, "limits": amounts},
        "securityContext": {**RESTRICTED, "runAsUser": 1000},
        "volumeMounts": [{"name": _KEPT, "mountPath": "/kept", "readOnly": True}],
    }


def _model(model_uri: Tree) -> Tree:
    amounts = {
        "cpu": "<cpu>",
        "memory": "<memory>",
        "ephemeral-storage": "<storage_gib>Gi",
        _GPU: When("<has_gpu>", "<devices>"),
    }
    [container] = serving_runtime(Runtime.TRITON)["spec"]["containers"]
    return {
        "runtime": "<runtime>",
        "modelFormat": {"name": "<format>"},
        "protocolVersion": "v2",
        "storageUri": model_uri,
        "resources": {"requests": amounts, "limits": amounts},
        # Every runtime has the same probe; its patience is the model's.
        "startupProbe": {**container["startupProbe"], "periodSeconds": 10, "failureThreshold": "<startup_failures>"},
        "lifecycle": {"preStop": {"sleep": {"seconds": GRACE_SECONDS}}},
        # A canary answers by the model's name, not by its own.
        **{
            key: When(f"<is_{runtime}>", value)
            for runtime in (Runtime.HUGGINGFACE, Runtime.MLSERVER)
            for key, value in names.answering_as("<name>", runtime).items()
        },
    }


def scaled_object(name: str, minimum: str, maximum: str, floor: str) -> Tree:
    """Replicas by the requests under way, between the bounds; at scheduled hours no fewer than their floor.

    The gateway knows how long each request took: their sum over a second is how many were under way.
    """
    took = "istio_request_duration_milliseconds_sum"
    of_this = f'reporter="source",destination_service_name="{name}-predictor"'
    in_this = 'destination_service_namespace="<namespace>"'
    concurrency = {
        "type": "prometheus",
        "name": "concurrency",
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": "<prometheus_url>",
            "query": f"sum(rate({took}{{{of_this},{in_this}}}[1m])) / 1000",
            "threshold": "<threshold>",
            # No series is no answer, and not that there are no requests: the gateway may not be scraped.
            "ignoreNullValues": "false",
        },
    }
    hours = {
        "type": "cron",
        "name": "<schedule.name>",
        "metricType": "AverageValue",
        "metadata": {
            "timezone": "<schedule.time_zone>",
            "start": "<start_cron>",
            "end": "<end_cron>",
            "desiredReplicas": floor,
        },
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": _metadata(name),
        "spec": {
            "scaleTargetRef": {"name": f"{name}-predictor"},
            "minReplicaCount": minimum,
            "maxReplicaCount": maximum,
            "pollingInterval": 15,
            # Without Prometheus nothing says that fewer are enough.
            "fallback": {"failureThreshold": 3, "replicas": minimum, "behavior": "currentReplicasIfHigher"},
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {"scaleDown": {"stabilizationWindowSeconds": When("<has_gpu>", 900, 300)}}
                }
            },
            "triggers": [concurrency, Each("schedules", "schedule", hours)],
        },
    }


def virtual_service() -> Tree:
    """The route from the gateway, REST and gRPC, by the canary's weight."""

    def to(name: str, port: int, weight: Tree) -> Tree:
        host = f"{name}-predictor.<namespace>.svc.cluster.local"
        return {"destination": {"host": host, "port": {"number": port}}, "weight": weight}

    def route(name: str, port: int) -> dict[str, Any]:
        return {
            "name": name,
            "timeout": "<timeout_seconds>s",
            # A request that is tried again costs its GPU time again.
            "retries": {"attempts": 0},
            "route": [
                to(STABLE, port, When("<canary>", "<stable_percent>", 100)),
                When("<canary>", to(CANARY, port, "<canary.percent>")),
            ],
        }

    grpc = {"match": [{"headers": {"content-type": {"prefix": "application/grpc"}}}], **route("grpc", names.GRPC_PORT)}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": _metadata("<name>"),
        "spec": {
            "hosts": ["<address>"],
            "gateways": [names.GATEWAY_NAME],
            "http": [grpc, route("rest", names.REST_SERVICE_PORT)],
        },
    }


def disruption_budget() -> Tree:
    """Nodes go one replica at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata("<name>"),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _PODS}},
    }


def service_monitor() -> Tree:
    """Has Prometheus read the model server's metrics."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": _metadata("<name>"),
        "spec": {
            # KServe gives a predictor's Service the labels of its InferenceService.
            "selector": {"matchLabels": _PODS},
            "endpoints": [{"port": "<metrics_port_name>", "path": "/metrics", "interval": "30s"}],
        },
    }


PARTS = (
    Part("service-account", service_account()),
    Part("network-policy", network_policy()),
    Part("disruption-budget", disruption_budget()),
    Part("model-cache", cached_model("<model_uri>", "<model_copy>"), "<cache>"),
    Part("canary-model-cache", cached_model("<canary.model_uri>", "<canary_copy>"), "<keeps_canary>"),
    Part("inference-service", inference_service(STABLE, "<model_uri>", "<model_folder>", "<minimum>", "<maximum>")),
    Part(
        "canary-inference-service",
        inference_service(CANARY, "<canary.model_uri>", "<canary_folder>", "<canary_minimum>", "<canary_maximum>"),
        "<canary>",
    ),
    Part("scaled-object", scaled_object(STABLE, "<minimum>", "<maximum>", "<floor>")),
    Part(
        "canary-scaled-object",
        scaled_object(CANARY, "<canary_minimum>", "<canary_maximum>", "<canary_floor>"),
        "<canary>",
    ),
    Part("virtual-service", virtual_service()),
    Part("service-monitor", service_monitor(), "<monitoring>"),
    Part("prometheus-rule", prometheus_rule(_metadata("<name>")), "<monitoring>"),
)
"""Every object in the order in which it is made: what a model runs with, the model, and what leads to it."""


def model_service_objects(spec: ModelServiceSpec) -> list[dict[str, Any]]:
    """The manifests of a model, in the order in which they are made."""
    return list(_objects(Scope(spec, DERIVED)))


def _objects(scope: Scope) -> Iterator[dict[str, Any]]:
    for part in PARTS:
        if scope.evaluate(part.test):
            yield scope.fill(part.tree)
