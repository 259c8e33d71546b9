"""In production a database survives the loss of its zone."""

from collections.abc import Iterator

from policies.frameworks import fsbp, well_architected
from policies.inputs import flag, given, read
from policies.rule import Finding, Result, Rule, Severity, Undecided
from policies.settings import Level
from policies.view import View
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, view: View) -> Iterator[Result]:
    if not view.environment.is_production or given(read(resource.inputs, "replicateSourceDb")):
        return
    state = flag(read(resource.inputs, "multiAz"))
    if state is UNKNOWN:
        yield Undecided("multiAz")
    elif state is not True:
        yield Finding("has no standby in another zone")


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
    types=frozenset({"aws:rds/instance:Instance"}),
    check=_check,
)
