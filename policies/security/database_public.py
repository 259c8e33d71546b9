"""No database answers the internet."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    state = flag(read(resource.inputs, "publiclyAccessible"))
    if state is UNKNOWN:
        yield Undecided("publiclyAccessible")
    elif state is True:
        yield Finding("has a public address")


RULE = Rule(
    name="database-public",
    title="Databases have no public address",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(fsbp("RDS.2"),),
    remediation="Set publiclyAccessible to false and put it into isolated subnets.",
    field="publiclyAccessible",
    types=frozenset({"aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"}),
    check=_check,
)
