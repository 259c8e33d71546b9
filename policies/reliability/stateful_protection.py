"""In production, what holds data or opens it is protected in the stack."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, read
from pricing.resource import UNKNOWN, Resource

_KEY = "aws:kms/key:Key"
_ALIAS = "aws:kms/alias:Alias"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_STORES = (
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:glue/catalogDatabase:CatalogDatabase",
    _KEY,
    "aws:memorydb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
)
_SWITCHES = ("deletionProtection", "deletionProtectionEnabled")


def _check(stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    for store in stack.of(_STORES):
        if store.protect or _opens_logs_alone(store, stack):
            continue
        guards = {switch: flag(read(store.inputs, switch)) for switch in _SWITCHES}
        hidden = [switch for switch, state in guards.items() if state is UNKNOWN]
        if hidden:
            yield Undecided(hidden[0], store.urn)
        elif True not in guards.values():
            yield Finding("holds data or the key to it, and neither protect nor deletionProtection keeps it", store.urn)


def _opens_logs_alone(store: Resource, stack: Stack) -> bool:
    """Whether it is a key whose only users are log groups: those expire, and are no more protected than it is.

    KMS keeps such a key for its deletion window, which kms-deletion judges.
    """
    if store.type != _KEY:
        return False
    users = stack.indexed(tuple({one.type for one in stack.resources}), _keys_of).get(store.urn, [])
    return {user.type for user in users} - {_ALIAS} == {_LOG_GROUP}


def _keys_of(user: Resource) -> Iterator[str]:
    """The keys that inputs of the resource were computed from."""
    for urns in user.property_dependencies.values():
        yield from (urn for urn in urns if f"{_KEY}::" in urn)


RULE = Rule(
    name="stateful-protection",
    title="In production, stores of data and keys are protected",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("REL09-BP01"), fsbp("RDS.8")),
    remediation="Create the resource with protect, or set deletionProtection where the service has it; to destroy on "
    "purpose, lower the rule's level in the stack's file for as long as that takes.",
    field="protect or deletionProtection",
    check_stack=_check,
)
