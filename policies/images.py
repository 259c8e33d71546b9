"""Container images, which workloads and jobs name, and what KServe makes workloads of."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from components.facts.image_references import WITH_REGISTRY, below
from policies.batch import JOB_DEFINITION, containers
from policies.engine.frameworks import checkov, cis_eks, nsa
from policies.engine.objects import INFERENCE_SERVICE
from policies.engine.pod_templates import CHARTS, KUBERNETES, Container, Pod, pods_in
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, is_set, json_value, read, text
from resources.resource import UNKNOWN, Resource, Unknown

_RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
_TASK = "aws:ecs/taskDefinition:TaskDefinition"
_WITH_IMAGES = (KUBERNETES, JOB_DEFINITION, _TASK)
_MOVING_WORDS = frozenset(
    {"latest", "main", "master", "head", "trunk", "stable", "edge", "nightly", "dev", "develop", "canary", "snapshot"}
    | {"rolling", "current", "newest", "release", "prod", "production", "staging", "testing", "test"}
)
_WORD = re.compile(r"[a-z]+")
_NAMES_REGISTRY = re.compile(WITH_REGISTRY)
_MOVING_TAG = (
    ":([^/]*[^a-z/])?latest([^a-z/][^/]*)?$|"
    f":([^/0-9]*[^a-z/0-9])?({'|'.join(sorted(_MOVING_WORDS))})([^a-z/0-9][^/0-9]*)?$"
)
"""The same as `_moves` for an image in lower case, as a regular expression for the cluster."""
_RETIRED = ("/tiller", "kubernetes-dashboard", "kubernetesui/dashboard")
"""What Checkov refuses by its image: CKV_K8S_33 and CKV_K8S_34."""


@dataclass(frozen=True, slots=True)
class _Use:
    """An image as a resource names it: `path` is where, `label` what runs it, in a message.

    The tag of a chart's or a custom resource's image may be somewhere else, unless `tag_is_here`.
    """

    path: str
    label: str
    image: str | Unknown | None
    tag_is_here: bool = True


def _images(resource: Resource, stack: Stack) -> Iterator[_Use]:
    """The images of a resource of `_WITH_IMAGES`; `None` for a container that must name one and doesn't."""
    if resource.type == JOB_DEFINITION:
        for container in containers(resource):
            yield _Use(container.path, container.path, text(read(container.values, "image")))
    elif resource.type == _TASK:
        for index, values in enumerate(elements(json_value(read(resource.inputs, "containerDefinitions")))):
            yield _Use(f"containerDefinitions[{index}]", f"container {index + 1}", text(read(values, "image")))
    elif resource.type in _RUNTIMES:
        yield from _of_containers(Pod("spec", read(resource.inputs, "spec")))
    else:
        for part in ("predictor", "transformer", "explainer") if resource.type == INFERENCE_SERVICE else ():
            if read(resource.inputs, "spec", part) is UNKNOWN:
                yield _Use(f"spec.{part}", f"spec.{part}", UNKNOWN)
        for pod in pods_in(resource, stack):
            yield from _of_containers(pod)


def _of_containers(pod: Pod) -> Iterator[_Use]:
    for container in pod.containers():
        image = read(container.values, "image")
        if isinstance(image, dict) and not pod.complete:
            yield from _of_chart(container, image)
            continue
        used = _Use(container.path, container.label, text(image), tag_is_here=not pod.is_container)
        # A container of a custom resource that names no image takes that of its controller.
        if pod.complete or used.image is not None:
            yield used


def _of_chart(container: Container, image: Any) -> Iterator[_Use]:
    """The image of a chart's values, which has its parts apart: registry, repository, tag and digest."""
    registry, repository = text(read(image, "registry")), text(read(image, "repository"))
    tag, digest = read(image, "tag"), text(read(image, "digest"))
    if UNKNOWN in (registry, repository, tag, digest):
        yield _Use(f"{container.path}.image", container.label, UNKNOWN)
        return
    name = "/".join(part for part in (registry, repository or "the chart's image") if isinstance(part, str))
    suffix = f"@{digest}" if digest else f":{display(tag)}" if is_set(tag) else ""
    yield _Use(f"{container.path}.image", container.label, f"{name}{suffix}", tag_is_here=False)


