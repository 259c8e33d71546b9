"""The images that a resource runs, and taking an image's reference apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.inputs import read, text
from policies.kubernetes.objects import INFERENCE_SERVICE
from policies.kubernetes.pods import WORKLOADS, Pod, pod_of
from pricing.resource import UNKNOWN, Resource, Unknown

_RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
_PARTS = ("predictor", "transformer", "explainer")
_SERVERS = (
    *("model", "triton", "huggingface", "sklearn", "xgboost", "lightgbm"),
    *("tensorflow", "pytorch", "onnx", "pmml", "paddle"),
)
"""Where a predictor names its model server; all but the first are KServe's older way."""
IMAGE_USERS = WORKLOADS | {*_RUNTIMES, INFERENCE_SERVICE}
"""The kinds that name images: workloads, and what KServe makes workloads of."""


@dataclass(frozen=True, slots=True)
class Used:
    """An image as a resource names it: `path` is where, `label` how a message calls what runs it."""

    path: str
    label: str
    image: str | Unknown | None


def images(resource: Resource) -> Iterator[Used]:
    """The images of a resource of `IMAGE_USERS`; `None` for a container that must name one and doesn't."""
    if resource.type in _RUNTIMES:
        yield from _containers(Pod("spec", read(resource.inputs, "spec"), None))
    elif resource.type == INFERENCE_SERVICE:
        for name in _PARTS:
            # What names none takes its runtime's.
            served = _served(f"spec.{name}", read(resource.inputs, "spec", name))
            yield from (used for used in served if used.image is not None)
    else:
        yield from _containers(pod_of(resource))


def _served(path: str, spec: Any) -> Iterator[Used]:
    if spec is UNKNOWN:
        yield Used(path, path, UNKNOWN)
        return
    for server in _SERVERS:
        yield Used(f"{path}.{server}", f"{path}.{server}", text(read(spec, server, "image")))
    yield from _containers(Pod(path, spec, None))


def _containers(pod: Pod) -> Iterator[Used]:
    for container in pod.containers():
        yield Used(container.path, container.label, text(read(container.values, "image")))


def parts(image: str) -> tuple[str, str, str]:
    """Repository with its registry, tag and digest; the last two are empty where absent.

    `docker.io/` stands before a repository that names no registry.
    """
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    first = name.partition("/")[0]
    registry = "" if slash and ("." in first or ":" in first or first == "localhost") else "docker.io/"
    return f"{registry}{head}{slash}{last}", tag, digest
