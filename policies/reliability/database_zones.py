"""In production a database survives the loss of its zone."""

from collections.abc import Iterator

from policies.frameworks import fsbp, well_architected
from policies.inputs import given, read
from policies.rule import Result, Rule, Severity, require
from policies.settings import Level
from policies.view import View
from pricing.resource import Resource


def _check(resource: Resource, view: View) -> Iterator[Result]:
    if not view.environment.is_production or given(read(resource.inputs, "replicateSourceDb")):
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
