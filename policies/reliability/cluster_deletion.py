"""A production cluster can't be deleted by mistake."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS
from policies.engine.frameworks import well_architected
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production and not resource.protect:
        yield from require(
            read(resource.inputs, "deletionProtection"),
            True,
            "deletionProtection",
            "deletionProtection is not true, and the resource is not protected in the stack either",
        )


RULE = Rule(
    name="cluster-deletion",
    title="Production clusters are protected from deletion",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(well_architected("REL08-BP05"),),
    remediation="Set deletionProtection to true; take it away in a deployment of its own before destroying the stack.",
    field="deletionProtection",
    types=CLUSTERS,
    check=_check,
)
