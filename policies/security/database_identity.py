"""Who connects to a database proves it by IAM or by a role of its own; the administrator is known to nobody."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if given(read(resource.inputs, "replicateSourceDb")):
        return
    managed = flag(read(resource.inputs, "manageMasterUserPassword"))
    iam = flag(read(resource.inputs, "iamDatabaseAuthenticationEnabled"))
    if managed is UNKNOWN or iam is UNKNOWN:
        yield Undecided("manageMasterUserPassword or iamDatabaseAuthenticationEnabled")
    if managed is not True and managed is not UNKNOWN:
        yield Finding("its administrator's password is not kept by RDS in Secrets Manager")
    if iam is not True and iam is not UNKNOWN:
        yield Finding("does not let roles connect by IAM")


RULE = Rule(
    name="database-identity",
    title="Databases keep no shared password",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        fsbp("RDS.10"),
        well_architected("SEC02-BP03"),
    ),
    remediation="Set manageMasterUserPassword and iamDatabaseAuthenticationEnabled.",
    field="manageMasterUserPassword and iamDatabaseAuthenticationEnabled",
    types=frozenset({"aws:rds/instance:Instance", "aws:rds/cluster:Cluster"}),
    check=_check,
)
