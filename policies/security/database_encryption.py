"""Databases, and with them their backups and logs, are encrypted at rest."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    field = "storageEncrypted"
    yield from require(
        read(resource.inputs, field), True, field, "is not encrypted; that can only be chosen when it is made"
    )


RULE = Rule(
    name="database-encryption",
    title="Databases are encrypted",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        fsbp("RDS.3"),
        well_architected("SEC08-BP02"),
    ),
    remediation="Set storageEncrypted and kmsKeyId before the first deployment, or use Database.",
    field="storageEncrypted and kmsKeyId",
    types=frozenset({"aws:rds/instance:Instance", "aws:rds/cluster:Cluster"}),
    check=_check,
)
