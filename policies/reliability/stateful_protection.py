"""In production, what holds data or opens it is protected in the stack."""

from collections.abc import Iterator

from policies.frameworks import well_architected
from policies.inputs import flag, read
from policies.rule import Finding, Result, Rule, Severity, Undecided
from policies.settings import Level
from policies.view import View
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, view: View) -> Iterator[Result]:
    if not view.environment.is_production or resource.protect:
        return
    guarded = flag(read(resource.inputs, "deletionProtection"))
    if guarded is UNKNOWN:
        yield Undecided("deletionProtection")
    elif not guarded:
        yield Finding("holds data or the key to it, and neither protect nor deletionProtection keeps it")


RULE = Rule(
    name="stateful-protection",
    title="In production, stores of data and keys are protected",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(well_architected("REL09-BP01"),),
    remediation="Create the resource with protect, or set deletionProtection where the service has it.",
    types=frozenset(
        {
            "aws:dynamodb/table:Table",
            "aws:ebs/volume:Volume",
            "aws:ecr/repository:Repository",
            "aws:efs/fileSystem:FileSystem",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:kms/key:Key",
            "aws:rds/cluster:Cluster",
            "aws:rds/instance:Instance",
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketV2:BucketV2",
        }
    ),
    check=_check,
)
