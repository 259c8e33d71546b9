"""What may be reached or read by everyone, in every service that has it in an input of its own."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.controls import exactly, line, never, one_of, present, table
from policies.engine.frameworks import checkov, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_EVERYONE = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_PUBLIC_BY_NATURE = {
    "aws:ecrpublic/repository:Repository": "lets everyone pull its images; use aws:ecr/repository:Repository",
    "aws:ec2/defaultVpc:DefaultVpc": "adopts the default VPC, whose subnets all give public addresses",
}


def _is_called_by_clients(route: Resource, _: Stack) -> bool:
    """Whether clients call a route or a method with their own rights: preflights and messages have none."""
    key = str(text(read(route.inputs, "routeKey")) or "")
    return key == "$connect" or not (key.startswith(("$", "OPTIONS ")) or read(route.inputs, "httpMethod") == "OPTIONS")


def _asks_no_key(method: Resource, stack: Stack) -> bool:
    return _is_called_by_clients(method, stack) and flag(read(method.inputs, "apiKeyRequired")) is not True


table(
    "public-access",
    "No service, store, image or snapshot is open to everyone",
    line("apigateway/methodSettings:MethodSettings", "settings.dataTraceEnabled", never(True), "CKV_AWS_276"),
    line("apigatewayv2/api:Api", "corsConfiguration.allowOrigins", never("*"), "CKV2_AWS_75"),
    line("apigateway/method:Method", "authorization", never("NONE"), "CKV_AWS_59", when=_asks_no_key),
    line(
        "apigatewayv2/route:Route",
        "authorizationType",
        one_of("AWS_IAM", "CUSTOM", "JWT"),
        "CKV_AWS_309",
        "APIGateway.8",
        when=_is_called_by_clients,
    ),
    line(
        "cognito/identityPool:IdentityPool", "allowUnauthenticatedIdentities", never(True), "CKV_AWS_366", "Cognito.2"
    ),
    line("cognito/identityPool:IdentityPool", "allowClassicFlow", never(True)),
    line("dms/replicationInstance:ReplicationInstance", "publiclyAccessible", never(True), "CKV_AWS_89", "DMS.1"),
    line("ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "state", never("unblocked")),
    line("ec2/amiLaunchPermission:AmiLaunchPermission", "group", never("all"), "CKV_AWS_205"),
    line("ec2/imageBlockPublicAccess:ImageBlockPublicAccess", "state", never("unblocked")),
    line("ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "httpTokens", never("optional"), "CKV_AWS_79"),
    line("ec2/serialConsoleAccess:SerialConsoleAccess", "enabled", exactly(False)),
    line(
        "ec2/spotFleetRequest:SpotFleetRequest",
        "launchSpecifications?.associatePublicIpAddress",
        never(True),
        "CKV_AWS_88",
    ),
    line("ec2/spotInstanceRequest:SpotInstanceRequest", "associatePublicIpAddress", never(True), "CKV_AWS_88"),
    line("ec2/vpcEndpointService:VpcEndpointService", "allowedPrincipals", never("*")),
    line(
        "ec2transitgateway/transitGateway:TransitGateway",
        "autoAcceptSharedAttachments",
        never("enable"),
        "CKV_AWS_331",
        "EC2.23",
    ),
    line("ecs/service:Service", "networkConfiguration.assignPublicIp", never(True), "CKV_AWS_333", "ECS.2"),
    line("ecs/taskSet:TaskSet", "networkConfiguration.assignPublicIp", never(True), "ECS.16"),
    line("elasticsearch/domain:Domain", "advancedSecurityOptions.enabled", exactly(True), "CKV2_AWS_52"),
    line("elasticsearch/domain:Domain", "vpcOptions", present(), "CKV_AWS_137", "ES.2"),
    line("lakeformation/permissions:Permissions", "principal", never("IAM_ALLOWED_PRINCIPALS")),
    line("lambda/functionUrl:FunctionUrl", "authorizationType", never("NONE"), "CKV_AWS_258"),
    line("lambda/functionUrl:FunctionUrl", "cors.allowOrigins", never("*")),
    line("memorydb/cluster:Cluster", "aclName", never("open-access")),
    line("mq/broker:Broker", "publiclyAccessible", never(True), "CKV_AWS_69"),
    line("mwaa/environment:Environment", "webserverAccessMode", never("PUBLIC_ONLY"), "CKV2_AWS_66"),
    line("efs/accessPoint:AccessPoint", "posixUser", present(), "CKV_AWS_330", "EFS.4"),
    line("efs/accessPoint:AccessPoint", "rootDirectory", present(), "CKV_AWS_329", "EFS.3"),
    line("neptune/cluster:Cluster", "iamDatabaseAuthenticationEnabled", exactly(True), "CKV_AWS_359", "Neptune.7"),
    line("neptune/clusterInstance:ClusterInstance", "publiclyAccessible", never(True), "CKV_AWS_102"),
    line("opensearch/domain:Domain", "advancedSecurityOptions.enabled", exactly(True), "CKV2_AWS_52", "Opensearch.7"),
    line("opensearch/domain:Domain", "vpcOptions", present(), "CKV_AWS_137", "Opensearch.2"),
    line("rds/clusterSnapshot:ClusterSnapshot", "sharedAccounts", never("all"), "CKV_AWS_302", "RDS.1"),
    line("rds/snapshot:Snapshot", "sharedAccounts", never("all"), "CKV_AWS_302", "RDS.1"),
    line("rds/snapshotCopy:SnapshotCopy", "sharedAccounts", never("all"), "CKV_AWS_302", "RDS.1"),
    line("redshift/cluster:Cluster", "publiclyAccessible", never(True), "CKV_AWS_87", "Redshift.1"),
    line("redshift/cluster:Cluster", "enhancedVpcRouting", exactly(True), "CKV_AWS_321", "Redshift.7"),
    line("redshift/cluster:Cluster", "clusterSubnetGroupName", present(), "CKV_AWS_154"),
    line("redshiftserverless/workgroup:Workgroup", "publiclyAccessible", never(True), "RedshiftServerless.3"),
    line("redshiftserverless/workgroup:Workgroup", "enhancedVpcRouting", exactly(True), "RedshiftServerless.1"),
    *(
        line(
            "s3/accessPoint:AccessPoint",
            f"publicAccessBlockConfiguration?.{each}",
            never(False),
            "CKV_AWS_392",
            "S3.19",
        )
        for each in _SWITCHES
    ),
    *(line("s3/accountPublicAccessBlock:AccountPublicAccessBlock", each, exactly(True), "S3.1") for each in _SWITCHES),
    line("s3/bucket:Bucket", "acl", never(*_PUBLIC_ACLS), "CKV_AWS_20", "CKV_AWS_57", "S3.2", "S3.3"),
    line("s3/bucket:Bucket", "grants.uri", never(*_EVERYONE), "CKV_AWS_375"),
    line("s3/bucketAcl:BucketAcl", "acl", never(*_PUBLIC_ACLS), "CKV_AWS_20", "CKV_AWS_57", "S3.2", "S3.3"),
    line(
        "s3/bucketAcl:BucketAcl",
        "accessControlPolicy.grants.grantee.uri",
        never(*_EVERYONE),
        "CKV_AWS_375",
    ),
    line("s3/bucketAclV2:BucketAclV2", "acl", never(*_PUBLIC_ACLS), "CKV_AWS_20", "CKV_AWS_57", "S3.2", "S3.3"),
    line(
        "s3/bucketAclV2:BucketAclV2",
        "accessControlPolicy.grants.grantee.uri",
        never(*_EVERYONE),
        "CKV_AWS_375",
    ),
    line("s3/bucketObject:BucketObject", "acl", never(*_PUBLIC_ACLS)),
    line("s3/bucketObjectv2:BucketObjectv2", "acl", never(*_PUBLIC_ACLS)),
    line("s3/bucketOwnershipControls:BucketOwnershipControls", "rule.objectOwnership", never("ObjectWriter"), "S3.12"),
    *(line("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", each, exactly(True), "S3.8") for each in _SWITCHES),
    line("s3/bucketV2:BucketV2", "acl", never(*_PUBLIC_ACLS), "CKV_AWS_20", "CKV_AWS_57", "S3.2", "S3.3"),
    line("s3/objectCopy:ObjectCopy", "acl", never(*_PUBLIC_ACLS)),
    line("s3/objectCopy:ObjectCopy", "grants.uri", never(*_EVERYONE)),
    line("ssm/document:Document", "permissions.account_ids", never("All", "all"), "CKV_AWS_303", "SSM.4"),
    line("ssm/document:Document", "permissions.accountIds", never("All", "all"), "CKV_AWS_303", "SSM.4"),
    line("transfer/server:Server", "endpointType", one_of("VPC", "VPC_ENDPOINT"), "CKV_AWS_164"),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC05-BP02"), well_architected("SEC03-BP07")],
    remediation="Set the input as the message says, and let in callers by name, by their network or by a sign-in.",
    field="the input that the message names",
)


@rule(
    "public-by-nature",
    "Nothing is created that is public whatever its inputs are",
    _PUBLIC_BY_NATURE,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_148"), well_architected("SEC03-BP07")],
    remediation="Use the private resource that the message names, or a VPC of your own.",
    field="the resource itself",
)
def _public_by_nature(resource: Resource, _: Stack) -> Iterator[Result]:
    yield Finding(_PUBLIC_BY_NATURE[resource.type])


@rule(
    "origin-access",
    "Distributions read buckets with an identity of their own",
    "aws:cloudfront/distribution:Distribution",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudFront.13"), checkov("CKV2_AWS_46")],
    remediation="Set originAccessControlId to an OriginAccessControl, which the bucket's policy lets in.",
    field="origins",
)
def _origin_access(distribution: Resource, _: Stack) -> Iterator[Result]:
    for index, origin in enumerate(elements(read(distribution.inputs, "origins"))):
        if origin is UNKNOWN:
            yield Undecided("origins")
        elif _is_bucket(origin) and not _has_identity(origin):
            yield Finding(f"origins[{index}] is a bucket that everybody must be able to read: it has no access control")


def _is_bucket(origin: Any) -> bool:
    """Whether an origin is a bucket by its API. A bucket's web site is an origin of another kind."""
    host = text(read(origin, "domainName"))
    by_name = isinstance(host, str) and _BUCKET_HOST.search(host) is not None
    return is_set(read(origin, "s3OriginConfig")) or (by_name and not is_set(read(origin, "customOriginConfig")))


def _has_identity(origin: Any) -> bool:
    identity = read(origin, "s3OriginConfig", "originAccessIdentity")
    return is_set(read(origin, "originAccessControlId")) or is_set(identity)


_BUCKET_HOST = re.compile(r"\.s3[.-](?!website)[a-z0-9.-]*amazonaws\.com")
