"""What the serving platform and a model agree on: namespaces, ports, labels and the names of runtimes."""

from enum import StrEnum
from typing import Any

CERT_MANAGER_NAMESPACE = "cert-manager"
LOAD_BALANCER_NAMESPACE = "aws-load-balancer-controller"
MESH_NAMESPACE = "istio-system"
GATEWAY_NAMESPACE = "istio-ingress"
KSERVE_NAMESPACE = "kserve"
KNATIVE_OPERATOR_NAMESPACE = "knative-operator"
KNATIVE_NAMESPACE = "knative-serving"
MODEL_DOWNLOADS_NAMESPACE = "kserve-localmodel-jobs"

GATEWAY = "models"
"""The Istio Gateway that models are routed from."""
GATEWAY_NAME = f"{GATEWAY_NAMESPACE}/{GATEWAY}"
"""The Gateway as a VirtualService names it."""
GATEWAY_SERVICE = "istio-ingressgateway"
GATEWAY_HOST = f"{GATEWAY_SERVICE}.{GATEWAY_NAMESPACE}.svc.cluster.local"
"""The gateway's name inside the cluster."""
INTERNAL = "-internal"
"""Behind a model's name: the Service by which pods of the cluster call it through the gateway."""
EXPOSED_PODS = {"mlplatform.io/exposed": "true"}
"""The label of a team's own pods that the gateway may reach at the port of REST."""
GATEWAY_PODS = {"istio": "ingressgateway"}
"""The label of the gateway's pods, which the Gateway and network policies select."""
GATEWAY_SERVICE_PORT = 80
GATEWAY_PORT = 8080
"""Where the gateway's pods listen, for REST and gRPC alike: what both target groups send to."""
GATEWAY_STATUS_PORT = 15021
"""Where the REST target group's health check asks."""
GATEWAY_HEALTH_PATH = "/healthz/ready"
GATEWAY_METRICS_PORT = 15020
GATEWAY_DRAIN_SECONDS = 120
"""How long a gateway pod that is told to go still answers: no less than the target groups' deregistration delay."""

REST_PORT = 8080
"""Where every runtime's container answers REST (the open inference protocol, v2)."""
GRPC_PORT = 9000
"""Where every runtime's container answers gRPC; its Service has the same port."""
REST_SERVICE_PORT = 80
"""KServe's Service of a predictor maps this to the container's first port, REST."""
REST_PORT_NAME = "http1"
GRPC_PORT_NAME = "h2c"
"""Makes KServe mark the Service's port as HTTP/2, without which the gateway would not speak gRPC to it."""

QUEUE_PORTS = {"REST": 8012, "gRPC": 8013}
"""Where Knative answers for a model that scales to zero: its activator, and the proxy in each of its replicas."""
QUEUE_METRICS_PORT = 9090
"""Where that proxy tells Knative's autoscaler how many requests are under way."""
ON_DEMAND = "-on-demand"
"""Behind a runtime's name: the same server without ports of its own, as Knative wants it."""
AGENT_PORT = 9081
"""Where KServe's agent answers REST in the pods of a model whose predictions are logged; its Service leads there.

Source: kserve v0.20.0, pkg/constants and reconcilers/service.
"""
PREDICTION_LOG_NAMESPACE = "model-quality"
PREDICTION_LOG_PODS = {"app.kubernetes.io/name": "prediction-log"}
PREDICTION_LOG_PORT = 8080
PREDICTION_LOG_URL = f"http://prediction-log.{PREDICTION_LOG_NAMESPACE}.svc.cluster.local:{PREDICTION_LOG_PORT}"
"""Where ModelQuality collects the requests and responses of models."""
MODEL_LABEL = "mlplatform.io/model"
"""On the pods of a model and of its canary alike, and on what Knative makes for it: its name."""

PREDICTOR_PODS = {"component": "predictor"}
"""The label that KServe gives every predictor's pods."""
MODEL_CACHE_CLAIM = "model-cache-"
"""With a group's name behind it: the volume claim by which models of a namespace read the group's disks."""
CACHED = ".complete"
"""The file that marks a cached model as complete. Model servers load no file with this name."""

START_SECONDS = 1800
"""How long a model may take from its container's start to its first ready answer."""
NODE_SECONDS = 900
"""How long a node may take to come, its GPU driver and the model's image included."""


class DeploymentMode(StrEnum):
    """How KServe runs models: as Deployments, or as Knative services, which can scale to zero."""

    STANDARD = "Standard"
    KNATIVE = "Knative"


class Protocol(StrEnum):
    """What a model that scales to zero answers: Knative leads to one port of it."""

    REST = "REST"
    GRPC = "gRPC"


class Runtime(StrEnum):
    """The model servers of the platform; a ClusterServingRuntime of the same name serves each.

    KServe takes the Hugging Face server's GPU image by itself where the model asks for a GPU.
    """

    TRITON = "triton"
    HUGGINGFACE = "huggingface"
    MLSERVER = "mlserver"


METRICS_PORT_NAMES = {Runtime.TRITON: "metrics", Runtime.HUGGINGFACE: REST_PORT_NAME, Runtime.MLSERVER: "metrics"}
METRICS_PORTS = {Runtime.TRITON: 8002, Runtime.HUGGINGFACE: REST_PORT, Runtime.MLSERVER: 8082}
"""Where each runtime's container answers Prometheus."""


TRACE_PORTS = {Runtime.TRITON: 4318, Runtime.MLSERVER: 4317}
"""Where a model server sends spans: OTLP over HTTP, or over gRPC. The Hugging Face server of KServe 0.20 has no spans.

Sources: Triton 26.06, docs/user_guide/trace.md, "OpenTelemetry trace support"; MLServer 1.7.1, mlserver/settings.py,
tracing_server; kserve/kserve, pull request 6198.
"""


def sending_spans(model: str, runtime: Runtime, collector: str) -> dict[str, list[Any]]:
    """What an InferenceService's `predictor.model` adds to send spans of requests that the gateway traces."""
    address = f"{collector}:{TRACE_PORTS[runtime]}"
    if runtime is Runtime.MLSERVER:
        return {"env": [{"name": "MLSERVER_TRACING_SERVER", "value": address}]}
    settings = [
        "mode=opentelemetry",
        f"opentelemetry,url=http://{address}/v1/traces",
        f"opentelemetry,resource=service.name={model}",
        *("level=TIMESTAMPS", "count=-1", "rate=0"),
    ]
    return {"args": [f"--trace-config={each}" for each in settings]}


def answering_as(model: str, runtime: Runtime) -> dict[str, list[Any]]:
    """What an InferenceService's `predictor.model` adds so that callers know it as `model`, whatever its own name.

    A canary is an InferenceService of its own and answers for the same model. Triton names models by the folders of
    their repository.
    """
    match runtime:
        case Runtime.HUGGINGFACE:
            return {"args": [f"--model_name={model}"]}
        case Runtime.MLSERVER:
            return {"env": [{"name": "MLSERVER_MODEL_NAME", "value": model}]}
        case Runtime.TRITON:
            return {}
