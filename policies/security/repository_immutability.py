"""The image behind a tag is the one that was tested under it."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from policies.repositories import REPOSITORY
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    tags = text(read(resource.inputs, "imageTagMutability"))
    if tags is UNKNOWN:
        yield Undecided("imageTagMutability")
    elif tags != "IMMUTABLE":
        yield Finding(f"lets a tag be pushed again: imageTagMutability is {tags or 'absent'}")


RULE = Rule(
    name="repository-immutability",
    title="Tags of images never move",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("ECR.2"), well_architected("SEC11-BP06")),
    remediation="Set imageTagMutability to IMMUTABLE, without exclusions; push what is new under a new tag.",
    field="imageTagMutability",
    types=frozenset({REPOSITORY}),
    check=_check,
)
