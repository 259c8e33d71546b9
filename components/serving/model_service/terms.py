"""What follows from a model's values, and what must not be: expressions that the component and the chart both read."""

from dataclasses import dataclass

from ...core.namespace_names import PLATFORM_NAMESPACES
from ..serving_platform import names
from ..serving_platform.names import (
    METRICS_PORT_NAMES,
    METRICS_PORTS,
    MODEL_CACHE_CLAIM,
    MODEL_LABEL,
    Protocol,
    Runtime,
)
from ..serving_platform.runtimes import serving_runtime
from .language import Expression, call

DEFAULT_PROMETHEUS = "http://prometheus-operated.monitoring.svc.cluster.local:9090"
"""The Service that Prometheus's operator makes for a Prometheus in the namespace monitoring."""
GRACE_SECONDS = 10
"""How long a pod that is told to go still answers, until the gateway sends to it no more."""
LONGEST_ON_DEMAND_NAME = 63 - len("-predictor-00001-deployment")
"""Knative makes up another name where its own would be too long, and no alert would know it."""

_DEFAULT_FORMATS = {Runtime.TRITON: "triton", Runtime.HUGGINGFACE: "huggingface", Runtime.MLSERVER: ""}


def _formats(runtime: Runtime) -> list[str]:
    formats = serving_runtime(runtime)["spec"]["supportedModelFormats"]
    return list(dict.fromkeys(each["name"] for each in formats))


FORMATS = {str(runtime): _formats(runtime) for runtime in Runtime}
"""The formats that each model server loads."""


def _share(replicas: str) -> Expression:
    """The canary's part of some replicas: no less than one, and rounded up."""
    return call("max", 1, call("div", call("add", call("mul", replicas, "<canary.percent>"), 99), 100))


_URIS = ("<model_uri>", "<canary.model_uri>")

