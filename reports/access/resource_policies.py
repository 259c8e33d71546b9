"""The resources of a stack that requests are about, and the policies that they have themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.iam.evaluate import Policy
from resources.index import ResourceIndex
from resources.inputs import display, elements, read
from resources.resource import Resource

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_KEY = "aws:kms/key:Key"
_ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
_SEPARATE = {
    "aws:s3/bucketPolicy:BucketPolicy": ("bucket", BUCKETS),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId", (_KEY,)),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl", ("aws:sqs/queue:Queue",)),
    "aws:sns/topicPolicy:TopicPolicy": ("arn", ("aws:sns/topic:Topic",)),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn", ("aws:secretsmanager/secret:Secret",)),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("repository", ("aws:ecr/repository:Repository",)),
    "aws:backup/vaultPolicy:VaultPolicy": ("backupVaultName", ("aws:backup/vault:Vault",)),
}
"""Resources that are the policy of another one: the input that names it, and its types."""
_OWN = {
    _KEY: "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
}
"""Types that have their policy as an input."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A resource with its ARN, and its policy if it has one."""

    resource: Resource
    arn: str
    policy: Policy | None


def policy_of(resource: Resource, index: ResourceIndex) -> Policy | None:
    """The policy that a resource has itself."""
    for kind, (key, types) in _SEPARATE.items():
        if resource.type in types:
            for each in index.referrers(resource, key, kind):
                return Policy(each.name, each.inputs.get("policy"))
    document = resource.inputs.get(_OWN.get(resource.type, ""))
    return Policy(f"the policy of {resource.name}", document) if document else None


def guarded(index: ResourceIndex) -> Iterator[Guarded]:
    """Every AWS resource with an ARN, in the order of the plan."""
    for each in index.of_type("aws:*"):
        arn = each.outputs.get("arn")
        if isinstance(arn, str) and arn.startswith("arn:"):
            yield Guarded(each, arn, policy_of(each, index))


def key_of(resource: Resource, index: ResourceIndex) -> Resource | None:
    """The KMS key of this stack that encrypts the objects of a bucket, or a secret."""
    for name in ("masterUserSecretKmsKeyId", "kmsKeyId"):
        if resource.type not in BUCKETS and resource.inputs.get(name):
            return index.named(resource.inputs.get(name), _KEY)
    for each in index.referrers(resource, "bucket", *_ENCRYPTION):
        for rule in elements(each.inputs.get("rules")):
            key = read(rule, "applyServerSideEncryptionByDefault", "kmsMasterKeyId")
            return index.named(key, _KEY) or index.source(each, "rules", _KEY)
    return None


def called(of: Guarded) -> set[str]:
    """What people may call a resource: its name in the program, its ARN, and its name at AWS."""
    keys = ("bucket", "identifier", "name", "id")
    at_aws = {display(value) for key in keys for value in (of.resource.inputs.get(key), of.resource.outputs.get(key))}
    return {of.resource.name, of.arn, *at_aws} - {"(not known)", "(not readable)", ""}
