"""Spans of Python programs whose images have no OpenTelemetry: the packages come from another image.

An init container copies them into a volume, and Python loads them before the program. The OpenTelemetry operator does
the same. Source: open-telemetry/opentelemetry-operator, internal/instrumentation/python.go.
"""

from collections.abc import Mapping
from typing import Any

from .pods import resources

_VOLUME = "instrumentation"
FOLDER = "/instrumentation"
_SOURCE = "/autoinstrumentation"
Pod = dict[str, Any]


def instrumented(pod: Pod, image: str, collector: str, security: Mapping[str, Any]) -> Pod:
    """The pod, whose only container sends spans to port 4318 of `collector`. Its name is the service's name."""
    [container] = pod["containers"]
    mount = {"name": _VOLUME, "mountPath": FOLDER}
    copying = {
        "name": _VOLUME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["cp", "-r", f"{_SOURCE}/.", FOLDER],
        "resources": resources("20m", "128Mi", "500m"),
        "securityContext": dict(security),
        "volumeMounts": [mount],
    }
    variables = [{"name": name, "value": value} for name, value in environment(container["name"], collector).items()]
    sending = {
        **container,
        "env": [*container["env"], *variables],
        "volumeMounts": [*container["volumeMounts"], {**mount, "readOnly": True}],
    }
    return {
        **pod,
        "initContainers": [*pod["initContainers"], copying],
        "containers": [sending],
        "volumes": [*pod["volumes"], {"name": _VOLUME, "emptyDir": {"sizeLimit": "512Mi"}}],
    }


def environment(service: str, collector: str, folder: str = FOLDER) -> dict[str, str]:
    """What makes Python load OpenTelemetry from `folder` and send spans alone, without a span for each probe.

    A span is sent if the caller's is: the collector decides which traces are kept. Source: OpenTelemetry
    specification, "Environment Variable Specification"; opentelemetry-python-contrib, opentelemetry-instrumentation.
    """
    return {
        "PYTHONPATH": f"{folder}/opentelemetry/instrumentation/auto_instrumentation:{folder}",
        "OTEL_SERVICE_NAME": service,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector}:4318",
        "OTEL_PROPAGATORS": "tracecontext",
        "OTEL_TRACES_SAMPLER": "parentbased_always_on",
        "OTEL_PYTHON_EXCLUDED_URLS": "health",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
    }
