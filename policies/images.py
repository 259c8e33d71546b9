"""Container images, which workloads and jobs name, and what KServe makes workloads of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.batch import JOB_DEFINITION, containers
from policies.engine.frameworks import cis_eks, nsa
from policies.engine.objects import INFERENCE_SERVICE
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.pods import WORKLOADS, Pod, pod_of
from resources.inputs import read, text
from resources.resource import UNKNOWN, Resource, Unknown

_RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
_WITH_IMAGES = (*WORKLOADS, *_RUNTIMES, INFERENCE_SERVICE, JOB_DEFINITION)
_MODEL_SERVERS = (
    *("model", "triton", "huggingface", "sklearn", "xgboost", "lightgbm"),
    *("tensorflow", "pytorch", "onnx", "pmml", "paddle"),
)
"""Where a predictor names its model server; all but the first are KServe's older way."""
_MOVING_TAGS = ("latest", "main", "master", "stable", "edge", "nightly", "dev")


@dataclass(frozen=True, slots=True)
class _Use:
    """An image as a resource names it: `path` is where, `label` what runs it, in a message."""

    path: str
    label: str
    image: str | Unknown | None


def _images(resource: Resource) -> Iterator[_Use]:
    """The images of a resource of `_WITH_IMAGES`; `None` for a container that must name one and doesn't."""
    if resource.type == JOB_DEFINITION:
        for container in containers(resource):
            yield _Use(container.path, container.path, text(read(container.values, "image")))
    elif resource.type in _RUNTIMES:
        yield from _of_containers(Pod("spec", read(resource.inputs, "spec")))
    elif resource.type == INFERENCE_SERVICE:
        for part in ("predictor", "transformer", "explainer"):
            uses = _of_service_part(f"spec.{part}", read(resource.inputs, "spec", part))
            # A part that names no image takes that of its runtime.
            yield from (use for use in uses if use.image is not None)
    else:
        yield from _of_containers(pod_of(resource))


def _of_service_part(path: str, spec: Any) -> Iterator[_Use]:
    if spec is UNKNOWN:
        yield _Use(path, path, UNKNOWN)
        return
    for server in _MODEL_SERVERS:
        yield _Use(f"{path}.{server}", f"{path}.{server}", text(read(spec, server, "image")))
    yield from _of_containers(Pod(path, spec))


def _of_containers(pod: Pod) -> Iterator[_Use]:
    for container in pod.containers():
        yield _Use(container.path, container.label, text(read(container.values, "image")))


def _parts(image: str) -> tuple[str, str, str]:
    """Repository with its registry, tag and digest; the last two are empty where absent.

    A repository that names no registry gets `docker.io/`.
    """
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    host = name.partition("/")[0]
    registry = "" if slash and ("." in host or ":" in host or host == "localhost") else "docker.io/"
    return f"{registry}{head}{slash}{last}", tag, digest


@rule(
    "image-registry",
    "Images come from allowed registries",
    _WITH_IMAGES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[cis_eks("5.1.4"), nsa("Pod security: building secure container images")],
    remediation="Copy the image to a registry of the company, or add its registry to allowedRegistries of the section "
    "mlplatform:policies. While that list is empty every registry is allowed.",
    field="image",
)
def _registry(resource: Resource, stack: Stack) -> Iterator[Result]:
    allowed = tuple(stack.settings.allowed_registries)
    for use in _images(resource) if allowed else ():
        if use.image is UNKNOWN:
            yield Undecided(f"{use.path}.image")
        elif use.image and not _parts(use.image)[0].startswith(allowed):
            yield Finding(f"{use.label} pulls {use.image}, from a registry that allowedRegistries does not list")


@rule(
    "image-tag",
    "Images have a digest or a version as tag",
    _WITH_IMAGES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[nsa("Pod security: building secure container images")],
    remediation="Name the image by digest (name:1.2.3@sha256:...) or by a version tag.",
    field="image",
)
def _tag(resource: Resource, _: Stack) -> Iterator[Result]:
    for use in _images(resource):
        if use.image is UNKNOWN:
            yield Undecided(f"{use.path}.image")
        elif use.image is None:
            yield Finding(f"{use.label} names no image")
        else:
            tag, digest = _parts(use.image)[1:]
            if not digest and (not tag or tag in _MOVING_TAGS):
                yield Finding(f"{use.label} pulls {use.image}, {'whose tag moves' if tag else 'untagged'}")
