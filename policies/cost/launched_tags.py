"""Instances and volumes that a scaling group starts carry the tags too, which default tags don't reach."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, entries, read
from policies.instances import LAUNCH_TEMPLATE, NODE_CLASS
from policies.tags import missing
from pricing.resource import UNKNOWN, Resource

_KINDS = ("instance", "volume")


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == NODE_CLASS:
        yield from _judge("tags", "instances and volumes", read(resource.inputs, "spec", "tags"), stack)
        return
    specifications = each(read(resource.inputs, "tagSpecifications"))
    for kind in _KINDS:
        tags = [
            read(specification, "tags")
            for specification in specifications
            if read(specification, "resourceType") == kind
        ]
        if not tags and UNKNOWN in specifications:
            yield Undecided("tagSpecifications")
        else:
            yield from _judge("tagSpecifications", f"{kind}s", tags[0] if tags else None, stack)


def _judge(field: str, what: str, tags: Any, stack: Stack) -> Iterator[Result]:
    if tags is UNKNOWN:
        yield Undecided(field)
    elif lacking := missing(dict(entries(tags)), stack.settings.required_tags):
        yield Finding(f"{what} it starts lack {', '.join(lacking)} in {field}; default tags do not reach them")


RULE = Rule(
    name="launched-tags",
    title="What a launch template or node class starts carries the tags",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(finops("Allocation"), well_architected("COST03-BP02")),
    remediation="Add tagSpecifications for instance and volume to the launch template, or tags to the EC2NodeClass.",
    field="tagSpecifications or spec.tags",
    types=frozenset({LAUNCH_TEMPLATE, NODE_CLASS}),
    check=_check,
)
