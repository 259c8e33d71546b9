"""Cases of the rules in policies/exposure.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
BUCKET_HOST = "models.s3.us-east-1.amazonaws.com"
HIDDEN = Pair(False, True)
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
ACL = Pair("private", "public-read")
SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
SHARED = Pair(["123456789012"], ["all"])
EXAMPLES: Examples = {
    "apigateway/methodSettings:MethodSettings": {"settings.dataTraceEnabled": HIDDEN},
    "apigatewayv2/api:Api": {"corsConfiguration.allowOrigins": Pair(["https://example.com"], ["*"])},
    "apigateway/method:Method": {"authorization": Pair("AWS_IAM", "NONE")},
    "apigatewayv2/route:Route": {"routeKey": "POST /predict", "authorizationType": Pair("JWT", None)},
    "cognito/identityPool:IdentityPool": {"allowUnauthenticatedIdentities": HIDDEN, "allowClassicFlow": HIDDEN},
    "dms/replicationInstance:ReplicationInstance": {"publiclyAccessible": HIDDEN},
    "ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": {"state": Pair("block-all-sharing", "unblocked")},
    "ec2/amiLaunchPermission:AmiLaunchPermission": {"group": Pair(None, "all")},
    "ec2/imageBlockPublicAccess:ImageBlockPublicAccess": {"state": Pair("block-new-sharing", "unblocked")},
    "ec2/instanceMetadataDefaults:InstanceMetadataDefaults": {"httpTokens": Pair("required", "optional")},
    "ec2/serialConsoleAccess:SerialConsoleAccess": {"enabled": Pair(False, None)},
    "ec2/spotInstanceRequest:SpotInstanceRequest": {"associatePublicIpAddress": HIDDEN},
    "ec2/vpcEndpointService:VpcEndpointService": {
        "allowedPrincipals": Pair(["arn:aws:iam::123456789012:root"], ["*"]),
    },
    "ec2transitgateway/transitGateway:TransitGateway": {"autoAcceptSharedAttachments": Pair("disable", "enable")},
    "ecs/service:Service": {"networkConfiguration.assignPublicIp": HIDDEN},
    "efs/accessPoint:AccessPoint": {
        "posixUser": Pair({"uid": 1000, "gid": 1000}, None),
        "rootDirectory": Pair({"path": "/ml"}, None),
    },
    "elasticsearch/domain:Domain": {
        "vpcOptions": Pair({"subnetIds": ["subnet-1"]}, None),
        "advancedSecurityOptions.enabled": Pair(True, None),
    },
    "ec2/spotFleetRequest:SpotFleetRequest": {"launchSpecifications[].associatePublicIpAddress": HIDDEN},
    "ecs/taskSet:TaskSet": {"networkConfiguration.assignPublicIp": HIDDEN},
    "lakeformation/permissions:Permissions": {
        "principal": Pair("arn:aws:iam::123456789012:role/analyst", "IAM_ALLOWED_PRINCIPALS"),
    },
    "lambda/functionUrl:FunctionUrl": {
        "authorizationType": Pair("AWS_IAM", "NONE"),
        "cors.allowOrigins": Pair(["https://example.com"], ["https://example.com", "*"]),
    },
    "memorydb/cluster:Cluster": {"aclName": Pair("ml", "open-access")},
    "mq/broker:Broker": {"publiclyAccessible": HIDDEN},
    "mwaa/environment:Environment": {"webserverAccessMode": Pair("PRIVATE_ONLY", "PUBLIC_ONLY")},
    "neptune/cluster:Cluster": {"iamDatabaseAuthenticationEnabled": Pair(True, None)},
    "neptune/clusterInstance:ClusterInstance": {"publiclyAccessible": HIDDEN},
    "opensearch/domain:Domain": {
        "vpcOptions": Pair({"subnetIds": ["subnet-1"]}, None),
        "advancedSecurityOptions.enabled": Pair(True, False),
    },
    "rds/clusterSnapshot:ClusterSnapshot": {"sharedAccounts": SHARED},
    "rds/snapshot:Snapshot": {"sharedAccounts": SHARED},
    "rds/snapshotCopy:SnapshotCopy": {"sharedAccounts": SHARED},
    "redshift/cluster:Cluster": {
        "publiclyAccessible": HIDDEN,
        "enhancedVpcRouting": Pair(True, None),
        "clusterSubnetGroupName": Pair("private", None),
    },
    "redshiftserverless/workgroup:Workgroup": {"publiclyAccessible": HIDDEN, "enhancedVpcRouting": Pair(True, False)},
    "s3/accessPoint:AccessPoint": {f"publicAccessBlockConfiguration.{each}": Pair(True, False) for each in SWITCHES},
    "s3/accountPublicAccessBlock:AccountPublicAccessBlock": {each: Pair(True, None) for each in SWITCHES},
    "s3/bucket:Bucket": {"acl": ACL, "grants[].uri": Pair(LOGS, ALL_USERS)},
    "s3/bucketAcl:BucketAcl": {"acl": ACL, "accessControlPolicy.grants[].grantee.uri": Pair(LOGS, ALL_USERS)},
    "s3/bucketAclV2:BucketAclV2": {"acl": ACL, "accessControlPolicy.grants[].grantee.uri": Pair(LOGS, ALL_USERS)},
    "s3/bucketObject:BucketObject": {"acl": ACL},
    "s3/bucketObjectv2:BucketObjectv2": {"acl": ACL},
    "s3/bucketOwnershipControls:BucketOwnershipControls": {
        "rule.objectOwnership": Pair("BucketOwnerEnforced", "ObjectWriter"),
    },
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {each: Pair(True, False) for each in SWITCHES},
    "s3/bucketV2:BucketV2": {"acl": Pair("log-delivery-write", "public-read-write")},
    "s3/objectCopy:ObjectCopy": {"acl": Pair("private", "authenticated-read"), "grants[].uri": Pair(LOGS, ALL_USERS)},
    "ssm/document:Document": {
        "permissions.account_ids": Pair("123456789012", "All"),
        "permissions.accountIds": Pair("123456789012", "all"),
    },
    "transfer/server:Server": {"endpointType": Pair("VPC", None)},
}
DEFAULT_VPC = "aws:ec2/defaultVpc:DefaultVpc"
PUBLIC_REGISTRY = make("aws:ecrpublic/repository:Repository", {"repositoryName": "x"})


def distribution(**origin: Any) -> Resource:
    return make(DISTRIBUTION, {"origins": [{"originId": "models", **origin}]})


CASES = [
    *cases("public-access", EXAMPLES),
    passes("public-access", make("aws:apigateway/method:Method", {"authorization": "NONE", "httpMethod": "OPTIONS"})),
    passes("public-access", make("aws:apigateway/method:Method", {"authorization": "NONE", "apiKeyRequired": True})),
    passes("public-access", make("aws:apigatewayv2/route:Route", {"routeKey": "$disconnect"})),
    passes("public-access", make("aws:apigatewayv2/route:Route", {"routeKey": "OPTIONS /{path+}"})),
    fails("public-access", make("aws:apigatewayv2/route:Route", {"routeKey": "$connect"}), found="authorizationType"),
    unknown_case("public-access", "mq/broker:Broker", "publiclyAccessible", EXAMPLES),
    passes("origin-access", distribution(domainName=BUCKET_HOST, originAccessControlId="E1")),
    passes("origin-access", distribution(domainName=BUCKET_HOST, s3OriginConfig={"originAccessIdentity": "o/E1"})),
    passes("origin-access", distribution(domainName="models.s3-website-us-east-1.amazonaws.com")),
    passes("origin-access", distribution(domainName="api.example.com", customOriginConfig={"httpPort": 80})),
    passes("origin-access", distribution(domainName=BUCKET_HOST, originAccessControlId=UNKNOWN)),
    fails("origin-access", distribution(domainName=BUCKET_HOST), found="origins[0] is a bucket that everybody"),
    fails(
        "origin-access",
        distribution(domainName=UNKNOWN, s3OriginConfig={"originAccessIdentity": ""}),
        found="origins[0] is a bucket that everybody",
    ),
    passes("origin-access", make(DISTRIBUTION), kind="absent"),
    unknown("origin-access", make(DISTRIBUTION, {"origins": UNKNOWN}), undecided="origins"),
    passes("public-by-nature", make("aws:ecr/repository:Repository", {"name": "x"})),
    passes("public-by-nature", make("aws:ec2/vpc:Vpc"), kind="absent"),
    passes("public-by-nature", make("aws:ecr/repository:Repository", {"name": UNKNOWN}), kind="unknown"),
    fails("public-by-nature", PUBLIC_REGISTRY, found="lets everyone pull its images"),
    fails("public-by-nature", make(DEFAULT_VPC), found="adopts the default VPC", kind="absent"),
    fails("public-by-nature", make(DEFAULT_VPC, {"tags": {"Name": "default"}}), found="adopts the default VPC"),
    fails("public-by-nature", make(DEFAULT_VPC, {"forceDestroy": True}), found="adopts the default VPC"),
    fails(
        "public-by-nature",
        make(DEFAULT_VPC, {"forceDestroy": UNKNOWN}),
        found="adopts the default VPC",
        kind="unknown",
    ),
]
