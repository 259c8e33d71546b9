"""What the serving platform and a model agree on: namespaces, ports, labels and the names of runtimes."""

from enum import StrEnum

CERT_MANAGER_NAMESPACE = "cert-manager"
LOAD_BALANCER_NAMESPACE = "aws-load-balancer-controller"
MESH_NAMESPACE = "istio-system"
GATEWAY_NAMESPACE = "istio-ingress"
KSERVE_NAMESPACE = "kserve"

GATEWAY = "models"
"""The Istio Gateway that models are routed from."""
GATEWAY_NAME = f"{GATEWAY_NAMESPACE}/{GATEWAY}"
"""The Gateway as a VirtualService names it."""
GATEWAY_SERVICE = "istio-ingressgateway"
GATEWAY_PODS = {"istio": "ingressgateway"}
"""The label of the gateway's pods, which the Gateway and network policies select."""
GATEWAY_SERVICE_PORT = 80
GATEWAY_PORT = 8080
"""Where the gateway's pods listen, for REST and gRPC alike: what both target groups send to."""
GATEWAY_STATUS_PORT = 15021
"""Where the REST target group's health check asks."""
GATEWAY_HEALTH_PATH = "/healthz/ready"
GATEWAY_METRICS_PORT = 15020

REST_PORT = 8080
"""Where every runtime's container answers REST (the open inference protocol, v2)."""
GRPC_PORT = 9000
"""Where every runtime's container answers gRPC; its Service has the same port."""
REST_SERVICE_PORT = 80
"""KServe's Service of a predictor maps this to the container's first port, REST."""
REST_PORT_NAME = "http1"
GRPC_PORT_NAME = "h2c"
"""Makes KServe mark the Service's port as HTTP/2, without which the gateway would not speak gRPC to it."""

PREDICTOR_PODS = {"component": "predictor"}
"""The label that KServe gives every predictor's pods."""
MODEL_LABEL = "mlplatform.io/model"
"""An InferenceService's label: the name callers know the model by, where it isn't the InferenceService's own.

A canary is an InferenceService of its own and still answers for the same model.
"""
MODEL_CLASS_LABEL = "modelClass"
"""An InferenceService's label that tells MLServer which of its implementations reads the model."""
START_SECONDS = 1800
"""How long a model may take from its container's start to its first ready answer."""


class DeploymentMode(StrEnum):
    """How KServe runs models: as Deployments, or as Knative services, which can scale to zero."""

    STANDARD = "Standard"
    KNATIVE = "Knative"


class Runtime(StrEnum):
    """The model servers of the platform."""

    TRITON = "triton"
    HUGGINGFACE = "huggingface"
    MLSERVER = "mlserver"


METRICS_PORTS = {Runtime.TRITON: 8002, Runtime.HUGGINGFACE: REST_PORT, Runtime.MLSERVER: 8082}
"""Where each runtime's container answers Prometheus."""


def runtime_name(runtime: Runtime, gpu: bool) -> str:
    """The ClusterServingRuntime that serves a model of `runtime`, on a GPU or without one."""
    return f"{runtime}-gpu" if gpu and runtime is Runtime.HUGGINGFACE else str(runtime)
