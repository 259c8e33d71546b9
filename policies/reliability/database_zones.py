"""In production a database survives the loss of its zone."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production or given(read(resource.inputs, "replicateSourceDb")):
        return
    yield from require(read(resource.inputs, "multiAz"), True, "multiAz", "has no standby in another zone")


RULE = Rule(
    name="database-zones",
    title="In production, databases have a standby in another zone",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        fsbp("RDS.5"),
        well_architected("REL10-BP01"),
    ),
    remediation="Set multiAz.",
    field="multiAz",
    types=frozenset({"aws:rds/instance:Instance"}),
    check=_check,
)
