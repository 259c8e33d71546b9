"""A policy on a resource doesn't let everyone in."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from policies.security.documents import Statement, statements
from pricing.resource import UNKNOWN, Resource

_FIELDS = ("policy", "accessPolicies", "repositoryPolicy")
_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for field in _FIELDS:
        for statement in statements(read(resource.inputs, field), field):
            if statement.unknown:
                yield Undecided(statement.path)
            elif statement.allows:
                yield from _judge(statement)


def _judge(statement: Statement) -> Iterator[Result]:
    if statement.condition_keys & _NARROWING:
        return
    principals = list(statement.principals())
    open_to_all = statement.values("NotPrincipal") or any(
        name == "*" and kind in ("*", "AWS") for kind, name in principals
    )
    if open_to_all and statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif open_to_all:
        yield Finding(f"{statement.path} lets every AWS principal in, without a condition on who or from where")
    elif any(name is UNKNOWN for _, name in principals):
        yield Undecided(f"{statement.path}: Principal")


RULE = Rule(
    name="public-policy",
    title="Policies of buckets, keys, queues and secrets name who may use them",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(fsbp("KMS.5"), fsbp("SQS.3"), fsbp("S3.2"), well_architected("SEC03-BP07")),
    remediation="Name the principals, or add a condition such as aws:PrincipalOrgID, aws:SourceAccount or "
    "aws:SourceVpce.",
    field="policy",
    types=frozenset(
        {
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "aws:elasticsearch/domain:Domain",
            "aws:kms/key:Key",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:opensearch/domain:Domain",
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sqs/queue:Queue",
            "aws:sqs/queuePolicy:QueuePolicy",
        }
    ),
    check=_check,
)