def _parts(image: str) -> tuple[str, str, str]:
    """Repository with its registry, tag and digest; the last two are empty where absent.

    A repository that names no registry gets `docker.io/`.
    """
    name, _, digest = image.partition("@")
    digest = digest if digest.startswith("sha") else ""
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    registry = "" if _NAMES_REGISTRY.match(name) else "docker.io/"
    return f"{registry}{head}{slash}{last}", tag, digest


@cache
def _below(prefixes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(below(prefixes))


@rule(
    "image-registry",
    "Images come from allowed registries",
    _WITH_IMAGES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[cis_eks("5.1.4"), nsa("Pod security: building secure container images")],
    remediation="Copy the image to a registry of the company, or add its registry to allowedRegistries of the section "
    "mlplatform:policies. While that list is empty every registry is allowed. A chart's images are not judged: its "
    "values name few of them.",
    field="image",
)
def _registry(resource: Resource, stack: Stack) -> Iterator[Result]:
    allowed = tuple(stack.settings.allowed_registries)
    for use in _images(resource, stack) if allowed and resource.type not in CHARTS else ():
        if use.image is UNKNOWN:
            yield Undecided(f"{use.path}.image")
        elif use.image and not _below(allowed).match(_parts(use.image)[0]):
            yield Finding(f"{use.label} pulls {use.image}, from a registry that allowedRegistries does not list")


@rule(
    "image-tag",
    "Images have a digest or a version as tag",
    _WITH_IMAGES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_K8S_14"), nsa("Pod security: building secure container images")],
    remediation="Name the image by digest (name:1.2.3@sha256:...) or by a version tag.",
    field="image",
    admission="variables.containers.filter(c, !c.image.contains('@sha'))"
    f".filter(c, !c.image.matches(':[^/]+$') || c.image.lowerAscii().matches('{_MOVING_TAG}'))"
    ".map(c, 'container ' + c.name + ' pulls ' + c.image + "
    "(c.image.matches(':[^/]+$') ? ', whose tag moves' : ', untagged'))",
)
def _tag(resource: Resource, stack: Stack) -> Iterator[Result]:
    for use in _images(resource, stack):
        if use.image is UNKNOWN:
            yield Undecided(f"{use.path}.image")
        elif use.image is None:
            yield Finding(f"{use.label} names no image")
        else:
            tag, digest = _parts(use.image)[1:]
            if not digest and (_moves(tag) if tag else use.tag_is_here):
                yield Finding(f"{use.label} pulls {use.image}, {'whose tag moves' if tag else 'untagged'}")


def _moves(tag: str) -> bool:
    """Whether a tag names whatever is newest: `latest`, also within a longer tag, or words without a number."""
    words = _WORD.findall(tag.lower())
    return "latest" in words or (not any(map(str.isdigit, tag)) and not _MOVING_WORDS.isdisjoint(words))


@rule(
    "retired-software",
    "The Kubernetes dashboard and Tiller do not run",
    _WITH_IMAGES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_K8S_33"), checkov("CKV_K8S_34")],
    remediation="Remove it. Helm 3 needs no Tiller; use kubectl or another viewer that signs people in.",
    field="image",
    admission=f"variables.containers.filter(c, {json.dumps(_RETIRED)}.exists(name, c.image.contains(name)))"
    ".map(c, 'container ' + c.name + ' runs ' + c.image + ', which gives its rights to everyone who reaches it')",
)
def _retired(resource: Resource, stack: Stack) -> Iterator[Result]:
    for use in _images(resource, stack):
        if isinstance(use.image, str) and any(name in _parts(use.image)[0] for name in _RETIRED):
            yield Finding(f"{use.label} runs {use.image}, which gives its rights to everyone who reaches it")
