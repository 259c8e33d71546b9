"""Stores of data and the keys to them, of every service: protection against deletion by mistake."""

from collections.abc import Iterator

from policies.cloudwatch import LOG_GROUP
from policies.engine.checks import in_production
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.kms import KEY
from policies.queues import TOPIC
from resources.inputs import flag, read
from resources.resource import UNKNOWN, Resource

_NAMING = {"aws:kms/alias:Alias", "aws:iam/rolePolicy:RolePolicy"}
_STORES = (
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:glue/registry:Registry",
    "aws:kinesis/stream:Stream",
    KEY,
    "aws:memorydb/cluster:Cluster",
    "aws:msk/cluster:Cluster",
    "aws:msk/serverlessCluster:ServerlessCluster",
    "aws:msk/topic:Topic",
    "aws:neptune/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
)


@rule(
    "stateful-protection",
    "In production, stores of data and keys are protected",
    _STORES,
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL09-BP01"), security_hub("RDS.8")],
    remediation="Create the resource with protect, or set deletionProtection where the service has it; to destroy on "
    "purpose, lower the rule's level in the stack's file for as long as that takes.",
    field="protect or deletionProtection",
)
def _protection(store: Resource, stack: Stack) -> Iterator[Result]:
    if store.protect or _is_key_of_what_expires(store, stack):
        return
    switches = ("deletionProtection", "deletionProtectionEnabled")
    states = {switch: flag(read(store.inputs, switch)) for switch in switches}
    unknown = [switch for switch, state in states.items() if state is UNKNOWN]
    if unknown:
        yield Undecided(unknown[0])
    elif True not in states.values():
        yield Finding("holds data or the key to it, and has neither protect nor deletionProtection")


def _is_key_of_what_expires(store: Resource, stack: Stack) -> bool:
    """Whether it is a key that only log groups and SNS topics use, and who may use it with them.

    Logs expire and are no more protected than the key, and a topic keeps no message that it delivered. KMS keeps such a
    key for its deletion window, which kms-deletion judges.
    """
    users = stack.once(_users_of_keys).get(store.urn, set()) - _NAMING
    return store.type == KEY and bool(users) and users <= {LOG_GROUP, TOPIC}


def _users_of_keys(stack: Stack) -> dict[str, set[str]]:
    """By the URN of a key, the types of the resources with an input that was computed from it."""
    users: dict[str, set[str]] = {}
    for resource in stack.resources:
        for urns in resource.property_dependencies.values():
            for urn in urns:
                if f"{KEY}::" in urn:
                    users.setdefault(urn, set()).add(resource.type)
    return users
