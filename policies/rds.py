"""Databases of RDS and Aurora."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.checks import forbids, requires
from policies.engine.controls import line, never, table
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
_TLS_BY_DEFAULT = 15
"""The first version of PostgreSQL that RDS runs with rds.force_ssl = 1."""
_PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
_LEAST_BACKUP_DAYS = 7
_TLS_PARAMETERS = {"postgres": "rds.force_ssl", "mysql": "require_secure_transport"}
"""The parameter that makes an engine refuse connections without TLS."""


def _is_no_replica(database: Resource, _: Stack) -> bool:
    return not is_set(read(database.inputs, "replicateSourceDb"))


def _needs_standby(database: Resource, stack: Stack) -> bool:
    return stack.environment.is_production and _is_no_replica(database, stack)


requires(
    (INSTANCE, CLUSTER),
    "storageEncrypted",
    True,
    "is not encrypted; this can only be set when it is created",
    name="database-encryption",
    title="Databases are encrypted",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.3"), well_architected("SEC08-BP02")],
    remediation="Set storageEncrypted and kmsKeyId before the first deployment, or use Database.",
    field="storageEncrypted and kmsKeyId",
)
forbids(
    (INSTANCE, CLUSTER_INSTANCE),
    "publiclyAccessible",
    True,
    "has a public address",
    name="database-public",
    title="Databases have no public address",
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.2")],
    remediation="Set publiclyAccessible to false and put it into isolated subnets.",
)
requires(
    INSTANCE,
    "multiAz",
    True,
    "has no standby in another zone",
    name="database-zones",
    title="In production, databases have a standby in another zone",
    when=_needs_standby,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.5"), well_architected("REL10-BP01")],
    remediation="Set multiAz.",
)


@rule(
    "database-backups",
    "Databases keep backups for a week or more",
    (INSTANCE, CLUSTER),
    when=_is_no_replica,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.11"), well_architected("REL09-BP03")],
    remediation="Set backupRetentionPeriod to 7 or more.",
    field="backupRetentionPeriod",
)
def _backups(database: Resource, _: Stack) -> Iterator[Result]:
    days = number(read(database.inputs, "backupRetentionPeriod"))
    if days is UNKNOWN:
        yield Undecided("backupRetentionPeriod")
    elif (days or 0) < _LEAST_BACKUP_DAYS:
        yield Finding(f"keeps backups for {days or 0:g} days; {_LEAST_BACKUP_DAYS} are the least")


@rule(
    "database-identity",
    "Databases have no shared password",
    (INSTANCE, CLUSTER),
    when=_is_no_replica,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.10"), well_architected("SEC02-BP03")],
    remediation="Set manageMasterUserPassword and iamDatabaseAuthenticationEnabled.",
    field="manageMasterUserPassword and iamDatabaseAuthenticationEnabled",
)
def _identity(database: Resource, _: Stack) -> Iterator[Result]:
    managed = flag(read(database.inputs, "manageMasterUserPassword"))
    iam = flag(read(database.inputs, "iamDatabaseAuthenticationEnabled"))
    if managed is UNKNOWN or iam is UNKNOWN:
        yield Undecided("manageMasterUserPassword or iamDatabaseAuthenticationEnabled")
    if managed is not True and managed is not UNKNOWN:
        yield Finding("its administrator's password is not kept by RDS in Secrets Manager")
    if iam is not True and iam is not UNKNOWN:
        yield Finding("does not let roles connect by IAM")


@rule(
    "database-tls",
    "Databases refuse connections without TLS",
    INSTANCE,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("RDS.38"), well_architected("SEC09-BP02")],
    remediation="Give it a parameter group with rds.force_ssl = 1, or for MySQL with require_secure_transport = 1; or "
    "use Database.",
    field="parameters of its parameter group",
)
def _tls(instance: Resource, stack: Stack) -> Iterator[Result]:
    engine = str(text(read(instance.inputs, "engine")))
    parameter = next((name for prefix, name in _TLS_PARAMETERS.items() if engine.startswith(prefix)), None)
    if parameter is None:
        return
    group = read(instance.inputs, "parameterGroupName")
    values = [
        text(read(each, "value"))
        for parameter_group in _parameter_groups(instance, stack)
        for each in elements(read(parameter_group.inputs, "parameters"))
        if text(read(each, "name")) == parameter
    ]
    if any(str(value).lower() in ("1", "on", "true") for value in values if value is not UNKNOWN):
        return
    if not values and _forces_tls_by_default(instance, engine, group, stack):
        return
    if UNKNOWN in values or (group is UNKNOWN and not values):
        yield Undecided(f"{parameter} of its parameter group")
    else:
        yield Finding(f"its parameter group does not set {parameter}")


def _forces_tls_by_default(instance: Resource, engine: str, group: Any, stack: Stack) -> bool:
    """Whether its parameter group leaves rds.force_ssl at the default, and its version of PostgreSQL has that on.

    Source: Amazon RDS user guide, "Requiring an SSL connection to a PostgreSQL DB instance".
    """
    is_seen = group is None or str(group).startswith("default.") or bool(_parameter_groups(instance, stack))
    version = re.match(r"\d+", str(text(read(instance.inputs, "engineVersion"))))
    return is_seen and engine == "postgres" and version is not None and int(version[0]) >= _TLS_BY_DEFAULT


def _parameter_groups(instance: Resource, stack: Stack) -> list[Resource]:
    computed = stack.sources(instance, "parameterGroupName", _PARAMETER_GROUP)
    named = stack.named(read(instance.inputs, "parameterGroupName"), _PARAMETER_GROUP)
    return computed or ([named] if named else [])


def _is_own_in_production(database: Resource, stack: Stack) -> bool:
    """Whether a database of production keeps data of its own: a replica has no last snapshot."""
    return stack.environment.is_production and not is_set(read(database.inputs, "replicateSourceDb"))


table(
    "database-snapshots",
    "In production, databases leave a last snapshot, and snapshots keep their tags",
    line("docdb/cluster:Cluster", "skipFinalSnapshot", never(True), when=_is_own_in_production),
    line("neptune/cluster:Cluster", "skipFinalSnapshot", never(True), when=_is_own_in_production),
    line("neptune/cluster:Cluster", "copyTagsToSnapshot", never(False), "CKV_AWS_362", "Neptune.8"),
    line("rds/cluster:Cluster", "skipFinalSnapshot", never(True), when=_is_own_in_production),
    line("rds/cluster:Cluster", "copyTagsToSnapshot", never(False), "CKV_AWS_313", "RDS.16"),
    line("rds/instance:Instance", "skipFinalSnapshot", never(True), when=_is_own_in_production),
    line("rds/instance:Instance", "copyTagsToSnapshot", never(False), "CKV2_AWS_60", "RDS.17"),
    line("redshift/cluster:Cluster", "skipFinalSnapshot", never(True), when=_is_own_in_production),
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL09-BP01")],
    remediation="Remove the input or turn it round; to destroy for good, set skipFinalSnapshot in a deployment of "
    "its own.",
    field="the input that the message names",
)
