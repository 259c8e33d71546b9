"""Old images go: storage of images grows with every push."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.frameworks import finops, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read, text
from policies.repositories import LIFECYCLE, REPOSITORY, TEMPLATE
from pricing.resource import UNKNOWN, Resource


def _check(stack: Stack) -> Iterator[Result]:
    policies = stack.indexed((LIFECYCLE,), _targets)
    for repository in stack.of([REPOSITORY]):
        name = text(read(repository.inputs, "name"))
        if policies.get(repository.urn) or (isinstance(name, str) and policies.get(name)):
            continue
        if policies.get(UNKNOWN):
            yield Undecided("repository of a lifecycle policy", repository.urn)
        else:
            yield Finding("keeps every image for ever", repository.urn)
    for template in stack.of([TEMPLATE]):
        if not given(read(template.inputs, "lifecyclePolicy")):
            yield Finding("makes repositories that keep every image for ever", template.urn)


def _targets(policy: Resource) -> Iterable[Any]:
    """What the policy's repository was computed from, or what is written there."""
    return policy.property_dependencies.get("repository") or [text(read(policy.inputs, "repository"))]


RULE = Rule(
    name="repository-lifecycle",
    title="Repositories of images have a lifecycle",
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=(fsbp("ECR.3"), finops("Workload optimization")),
    remediation="Add a LifecyclePolicy that expires untagged images and old releases; set lifecyclePolicy of a "
    "template.",
    field="policy of the repository's LifecyclePolicy",
    check_stack=_check,
)
