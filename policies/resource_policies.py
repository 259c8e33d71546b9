"""The policies of resources: who may use a bucket, a key, a queue, a function."""

from collections.abc import Iterator

from policies.engine.conditions import binds, excepted_keys
from policies.engine.frameworks import checkov, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, judge, statements
from resources.inputs import is_set, read, text
from resources.resource import UNKNOWN, Resource

NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userarn",
        "aws:userid",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Condition keys that say which account, organization, network or resource a caller is of.

Sources: Amazon S3 User Guide, 'The meaning of "public"'; Amazon SNS, aws:SourceOwner of the default policy of topics.
"""
_FIELDS = (
    "policy",
    "accessPolicies",
    "accessPolicy",
    "bucketPolicy",
    "content",
    "deliveryDestinationPolicy",
    "policyDocument",
    "repositoryPolicy",
    "resourcePolicy",
)
"""The inputs that hold a policy."""
_LAMBDA_PERMISSION = "aws:lambda/permission:Permission"
_LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
_EVENT_PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"


@rule(
    "public-policy",
    "Policies of resources name who may use them",
    (
        "aws:acmpca/policy:Policy",
        "aws:amp/resourcePolicy:ResourcePolicy",
        "aws:apigateway/restApi:RestApi",
        "aws:apigateway/restApiPolicy:RestApiPolicy",
        "aws:backup/vaultPolicy:VaultPolicy",
        "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy",
        "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy",
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy",
        "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:codeartifact/domainPermissions:DomainPermissions",
        "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
        "aws:codebuild/resourcePolicy:ResourcePolicy",
        "aws:dsql/clusterPolicy:ClusterPolicy",
        "aws:dynamodb/resourcePolicy:ResourcePolicy",
        "aws:ecr/registryPolicy:RegistryPolicy",
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:elasticsearch/domain:Domain",
        "aws:elasticsearch/domainPolicy:DomainPolicy",
        "aws:glacier/vault:Vault",
        "aws:glue/resourcePolicy:ResourcePolicy",
        "aws:kinesis/resourcePolicy:ResourcePolicy",
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/key:Key",
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:kms/replicaExternalKey:ReplicaExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:lambda/resourcePolicy:ResourcePolicy",
        "aws:mediastore/containerPolicy:ContainerPolicy",
        "aws:msk/clusterPolicy:ClusterPolicy",
        "aws:networkfirewall/resourcePolicy:ResourcePolicy",
        "aws:oam/sinkPolicy:SinkPolicy",
        "aws:opensearch/domain:Domain",
        "aws:opensearch/domainPolicy:DomainPolicy",
        "aws:opensearchingest/resourcePolicy:ResourcePolicy",
        "aws:organizations/resourcePolicy:ResourcePolicy",
        "aws:redshift/resourcePolicy:ResourcePolicy",
        "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
        "aws:s3/accessPoint:AccessPoint",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketV2:BucketV2",
        "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
        "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
        "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
        "aws:s3control/accessPointPolicy:AccessPointPolicy",
        "aws:s3control/bucketPolicy:BucketPolicy",
        "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",
        "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
        "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
        "aws:s3tables/tablePolicy:TablePolicy",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "aws:schemas/registryPolicy:RegistryPolicy",
        "aws:secretsmanager/secret:Secret",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:ses/identityPolicy:IdentityPolicy",
        "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:vpclattice/authPolicy:AuthPolicy",
        "aws:vpclattice/resourcePolicy:ResourcePolicy",
        "aws:xray/resourcePolicy:ResourcePolicy",
    ),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("KMS.5"),
        security_hub("SQS.3"),
        security_hub("SNS.4"),
        security_hub("S3.2"),
        checkov("CKV_AWS_283"),
        checkov("CKV_AWS_168"),
        checkov("CKV_AWS_33"),
        well_architected("SEC03-BP07"),
    ],
    remediation="Name the principals, or add a condition such as aws:PrincipalOrgID, aws:SourceAccount or "
    "aws:SourceVpce, with the account or the organization before the first wildcard.",
    field="policy",
)
def _public_policy(resource: Resource, _: Stack) -> Iterator[Result]:
    documents = {field: resource.inputs.get(field) for field in _FIELDS}
    documents["details.policy"] = read(resource.inputs, "details", "policy")
    for path, document in documents.items():
        found = list(statements(document, path))
        if not any(map(_keeps_others_out, found)):
            yield from judge(found, _lets_everyone_in)


def _keeps_others_out(statement: Statement) -> bool:
    """Whether it denies everything to everyone but one network, account or organization.

    Source: Amazon API Gateway developer guide, "API Gateway resource policy examples".
    """
    if statement.unknown or str(read(statement.body, "Effect")).lower() != "deny":
        return False
    everyone = any(name == "*" and kind in ("*", "AWS") for kind, name in statement.principals())
    condition = read(statement.body, "Condition")
    return everyone and bool(excepted_keys(condition) & NARROWING)


def _lets_everyone_in(statement: Statement) -> Iterator[Result]:
    if statement.condition_keys & NARROWING:
        return
    principals = list(statement.principals())
    open_to_all = statement.values("NotPrincipal") or any(name == "*" for _, name in principals)
    if open_to_all and statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif open_to_all:
        yield Finding(f"{statement.path} lets every AWS principal in, without a condition on who or from where")
    elif any(name is UNKNOWN for _, name in principals):
        yield Undecided(f"{statement.path}: Principal")


@rule(
    "lambda-permission",
    "Functions, layers and event buses are open to named accounts, and to services for a named source",
    (_LAMBDA_PERMISSION, _LAYER_PERMISSION, _EVENT_PERMISSION),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("Lambda.1"),
        checkov("CKV_AWS_301"),
        checkov("CKV_AWS_364"),
        well_architected("SEC03-BP07"),
    ],
    remediation="Name the account as principal; for a service set sourceArn or sourceAccount; for an organization set "
    "principalOrgId or organizationId.",
    field="principal",
)
def _permission(resource: Resource, _: Stack) -> Iterator[Result]:
    principal = text(read(resource.inputs, "principal"))
    if _names_source(resource):
        return
    if principal is UNKNOWN:
        yield Undecided("principal")
    elif principal == "*":
        yield Finding("lets every AWS account in")
    elif principal and principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Finding(f"lets {principal} call on behalf of any account: neither sourceArn nor sourceAccount is set")


def _names_source(resource: Resource) -> bool:
    """Whether a permission says for which organization, account or resource it holds."""
    inputs = resource.inputs
    if resource.type == _EVENT_PERMISSION:
        return is_set(read(inputs, "condition")) and binds("aws:principalorgid", read(inputs, "condition", "value"))
    organization = inputs.get("principalOrgId") or inputs.get("organizationId")
    tests = {
        "aws:principalorgid": organization,
        "aws:sourceaccount": inputs.get("sourceAccount"),
        "aws:sourcearn": inputs.get("sourceArn"),
    }
    return any(is_set(value) and binds(key, read(value)) for key, value in tests.items())
