"""In production, nobody deletes a load balancer by mistake."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LOAD_BALANCERS
from policies.inputs import read
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production:
        field = "enableDeletionProtection"
        yield from require(read(resource.inputs, field), True, field, "can be deleted by a single call")


RULE = Rule(
    name="load-balancer-deletion",
    title="In production, load balancers have deletion protection",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.6"), well_architected("REL08-BP04")),
    remediation="Set enableDeletionProtection; to destroy on purpose, turn it off in a deployment of its own.",
    field="enableDeletionProtection",
    types=frozenset(LOAD_BALANCERS),
    check=_check,
)
