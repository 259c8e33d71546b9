"""Images come from registries that the stack trusts."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.kubernetes.images import IMAGE_USERS, images, parts
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    allowed = tuple(stack.settings.allowed_registries)
    if not allowed:
        return
    for used in images(resource):
        image = used.image
        if image is UNKNOWN:
            yield Undecided(f"{used.path}.image")
        elif image and not parts(image)[0].startswith(allowed):
            yield Finding(f"{used.label} pulls {image}, from a registry that allowedRegistries does not list")


RULE = Rule(
    name="image-registry",
    title="Images come from allowed registries",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(cis_eks("5.1.4"), nsa("Pod security: building secure container images")),
    remediation="Copy the image to a registry of the company, or add its registry to allowedRegistries of the section "
    "mlplatform:policies. While that list is empty every registry is allowed.",
    field="image",
    types=IMAGE_USERS,
    check=_check,
)
