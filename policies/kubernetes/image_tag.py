"""An image is the one that was tested: named by digest or by a tag that says a version."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.kubernetes.images import IMAGE_USERS, images, parts
from pricing.resource import UNKNOWN, Resource

_MOVING = frozenset({"latest", "main", "master", "stable", "edge", "nightly", "dev"})


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for used in images(resource):
        image = used.image
        if image is UNKNOWN:
            yield Undecided(f"{used.path}.image")
        elif image is None:
            yield Finding(f"{used.label} names no image")
        else:
            tag, digest = parts(image)[1:]
            if not digest and (not tag or tag in _MOVING):
                yield Finding(f"{used.label} pulls {image}, {'untagged' if not tag else 'whose tag moves'}")


RULE = Rule(
    name="image-tag",
    title="Images have a digest or a version as tag",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(nsa("Pod security: building secure container images"),),
    remediation="Name the image by digest (name:1.2.3@sha256:...) or by a version tag.",
    field="image",
    types=IMAGE_USERS,
    check=_check,
)
