"""What is refused of a model beyond the bounds of each field.

The chart refuses the same in the same words: `charts/model-service/templates/_checks.tpl`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...core.namespace_names import PLATFORM_NAMESPACES, is_kubernetes

if TYPE_CHECKING:
    from .spec import ModelServiceSpec

LONGEST_KNATIVE_NAME = 63 - len("-predictor-00001-deployment")
"""Knative shortens a longer name, and the alerts would not find the Deployment."""


def problems(spec: "ModelServiceSpec") -> Iterator[str]:
    """One sentence for each problem: field, value and remedy."""
    yield from _names(spec)
    yield from _folders(spec)
    yield from _format(spec)
    if spec.gpus and spec.gpu_share:
        yield f"gpus = {spec.gpus} and gpuShare are both set; keep gpus for whole GPUs or gpuShare for a part of one"
    yield from _scale_to_zero(spec) if spec.scale_to_zero else _standard(spec)
    yield from _replicas(spec)


def _names(spec: "ModelServiceSpec") -> Iterator[str]:
    if is_kubernetes(spec.namespace) or spec.namespace in PLATFORM_NAMESPACES:
        yield (f"namespace = {spec.namespace} is not for models; choose one of the serving platform's modelNamespaces")
    if spec.name.endswith("-canary"):
        yield (
            f"name = {spec.name} would be taken for the canary of another model; choose one that does not end with "
            "-canary"
        )
    if spec.host and spec.host.partition(".")[2] != spec.domain:
        yield (
            f"host = {spec.host} is not one label below domain = {spec.domain}, for which the gateway and its "
            f"certificate are; write {spec.name}.{spec.domain} or leave it out"
        )


def _folders(spec: "ModelServiceSpec") -> Iterator[str]:
    if not spec.model_uri.endswith("/"):
        yield (
            f"modelUri = {spec.model_uri} must end with /: it names a folder, whose objects alone the model may read"
        )
    if spec.canary and not spec.canary.model_uri.endswith("/"):
        yield (
            f"canary.modelUri = {spec.canary.model_uri} must end with /: it names a folder, whose objects alone it "
            "may read"
        )


def _format(spec: "ModelServiceSpec") -> Iterator[str]:
    known = ", ".join(spec.known_formats)
    if not spec.loaded_format:
        yield f"modelFormat is missing; runtime {spec.runtime} loads one of {known}, so say which"
    elif spec.loaded_format not in spec.known_formats:
        yield f"modelFormat = {spec.loaded_format} is none that runtime {spec.runtime} loads; allowed: {known}"


def _scale_to_zero(spec: "ModelServiceSpec") -> Iterator[str]:
    if not spec.protocol:
        yield "protocol is missing; a model that scales to zero answers REST or gRPC, not both, so say which"
    if spec.minimum:
        yield (f"minimum = {spec.minimum} and scaleToZero are opposites; set minimum to 0, or leave scaleToZero out")
    if spec.schedules:
        yield "schedules are not for models with scaleToZero, whose floor is none at each hour; leave one of them out"
    if spec.host:
        yield (
            f"host = {spec.host} is not for models with scaleToZero, which answer at {spec.name}.{spec.domain}; "
            "leave it out"
        )
    if len(spec.name) > LONGEST_KNATIVE_NAME:
        yield (
            f"name = {spec.name} is longer than {LONGEST_KNATIVE_NAME} characters, the most for a model with "
            "scaleToZero; choose a shorter one"
        )


def _standard(spec: "ModelServiceSpec") -> Iterator[str]:
    if spec.protocol:
        yield (
            f"protocol = {spec.protocol} is for models with scaleToZero; the others answer REST and gRPC, so leave "
            "it out"
        )
    if spec.minimum < 1:
        yield (
            f"minimum = {spec.minimum} leaves nobody to answer; set 1, or scaleToZero for a model that starts when "
            "it is asked"
        )


def _replicas(spec: "ModelServiceSpec") -> Iterator[str]:
    if spec.maximum < spec.minimum:
        yield f"maximum = {spec.maximum} must be at least minimum = {spec.minimum}"
    for schedule in spec.schedules:
        if schedule.minimum < spec.minimum:
            yield (
                f"schedule {schedule.name}: minimum = {schedule.minimum} is below the model's own, minimum = "
                f"{spec.minimum}; a schedule raises the floor"
            )
        if schedule.minimum > spec.maximum:
            yield (
                f"schedule {schedule.name}: minimum = {schedule.minimum} is above maximum = {spec.maximum}; "
                "raise maximum"
            )
        if schedule.start >= schedule.end:
            yield (
                f"schedule {schedule.name}: end = {schedule.end} must be later on the day than start = "
                f"{schedule.start}; write a night as two schedules"
            )
