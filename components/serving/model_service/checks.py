"""What is refused of a model beyond the bounds of each field.

The chart refuses the same in the same words: `charts/model-service/templates/_checks.tpl`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...core.namespace_names import PLATFORM_NAMESPACES, is_kubernetes
from ...core.pod_sizes import LEAST_MILLICPUS, mebibytes, millicpus
from ..serving_platform.names import Protocol, Runtime

if TYPE_CHECKING:
    from .spec import ModelServiceSpec

LONGEST_KNATIVE_NAME = 63 - len("-predictor-00001-deployment")
"""Knative shortens a longer name, and the alerts would not find the Deployment."""

_LEAST_MEBIBYTES = 256
"""What the smallest of the model servers takes before it loads a model."""


def problems(spec: "ModelServiceSpec") -> Iterator[str]:
    """One sentence for each problem: field, value and remedy."""
    yield from _names(spec)
    yield from _folders(spec)
    yield from _format(spec)
    yield from _gpus(spec)
    yield from _sizes(spec)
    yield from _scale_to_zero(spec) if spec.scale_to_zero else _standard(spec)
    if spec.trace_collector and spec.runtime == Runtime.HUGGINGFACE:
        yield (
            f"traceCollector = {spec.trace_collector} has no effect on runtime huggingface, which sends no spans; "
            "remove it"
        )
    yield from _replicas(spec)


def _names(spec: "ModelServiceSpec") -> Iterator[str]:
    if is_kubernetes(spec.namespace) or spec.namespace in PLATFORM_NAMESPACES:
        yield f"namespace = {spec.namespace} is not for models; choose one of the serving platform's modelNamespaces"
    if spec.name.endswith("-canary"):
        yield (
            f"name = {spec.name} would be taken for the canary of another model; choose one that does not end with "
            "-canary"
        )
    if spec.host and spec.host.partition(".")[2] != spec.domain:
        yield (
            f"host = {spec.host} is not one label below domain = {spec.domain}, for which the gateway and its "
            f"certificate are; write {spec.name}.{spec.domain} or remove it"
        )


def _folders(spec: "ModelServiceSpec") -> Iterator[str]:
    if not spec.model_uri.endswith("/"):
        yield f"modelUri = {spec.model_uri} must end with /: it is a folder, and the model may read nothing else"
    if spec.canary and not spec.canary.model_uri.endswith("/"):
        uri = spec.canary.model_uri
        yield f"canary.modelUri = {uri} must end with /: it is a folder, and the canary may read nothing else"


def _format(spec: "ModelServiceSpec") -> Iterator[str]:
    known = ", ".join(spec.known_formats)
    if not spec.loaded_format:
        yield f"modelFormat is missing; runtime {spec.runtime} has no default: set one of {known}"
    elif spec.loaded_format not in spec.known_formats:
        yield f"modelFormat = {spec.loaded_format} is not a format of runtime {spec.runtime}; allowed: {known}"


def _gpus(spec: "ModelServiceSpec") -> Iterator[str]:
    if spec.gpus and spec.gpu_share:
        yield f"gpus = {spec.gpus} and gpuShare are both set; keep one: gpus for whole GPUs, gpuShare for a part of one"


def _sizes(spec: "ModelServiceSpec") -> Iterator[str]:
    if millicpus(spec.cpu) < LEAST_MILLICPUS:
        yield (
            f"cpu = {spec.cpu} is too little: a model server with less than {LEAST_MILLICPUS}m takes minutes to start; "
            "raise it"
        )
    if mebibytes(spec.memory) < _LEAST_MEBIBYTES:
        yield f"memory = {spec.memory} is too little: a model server needs {_LEAST_MEBIBYTES}Mi or more; raise it"


def _scale_to_zero(spec: "ModelServiceSpec") -> Iterator[str]:
    if not spec.protocol:
        yield "protocol is missing; a model with scaleToZero answers only one: set REST or gRPC"
    if spec.minimum:
        yield f"minimum = {spec.minimum} contradicts scaleToZero; set minimum to 0, or remove scaleToZero"
    if spec.prediction_logs and spec.protocol == Protocol.GRPC:
        yield "predictionLogs has no effect on gRPC, whose tensors are not logged; set protocol to REST or remove it"
    if spec.schedules:
        yield "schedules contradict scaleToZero, which has a minimum of 0 at all hours; remove one of them"
    if spec.host:
        address = f"{spec.name}.{spec.domain}"
        yield f"host = {spec.host} is not for models with scaleToZero, which answer at {address}; remove it"
    if len(spec.name) > LONGEST_KNATIVE_NAME:
        yield (
            f"name = {spec.name} is longer than {LONGEST_KNATIVE_NAME} characters, the most for a model with "
            "scaleToZero; choose a shorter one"
        )


def _standard(spec: "ModelServiceSpec") -> Iterator[str]:
    if spec.protocol:
        yield f"protocol = {spec.protocol} is for models with scaleToZero; the others answer REST and gRPC: remove it"
    if spec.minimum < 1:
        yield f"minimum = {spec.minimum} leaves no replica to answer; set 1 or more, or set scaleToZero"


def _replicas(spec: "ModelServiceSpec") -> Iterator[str]:
    if spec.maximum < spec.minimum:
        yield f"maximum = {spec.maximum} must be at least minimum = {spec.minimum}"
    for index, schedule in enumerate(spec.schedules):
        floor = f"schedules[{index}].minimum = {schedule.minimum}"
        if schedule.minimum < spec.minimum:
            yield f"{floor} is below that of the model, minimum = {spec.minimum}; a schedule raises it"
        if schedule.minimum > spec.maximum:
            yield f"{floor} is above maximum = {spec.maximum}; raise maximum, or lower the minimum of the schedule"
        if schedule.start >= schedule.end:
            yield (
                f"schedules[{index}].end = {schedule.end} must be after start = {schedule.start} on the same "
                "day; write a night as two schedules"
            )
