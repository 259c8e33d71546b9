"""A model's Kubernetes objects, as ModelService registers them; the chart `charts/model-service` renders the same."""

from collections.abc import Iterator
from typing import Any

from ...core.network_policies import admit, allow_apis, allow_dns, pods_of
from ..serving_platform import names
from ..serving_platform.knative import ACTIVATOR, AUTOSCALER
from .alerts import prometheus_rule
from .inference_services import knative_inference_service, standard_inference_service
from .predictor import Predictor, digest, metadata, pod_labels, predictors
from .spec import DEFAULT_PROMETHEUS, CachedModelSpec, FloorSpec, ModelServiceSpec

Manifest = dict[str, Any]


def model_service_objects(spec: ModelServiceSpec) -> list[Manifest]:
    """The manifests of a model in the order of their creation: what it needs, the model, and what leads to it."""
    return [*_needed(spec), *_inference_services(spec), *_dependent(spec)]


def _needed(spec: ModelServiceSpec) -> Iterator[Manifest]:
    yield service_account(spec)
    yield network_policy(spec)
    if not spec.scale_to_zero:
        yield disruption_budget(spec)
    if spec.cache:
        for model_uri in dict.fromkeys(spec.folders):
            yield cached_model(spec, spec.cache, model_uri)


def _inference_services(spec: ModelServiceSpec) -> Iterator[Manifest]:
    if spec.scale_to_zero:
        yield knative_inference_service(spec)
    else:
        yield from (standard_inference_service(spec, each) for each in predictors(spec))


def _dependent(spec: ModelServiceSpec) -> Iterator[Manifest]:
    if not spec.scale_to_zero:
        yield from (scaled_object(spec, each) for each in predictors(spec))
        yield virtual_service(spec)
        yield internal_service(spec)
    if spec.monitoring:
        yield pod_monitor(spec) if spec.scale_to_zero else service_monitor(spec)
        yield prometheus_rule(spec)


def service_account(spec: ModelServiceSpec) -> Manifest:
    """The model's AWS identity. It has no Kubernetes API access."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(spec, spec.name),
        "automountServiceAccountToken": False,
    }


def network_policy(spec: ModelServiceSpec) -> Manifest:
    """Admits the gateway, Knative and the monitoring; the model reaches DNS, AWS, its credentials and `egress`."""
    reached = [allow_dns(spec.namespace), allow_apis(spec.namespace, pod_labels(spec))]
    further = [
        {"to": [{"ipBlock": {"cidr": each.cidr}}], "ports": [{"protocol": "TCP", "port": each.port}]}
        for each in spec.egress
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(spec, spec.name),
        "spec": {
            "podSelector": {"matchLabels": pod_labels(spec)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [rule for policy in _admitted(spec) for rule in policy["spec"]["ingress"]],
            "egress": [
                *(rule for policy in reached for rule in policy["spec"]["egress"]),
                *_collector(spec),
                *further,
            ],
        },
    }


def _collector(spec: ModelServiceSpec) -> list[dict[str, Any]]:
    """The way of KServe's agent to the collector of predictions."""
    if not spec.prediction_logs:
        return []
    pods = pods_of(names.PREDICTION_LOG_NAMESPACE, names.PREDICTION_LOG_PODS)
    return [{"to": pods, "ports": [{"protocol": "TCP", "port": names.PREDICTION_LOG_PORT}]}]


def _admitted(spec: ModelServiceSpec) -> Iterator[Manifest]:
    def admitted(peers: list[dict[str, Any]], *ports: int) -> Manifest:
        return admit("", spec.namespace, pod_labels(spec), peers, ports)

    gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
    if spec.scale_to_zero:
        queue_port = names.QUEUE_PORTS[spec.served_protocol]
        yield admitted([*gateway, *pods_of(names.KNATIVE_NAMESPACE, ACTIVATOR)], queue_port)
        yield admitted(pods_of(names.KNATIVE_NAMESPACE, AUTOSCALER), queue_port, names.QUEUE_METRICS_PORT)
    else:
        agent = [names.AGENT_PORT] if spec.prediction_logs else []
        yield admitted(gateway, names.REST_PORT, names.GRPC_PORT, *agent)
    yield admitted(pods_of(spec.monitoring_namespace), names.METRICS_PORTS[spec.runtime])


