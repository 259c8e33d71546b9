"""The model servers as ClusterServingRuntimes: pinned, REST and gRPC on agreed ports, non-root, read-only."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...core.images import pulled
from ...core.pods import RESTRICTED, resources
from ...facts.versions import RUNTIME_IMAGES
from .names import (
    GRPC_PORT,
    GRPC_PORT_NAME,
    METRICS_PORT_NAMES,
    METRICS_PORTS,
    ON_DEMAND,
    REST_PORT,
    REST_PORT_NAME,
    START_SECONDS,
    Runtime,
)

_MODELS = "/mnt/models"
_SCRATCH = "/tmp"  # noqa: S108 - a volume of the pod's own
_PERIOD = 10
_USER = 1000
"""The user that the images make for themselves."""

_SERVER_TYPES = {
    Runtime.TRITON: "tritonserver",
    Runtime.HUGGINGFACE: "huggingfaceserver",
    Runtime.MLSERVER: "mlserver",
}
"""What KServe knows the server by: for the GPU image of one, for the model class of another."""

_FORMATS = {
    Runtime.TRITON: {"tensorrt": ("10",), "onnx": ("1",), "pytorch": ("1", "2"), "triton": ("2",)},
    Runtime.HUGGINGFACE: {"huggingface": ("1",)},
    Runtime.MLSERVER: {
        "sklearn": ("1",),
        "xgboost": ("1", "2"),
        "lightgbm": ("3", "4"),
        "mlflow": ("1", "2"),
    },
}

_ARGUMENTS = {
    Runtime.TRITON: [
        "tritonserver",
        f"--model-store={_MODELS}",
        f"--http-port={REST_PORT}",
        f"--grpc-port={GRPC_PORT}",
        f"--metrics-port={METRICS_PORTS[Runtime.TRITON]}",
    ],
    Runtime.HUGGINGFACE: ["--model_name={{.Name}}", f"--http_port={REST_PORT}", f"--grpc_port={GRPC_PORT}"],
    Runtime.MLSERVER: [],
}

_ENVIRONMENT = {
    Runtime.TRITON: {},
    # Caches of compiled kernels and of tokenizers go where its user may write.
    Runtime.HUGGINGFACE: {"HOME": _SCRATCH, "HF_HOME": f"{_SCRATCH}/huggingface"},
    Runtime.MLSERVER: {
        # KServe sets this label from the model's format.
        "MLSERVER_MODEL_IMPLEMENTATION": "{{.Labels.modelClass}}",
        "MLSERVER_HTTP_PORT": str(REST_PORT),
        "MLSERVER_GRPC_PORT": str(GRPC_PORT),
        "MLSERVER_METRICS_PORT": str(METRICS_PORTS[Runtime.MLSERVER]),
        "MLSERVER_METRICS_DIR": f"{_SCRATCH}/metrics",
        "MLSERVER_ENVIRONMENTS_DIR": f"{_SCRATCH}/environments",
    },
}


def model_formats(runtime: Runtime) -> tuple[str, ...]:
    """The formats that a model server loads."""
    return tuple(_FORMATS[runtime])


def serving_runtime(runtime: Runtime, caches: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The ClusterServingRuntime of a model server, which each model's own values complete or replace."""
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ClusterServingRuntime",
        "metadata": {
            "name": str(runtime),
            "annotations": {"serving.kserve.io/server-type": _SERVER_TYPES[runtime]},
        },
        "spec": {
            "annotations": {
                "prometheus.kserve.io/path": "/metrics",
                "prometheus.kserve.io/port": str(METRICS_PORTS[runtime]),
            },
            "protocolVersions": ["v2", "grpc-v2"],
            "supportedModelFormats": [
                {"name": form, "version": version, "autoSelect": True, "priority": 1}
                for form, versions in _FORMATS[runtime].items()
                for version in versions
            ],
            "containers": [_container(runtime, caches)],
            "volumes": [
                {"name": "scratch", "emptyDir": {"sizeLimit": "10Gi"}},
                {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            ],
        },
    }


def on_demand_runtime(runtime: Runtime, caches: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The model server for models that scale to zero: each names the one port that Knative leads to.

    A port that a runtime declares can't be taken away by a model, and Knative refuses a second one. Source: Knative
    Serving 1.23.0, pkg/apis/serving, "more than one container port is set".
    """
    found = serving_runtime(runtime, caches)
    [container] = found["spec"]["containers"]
    portless = {key: value for key, value in container.items() if key != "ports"}
    name = f"{found['metadata']['name']}{ON_DEMAND}"
    # A model that names its format and no runtime gets the one with ports.
    formats = [
        {"name": each["name"], "version": each["version"], "autoSelect": False}
        for each in found["spec"]["supportedModelFormats"]
    ]
    spec = {**found["spec"], "supportedModelFormats": formats, "containers": [portless]}
    return {**found, "metadata": {**found["metadata"], "name": name}, "spec": spec}


def _container(runtime: Runtime, caches: Mapping[str, str]) -> dict[str, Any]:
    arguments = {"args": _ARGUMENTS[runtime]} if _ARGUMENTS[runtime] else {}
    environment = [{"name": name, "value": value} for name, value in _ENVIRONMENT[runtime].items()]
    return {
        "name": "kserve-container",
        "image": pulled(RUNTIME_IMAGES[runtime], caches),
        **arguments,
        **({"env": environment} if environment else {}),
        "ports": _ports(runtime),
        "resources": resources("1", "4Gi", "2"),
        "securityContext": {**RESTRICTED, "runAsUser": _USER},
        # A model on a new GPU node is pulled and loaded for minutes; until it has started, nothing else is asked.
        "startupProbe": _probe("/v2/health/ready", _PERIOD, START_SECONDS // _PERIOD),
        "readinessProbe": _probe("/v2/health/ready", 5, 3),
        "livenessProbe": _probe("/v2/health/live", _PERIOD, 6),
        "volumeMounts": [
            {"name": "scratch", "mountPath": _SCRATCH},
            {"name": "shared-memory", "mountPath": "/dev/shm"},  # noqa: S108 - a volume of the pod's own
        ],
    }


def _ports(runtime: Runtime) -> list[dict[str, Any]]:
    """REST first, for KServe's Service maps its port 80 to the first."""
    named = {REST_PORT_NAME: REST_PORT, GRPC_PORT_NAME: GRPC_PORT, METRICS_PORT_NAMES[runtime]: METRICS_PORTS[runtime]}
    return [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in named.items()]


def _probe(path: str, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": REST_PORT},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