DERIVED: dict[str, Expression] = {
    "labels_of_all": call("with", "<labels>", {MODEL_LABEL: "<name>"}),
    "address": call("default", "<host>", "<name>.<domain>"),
    "format": call(
        "default",
        "<model_format>",
        call("get", {str(runtime): name for runtime, name in _DEFAULT_FORMATS.items()}, "<runtime>"),
    ),
    "formats": call("get", FORMATS, "<runtime>"),
    "has_metrics": call("or", "<monitoring>", call("not", call("eq", "<prometheus_url>", DEFAULT_PROMETHEUS))),
    "has_gpu": call("or", "<gpus>", "<gpu_share>"),
    "devices": call("choose", "<gpu_share>", 1, "<gpus>"),
    "is_huggingface": call("eq", "<runtime>", str(Runtime.HUGGINGFACE)),
    "is_mlserver": call("eq", "<runtime>", str(Runtime.MLSERVER)),
    "metrics_port": call("get", {str(runtime): port for runtime, port in METRICS_PORTS.items()}, "<runtime>"),
    "metrics_port_name": call("get", {str(runtime): name for runtime, name in METRICS_PORT_NAMES.items()}, "<runtime>"),
    "canary_minimum": _share("<minimum>"),
    "canary_maximum": _share("<maximum>"),
    "floor": call("text", "<schedule.minimum>"),
    "canary_floor": call("text", _share("<schedule.minimum>")),
    "threshold": call("text", "<target_concurrency>"),
    "stable_percent": call("sub", 100, "<canary.percent>"),
    "keeps_canary": call("and", "<cache>", call("and", "<canary>", call("not", call("eq", *_URIS)))),
    "claim": f"{MODEL_CACHE_CLAIM}<cache.group>",
    "model_folder": call("key", "<model_uri>"),
    "canary_folder": call("key", "<canary.model_uri>"),
    "model_copy": call("key", "<cache.group> <model_uri>"),
    "canary_copy": call("key", "<cache.group> <canary.model_uri>"),
    "startup_failures": call("mul", "<startup_minutes>", 6),
    # One that is missing is told of by a check, which a template may come before.
    "answers": call("default", "<protocol>", str(Protocol.REST)),
    "port": call("get", {str(Protocol.REST): names.REST_PORT, str(Protocol.GRPC): names.GRPC_PORT}, "<answers>"),
    "port_name": call(
        "get", {str(Protocol.REST): names.REST_PORT_NAME, str(Protocol.GRPC): names.GRPC_PORT_NAME}, "<answers>"
    ),
    "queue_port": call("get", dict(names.QUEUE_PORTS), "<answers>"),
    "progress_minutes": call("add", "<startup_minutes>", names.NODE_SECONDS // 60),
    "grace_seconds": call("add", "<timeout_seconds>", GRACE_SECONDS),
    "start_cron": "<start_minute> <start_hour> * * <cron_days>",
    "end_cron": "<end_minute> <end_hour> * * <cron_days>",
    "start_hour": call("part", "<schedule.start>", 0, 2),
    "start_minute": call("part", "<schedule.start>", 3, 5),
    "end_hour": call("part", "<schedule.end>", 0, 2),
    "end_minute": call("part", "<schedule.end>", 3, 5),
    "cron_days": call("cron_days", "<schedule.days>"),
    "known_formats": call("join", "<formats>"),
    "platform_namespaces": [*PLATFORM_NAMESPACES, "default"],
    "below_domain": ".<domain>",
}
"""Values that follow from others, by the name that places use for them."""


@dataclass(frozen=True)
class Check:
    """A sentence that refuses a model where `wrong` holds; with `each`, of each `item` of a list."""

    wrong: Expression
    sentence: str
    each: str = ""
    item: str = ""


CHECKS = (
    Check(
        call("or", call("contains", "<platform_namespaces>", "<namespace>"), call("starts", "<namespace>", "kube-")),
        "namespace = <namespace> is not for models; choose one of the serving platform's modelNamespaces",
    ),
    Check(
        call("ends", "<name>", "-canary"),
        "name = <name> would be taken for the canary of another model; choose one that does not end with -canary",
    ),
    Check(
        call(
            "and",
            "<host>",
            call(
                "not",
                call(
                    "and",
                    call("ends", "<address>", "<below_domain>"),
                    call("eq", call("labels", "<address>"), call("labels", "<name>.<domain>")),
                ),
            ),
        ),
        "host = <host> is not one label below domain = <domain>, for which the gateway and its certificate are; "
        "write <name>.<domain> or leave it out",
    ),
    Check(
        call("not", call("ends", "<model_uri>", "/")),
        "modelUri = <model_uri> must end with /: it names a folder, whose objects alone the model may read",
    ),
    Check(
        call("and", "<canary>", call("not", call("ends", "<canary.model_uri>", "/"))),
        "canary.modelUri = <canary.model_uri> must end with /: it names a folder, whose objects alone it may read",
    ),
    Check(
        call("not", "<format>"),
        "modelFormat is missing; runtime <runtime> loads one of <known_formats>, so say which",
    ),
    Check(
        call("not", call("contains", "<formats>", "<format>")),
        "modelFormat = <format> is none that runtime <runtime> loads; allowed: <known_formats>",
    ),
    Check(
        call("and", "<gpus>", "<gpu_share>"),
        "gpus = <gpus> and gpuShare are both set; keep gpus for whole GPUs or gpuShare for a part of one",
    ),
    Check(
        call("and", "<scale_to_zero>", call("not", "<protocol>")),
        "protocol is missing; a model that scales to zero answers REST or gRPC, not both, so say which",
    ),
    Check(
        call("and", "<protocol>", call("not", "<scale_to_zero>")),
        "protocol = <protocol> is for models with scaleToZero; the others answer REST and gRPC, so leave it out",
    ),
    Check(
        call("and", call("not", "<scale_to_zero>"), call("lt", "<minimum>", 1)),
        "minimum = <minimum> leaves nobody to answer; set 1, or scaleToZero for a model that starts when it is asked",
    ),
    Check(
        call("and", "<scale_to_zero>", call("ge", "<minimum>", 1)),
        "minimum = <minimum> and scaleToZero are opposites; set minimum to 0, or leave scaleToZero out",
    ),
    Check(
        call("and", "<scale_to_zero>", "<schedules>"),
        "schedules are not for models with scaleToZero, whose floor is none at each hour; leave one of them out",
    ),
    Check(
        call("and", "<scale_to_zero>", "<host>"),
        "host = <host> is not for models with scaleToZero, which answer at <name>.<domain>; leave it out",
    ),
    Check(
        call("and", "<scale_to_zero>", call("lt", LONGEST_ON_DEMAND_NAME, call("size", "<name>"))),
        f"name = <name> is longer than {LONGEST_ON_DEMAND_NAME} characters, the most for a model with scaleToZero; "
        "choose a shorter one",
    ),
    Check(
        call("lt", "<maximum>", "<minimum>"),
        "maximum = <maximum> must be at least minimum = <minimum>",
    ),
    Check(
        call("lt", "<schedule.minimum>", "<minimum>"),
        "schedule <schedule.name>: minimum = <schedule.minimum> is below the model's own, minimum = <minimum>; "
        "a schedule raises the floor",
        each="schedules",
        item="schedule",
    ),
    Check(
        call("lt", "<maximum>", "<schedule.minimum>"),
        "schedule <schedule.name>: minimum = <schedule.minimum> is above maximum = <maximum>; raise maximum",
        each="schedules",
        item="schedule",
    ),
    Check(
        call("ge", "<schedule.start>", "<schedule.end>"),
        "schedule <schedule.name>: end = <schedule.end> must be later on the day than start = <schedule.start>; "
        "write a night as two schedules",
        each="schedules",
        item="schedule",
    ),
)
"""What is refused beyond the bounds of each field, in the order in which it is told."""