def disruption_budget(spec: ModelServiceSpec) -> Manifest:
    """Nodes are drained one replica at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(spec, spec.name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": pod_labels(spec)}},
    }


def cached_model(spec: ModelServiceSpec, cache: CachedModelSpec, model_uri: str) -> Manifest:
    """Keeps the model in `model_uri` on the disks of the nodes of a group.

    Group and folder may not change, so both are in its name: another model is another object, and a canary's object
    stays when its model becomes the one that serves.
    """
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "LocalModelNamespaceCache",
        "metadata": metadata(spec, f"{spec.name}-{digest(f'{cache.group} {model_uri}')}"),
        "spec": {
            "sourceModelUri": model_uri,
            "modelSize": f"{cache.size_gib}Gi",
            "nodeGroups": [cache.group],
        },
    }


def scaled_object(spec: ModelServiceSpec, predictor: Predictor) -> Manifest:
    """Replicas by the number of requests in progress, between the bounds; during a schedule, at least its minimum."""
    minimum = predictor.replicas(spec.minimum)
    # If Prometheus fails, nothing says that fewer replicas are enough. Without Prometheus the schedules decide:
    # otherwise the day's replicas stay for the night. KEDA 2.20, "ScaledObject specification", fallback.behavior.
    has_prometheus = spec.monitoring or spec.prometheus_url != DEFAULT_PROMETHEUS
    behavior = "currentReplicasIfHigher" if has_prometheus else "static"
    scale_down = {"stabilizationWindowSeconds": 900 if spec.uses_gpu else 300}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(spec, predictor.name),
        "spec": {
            "scaleTargetRef": {"name": predictor.host},
            "minReplicaCount": minimum,
            "maxReplicaCount": predictor.replicas(spec.maximum),
            "pollingInterval": 15,
            "fallback": {"failureThreshold": 3, "replicas": minimum, "behavior": behavior},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": scale_down}}},
            "triggers": [
                _concurrency_trigger(spec, predictor),
                *(_schedule_trigger(schedule, predictor) for schedule in spec.schedules),
            ],
        },
    }


def _concurrency_trigger(spec: ModelServiceSpec, predictor: Predictor) -> Manifest:
    """The requests in progress: the time that the requests of a second took, as the gateway measures it."""
    metric = "istio_request_duration_milliseconds_sum"
    service = f'destination_service_name="{predictor.host}",destination_service_namespace="{spec.namespace}"'
    return {
        "type": "prometheus",
        "name": "concurrency",
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": spec.prometheus_url,
            "query": f'sum(rate({metric}{{reporter="source",{service}}}[1m])) / 1000',
            "threshold": str(spec.target_concurrency),
            # No series does not mean no requests: Prometheus may not scrape the gateway.
            "ignoreNullValues": "false",
        },
    }


def _schedule_trigger(schedule: FloorSpec, predictor: Predictor) -> Manifest:
    return {
        "type": "cron",
        "name": schedule.name,
        "metricType": "AverageValue",
        "metadata": {
            "timezone": schedule.time_zone,
            "start": _cron(schedule, schedule.start),
            "end": _cron(schedule, schedule.end),
            "desiredReplicas": str(predictor.replicas(schedule.minimum)),
        },
    }


def _cron(schedule: FloorSpec, time: str) -> str:
    hour, minute = time.split(":")
    return f"{minute} {hour} * * {','.join(day[:3] for day in schedule.days)}"


def virtual_service(spec: ModelServiceSpec) -> Manifest:
    """The route from the gateway to the predictors, for gRPC and for REST."""
    grpc_only = [{"headers": {"content-type": {"prefix": "application/grpc"}}}]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": metadata(spec, spec.name),
        "spec": {
            "hosts": [spec.address, f"{spec.name}{names.INTERNAL}.{spec.namespace}.svc.cluster.local"],
            "gateways": [names.GATEWAY_NAME],
            "http": [
                {"match": grpc_only, **_route(spec, "grpc", names.GRPC_PORT)},
                _route(spec, "rest", names.REST_SERVICE_PORT),
            ],
        },
    }


def _route(spec: ModelServiceSpec, name: str, port: int) -> Manifest:
    return {
        "name": name,
        "timeout": f"{spec.timeout_seconds}s",
        # A second try costs the GPU's time again.
        "retries": {"attempts": 0},
        "route": [
            {
                "destination": {"host": f"{each.host}.{spec.namespace}.svc.cluster.local", "port": {"number": port}},
                "weight": each.request_percent,
            }
            for each in predictors(spec)
        ],
    }


def internal_service(spec: ModelServiceSpec) -> Manifest:
    """The name by which pods of the cluster call the model. It leads to the gateway, which counts and splits requests.

    A call to the predictor's own Service would bypass both.
    """
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(spec, f"{spec.name}{names.INTERNAL}"),
        "spec": {"type": "ExternalName", "externalName": names.GATEWAY_HOST},
    }


def service_monitor(spec: ModelServiceSpec) -> Manifest:
    """Lets Prometheus scrape the model server.

    KServe gives a predictor's Service the labels of its InferenceService.
    """
    endpoint = {"port": names.METRICS_PORT_NAMES[spec.runtime], "path": "/metrics", "interval": "30s"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": metadata(spec, spec.name),
        "spec": {"selector": {"matchLabels": pod_labels(spec)}, "endpoints": [endpoint]},
    }


def pod_monitor(spec: ModelServiceSpec) -> Manifest:
    """Lets Prometheus scrape the model server in each Knative replica, whose pod names the ports of the proxy only."""
    server_address = {
        "sourceLabels": ["__meta_kubernetes_pod_ip"],
        "targetLabel": "__address__",
        "replacement": f"$1:{names.METRICS_PORTS[spec.runtime]}",
    }
    endpoint = {"port": "http-usermetric", "path": "/metrics", "interval": "30s", "relabelings": [server_address]}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": metadata(spec, spec.name),
        "spec": {"selector": {"matchLabels": pod_labels(spec)}, "podMetricsEndpoints": [endpoint]},
    }
