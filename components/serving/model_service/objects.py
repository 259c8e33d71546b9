"""A model's Kubernetes objects: the one source of what ModelService registers and what its Helm chart renders."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ...core.network_policies import admit, allow_apis, allow_dns, pods_of
from ..serving_platform import names
from ..serving_platform.knative import ACTIVATOR, AUTOSCALER
from .alerts import prometheus_rule
from .language import Each, Expression, Scope, Tree, When, call
from .predictors import inference_service, metadata, on_demand_service
from .spec import ModelServiceSpec
from .terms import DERIVED

STABLE, CANARY = "<name>", "<name>-canary"
_PODS = {names.MODEL_LABEL: "<name>"}
_ON_DEMAND = "<scale_to_zero>"
_STANDARD = call("not", _ON_DEMAND)


@dataclass(frozen=True)
class Part:
    """One object of a model, or none where `test` does not hold. `file` is its template's name in the chart."""

    file: str
    tree: Tree
    test: Expression = True


def service_account() -> Tree:
    """Whom AWS knows the model by; the API server knows it not."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata("<name>"),
        "automountServiceAccountToken": False,
    }


def network_policy() -> Tree:
    """Lets the gateway and the monitoring in, and out to DNS, AWS's APIs, credentials and what else is named."""
    pods, namespace = _PODS, "<namespace>"
    gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
    ports = [names.REST_PORT, names.GRPC_PORT]
    # A place for a number is still a text here.
    metrics, queue = cast(list[int], ["<metrics_port>"]), cast(list[int], ["<queue_port>"])
    activator = pods_of(names.KNATIVE_NAMESPACE, ACTIVATOR)
    counting = [*queue, names.QUEUE_METRICS_PORT]
    heard = [
        (_STANDARD, admit("", namespace, pods, gateway, ports)),
        (_ON_DEMAND, admit("", namespace, pods, [*gateway, *activator], queue)),
        (_ON_DEMAND, admit("", namespace, pods, pods_of(names.KNATIVE_NAMESPACE, AUTOSCALER), counting)),
    ]
    read = admit("", namespace, pods, pods_of("<monitoring_namespace>"), metrics)
    reached = [allow_dns(namespace), allow_apis(namespace, pods)]
    further = {
        "to": [{"ipBlock": {"cidr": "<target.cidr>"}}],
        "ports": [{"protocol": "TCP", "port": "<target.port>"}],
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata("<name>"),
        "spec": {
            "podSelector": {"matchLabels": pods},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                *(When(test, rule) for test, policy in heard for rule in policy["spec"]["ingress"]),
                *read["spec"]["ingress"],
            ],
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
        "metadata": metadata(f"<name>-{copy}"),
        "spec": {"sourceModelUri": model_uri, "modelSize": "<cache.size_gib>Gi", "nodeGroups": ["<cache.group>"]},
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
        "metadata": metadata(name),
        "spec": {
            "scaleTargetRef": {"name": f"{name}-predictor"},
            "minReplicaCount": minimum,
            "maxReplicaCount": maximum,
            "pollingInterval": 15,
            # Where there is a Prometheus that does not answer, nothing says that fewer replicas are enough. Where there
            # is none, the schedules decide: replicas of the day would otherwise stay for the night. KEDA 2.20,
            # "ScaledObject specification", fallback.behavior.
            "fallback": {
                "failureThreshold": 3,
                "replicas": minimum,
                "behavior": When("<has_metrics>", "currentReplicasIfHigher", "static"),
            },
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
        "metadata": metadata("<name>"),
        "spec": {
            "hosts": ["<address>", f"<name>{names.INTERNAL}.<namespace>.svc.cluster.local"],
            "gateways": [names.GATEWAY_NAME],
            "http": [grpc, route("rest", names.REST_SERVICE_PORT)],
        },
    }


def internal_service() -> Tree:
    """The name by which pods of the cluster call the model: it leads to the gateway, which counts and splits requests.

    A call to the predictor's own Service would go past both.
    """
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(f"<name>{names.INTERNAL}"),
        "spec": {"type": "ExternalName", "externalName": names.GATEWAY_HOST},
    }


def disruption_budget() -> Tree:
    """Nodes go one replica at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata("<name>"),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _PODS}},
    }


def service_monitor() -> Tree:
    """Has Prometheus read the model server's metrics."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": metadata("<name>"),
        "spec": {
            # KServe gives a predictor's Service the labels of its InferenceService.
            "selector": {"matchLabels": _PODS},
            "endpoints": [{"port": "<metrics_port_name>", "path": "/metrics", "interval": "30s"}],
        },
    }


def pod_monitor() -> Tree:
    """Has Prometheus read the model server's metrics from each replica, whose pod names the proxy's ports alone."""
    to_server = {
        "sourceLabels": ["__meta_kubernetes_pod_ip"],
        "targetLabel": "__address__",
        "replacement": "$1:<metrics_port>",
    }
    endpoint = {"port": "http-usermetric", "path": "/metrics", "interval": "30s", "relabelings": [to_server]}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": metadata("<name>"),
        "spec": {"selector": {"matchLabels": _PODS}, "podMetricsEndpoints": [endpoint]},
    }


def _standard(test: Expression = True) -> Expression:
    """Where `test` holds, of a model whose number the ScaledObject says."""
    return _STANDARD if test is True else call("and", _STANDARD, test)


PARTS = (
    Part("service-account", service_account()),
    Part("network-policy", network_policy()),
    Part("disruption-budget", disruption_budget(), _standard()),
    Part("model-cache", cached_model("<model_uri>", "<model_copy>"), "<cache>"),
    Part("canary-model-cache", cached_model("<canary.model_uri>", "<canary_copy>"), "<keeps_canary>"),
    Part(
        "inference-service",
        inference_service(STABLE, "<model_uri>", "<model_folder>", "<minimum>", "<maximum>"),
        _standard(),
    ),
    Part(
        "canary-inference-service",
        inference_service(CANARY, "<canary.model_uri>", "<canary_folder>", "<canary_minimum>", "<canary_maximum>"),
        _standard("<canary>"),
    ),
    Part("on-demand-inference-service", on_demand_service(), _ON_DEMAND),
    Part("scaled-object", scaled_object(STABLE, "<minimum>", "<maximum>", "<floor>"), _standard()),
    Part(
        "canary-scaled-object",
        scaled_object(CANARY, "<canary_minimum>", "<canary_maximum>", "<canary_floor>"),
        _standard("<canary>"),
    ),
    Part("virtual-service", virtual_service(), _standard()),
    Part("internal-service", internal_service(), _standard()),
    Part("service-monitor", service_monitor(), _standard("<monitoring>")),
    Part("pod-monitor", pod_monitor(), call("and", _ON_DEMAND, "<monitoring>")),
    Part("prometheus-rule", prometheus_rule(metadata("<name>")), "<monitoring>"),
)
"""Every object in the order in which it is made: what a model runs with, the model, and what leads to it."""


def model_service_objects(spec: ModelServiceSpec) -> list[dict[str, Any]]:
    """The manifests of a model, in the order in which they are made."""
    return list(_objects(Scope(spec, DERIVED)))


def _objects(scope: Scope) -> Iterator[dict[str, Any]]:
    for part in PARTS:
        if scope.evaluate(part.test):
            yield scope.fill(part.tree)
