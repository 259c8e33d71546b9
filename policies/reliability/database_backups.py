"""A database can be restored to any moment of the last week."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, number, read
from pricing.resource import UNKNOWN, Resource

_LEAST_DAYS = 7


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if given(read(resource.inputs, "replicateSourceDb")):
        return
    days = number(read(resource.inputs, "backupRetentionPeriod"))
    if days is UNKNOWN:
        yield Undecided("backupRetentionPeriod")
    elif (days or 0) < _LEAST_DAYS:
        yield Finding(f"keeps backups for {days or 0:g} days; {_LEAST_DAYS} are the least")


RULE = Rule(
    name="database-backups",
    title="Databases keep backups for a week or more",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        fsbp("RDS.11"),
        well_architected("REL09-BP03"),
    ),
    remediation="Set backupRetentionPeriod to 7 or more.",
    field="backupRetentionPeriod",
    types=frozenset({"aws:rds/instance:Instance", "aws:rds/cluster:Cluster"}),
    check=_check,
)
