"""Cases of the rules in policies/resource_policies.py."""

import json
from typing import Any

from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import ACCOUNT, fails, make, passes, unknown
from tests.support.policies.documents import QUEUE, ROOT, allow, asks, document, service, shared

KEY = "aws:kms/key:Key"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PERMISSION = "aws:lambda/permission:Permission"
LAYER = "aws:lambda/layerVersionPermission:LayerVersionPermission"
EVENTS = "aws:cloudwatch/eventPermission:EventPermission"
EVERYONE = "lets every AWS principal in"


def permission(resource_type: str = PERMISSION, /, **inputs: Any) -> Resource:
    return make(resource_type, inputs)


def private_api(condition: Any) -> Resource:
    """An API that everyone may call, but for those that a denial keeps out."""
    call = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    body = document({"Effect": "Allow", **call}, {"Effect": "Deny", **call, "Condition": condition})
    return make("aws:apigateway/restApiPolicy:RestApiPolicy", {"policy": json.dumps(body)})


CASES = [
    passes("public-policy", make(KEY, {"policy": document(allow("kms:*", Principal={"AWS": ROOT}))})),
    passes("public-policy", shared("*", asks("aws:PrincipalOrgID", "o-1"))),
    passes("public-policy", shared(service("events"))),
    passes("public-policy", make(QUEUE, {"policy": document({"Effect": "Deny", "Principal": "*", "Action": "*"})})),
    fails("public-policy", shared("*"), found="lets every AWS principal in"),
    fails("public-policy", shared({"AWS": ["*"]}), found="lets every AWS principal in"),
    fails("public-policy", shared("*", asks("aws:SecureTransport", "true", "Bool")), found="every AWS principal"),
    fails("public-policy", shared("*", asks("aws:SourceAccount", "*", "StringLike")), found="every AWS principal"),
    fails("public-policy", shared("*", asks("aws:SourceAccount", operator="StringNotEquals")), found="every AWS"),
    fails(
        "public-policy",
        make(BUCKET_POLICY, {"policy": json.dumps(document({"Effect": "Allow", "NotPrincipal": {"AWS": ROOT}}))}),
        found="lets every AWS principal in",
    ),
    fails(
        "public-policy",
        make(TEMPLATE, {"repositoryPolicy": json.dumps(document(allow("ecr:PutImage", Principal={"AWS": "*"})))}),
        found="repositoryPolicy statement 1 lets every AWS principal in",
    ),
    fails(
        "public-policy",
        make(
            "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
            {"resourcePolicy": document(allow("sagemaker:DescribeModelPackage", Principal="*"))},
        ),
        found="resourcePolicy statement 1 lets every AWS principal in",
    ),
    fails(
        "public-policy",
        make(
            "aws:ecr/registryPolicy:RegistryPolicy", {"policy": document(allow("ecr:CreateRepository", Principal="*"))}
        ),
        found="lets every AWS principal in",
    ),
    passes("public-policy", make(KEY), kind="absent"),
    unknown("public-policy", make(KEY, {"policy": UNKNOWN}), undecided="policy"),
    unknown("public-policy", shared({"AWS": UNKNOWN}), undecided="policy statement 1: Principal"),
    unknown(
        "public-policy",
        make(QUEUE, {"policy": document({"Effect": "Allow", "Principal": "*", "Condition": UNKNOWN})}),
        undecided="policy statement 1: Condition",
    ),
    # Conditions that hold for everybody.
    fails("public-policy", shared("*", asks("aws:SourceArn", "arn:aws:*:*:*:*", "ArnLike")), found=EVERYONE),
    fails("public-policy", shared("*", asks("aws:SourceArn", "arn:aws:s3:::*", "ArnLike")), found=EVERYONE),
    fails(
        "public-policy", shared("*", asks("aws:PrincipalArn", "arn:aws:iam::*:role/*", "StringLike")), found=EVERYONE
    ),
    fails("public-policy", shared("*", asks("aws:SourceIp", ["10.0.0.0/8", "0.0.0.0/0"], "IpAddress")), found=EVERYONE),
    fails("public-policy", shared("*", asks("aws:SourceAccount", "1234*", "StringLike")), found=EVERYONE),
    fails("public-policy", shared("*", asks("aws:SourceVpce", "vpce-*", "StringLike")), found=EVERYONE),
    fails("public-policy", shared(["*"]), found=EVERYONE),
    passes("public-policy", shared("*", asks("aws:SourceArn", f"arn:aws:sns:*:{ACCOUNT}:*", "ArnLike"))),
    passes("public-policy", shared("*", asks("aws:SourceArn", "arn:aws:s3:::models", "ArnLike"))),
    # A denial for everyone from elsewhere, as in AWS's examples of private APIs.
    passes("public-policy", private_api({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
    passes("public-policy", private_api({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}})),
    fails("public-policy", private_api({"NotIpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}), found=EVERYONE),
    fails("public-policy", private_api({"Bool": {"aws:SecureTransport": "false"}}), found=EVERYONE),
    # The default policy of a topic.
    passes("public-policy", shared({"AWS": "*"}, asks("aws:SourceOwner"))),
    fails(
        "public-policy",
        make("aws:backup/vaultPolicy:VaultPolicy", {"policy": document(allow("backup:*", Principal="*"))}),
        found=EVERYONE,
    ),
    fails(
        "public-policy",
        make(
            "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",
            {"details": {"policy": document(allow("s3:GetObject", Principal="*"))}},
        ),
        found=EVERYONE,
    ),
    fails("public-policy", make(QUEUE, {"policy": SECRET}), found="policy is a secret", kind="unknown"),
    fails(
        "public-policy",
        make(QUEUE, {"policy": document(allow("sqs:*", Principal={"AWS": SECRET}))}),
        found="policy statement 1 is a secret",
        kind="unknown",
    ),
    passes("lambda-permission", permission(principal=ACCOUNT)),
    passes("lambda-permission", permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::models")),
    passes("lambda-permission", permission(principal="events.amazonaws.com", sourceArn=UNKNOWN)),
    passes("lambda-permission", permission(principal="*", principalOrgId="o-1")),
    passes("lambda-permission", permission(LAYER, principal="*", organizationId="o-1")),
    passes(
        "lambda-permission", permission(EVENTS, principal="*", condition={"key": "aws:PrincipalOrgID", "value": "o-1"})
    ),
    fails("lambda-permission", permission(principal="*"), found="lets every AWS account in"),
    fails("lambda-permission", permission(LAYER, principal="*"), found="lets every AWS account in"),
    fails("lambda-permission", permission(EVENTS, principal="*"), found="lets every AWS account in"),
    fails("lambda-permission", permission(principal="*", sourceArn="arn:aws:*:*:*:*"), found="every AWS account"),
    fails("lambda-permission", permission(principal="s3.amazonaws.com"), found="on behalf of any account"),
    passes("lambda-permission", permission(), kind="absent"),
    unknown("lambda-permission", permission(principal=UNKNOWN), undecided="principal"),
    fails("lambda-permission", permission(principal=SECRET), found="principal is a secret", kind="unknown"),
]
