"""Cases of the rules in policies/iam.py."""

import json
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import ACCOUNT, fails, make, passes, unknown

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
KEY = "aws:kms/key:Key"
QUEUE = "aws:sqs/queue:Queue"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"
ISSUER = OIDC.partition("/")[2]
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
MANAGED = "arn:aws:iam::aws:policy/"


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: Any) -> Resource:
    return make(POLICY, {"policy": json.dumps(document(*statements))})


def trust(principal: Any, condition: Any = None, action: str = "sts:AssumeRole") -> Resource:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    body = document({**statement, "Condition": condition} if condition else statement)
    return make(ROLE, {"assumeRolePolicy": body})


def shared(principal: Any, condition: Any = None, **more: Any) -> Resource:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": "*", **more}
    body = document({**statement, "Condition": condition} if condition else statement)
    return make(QUEUE, {"policy": body})


def asks(key: str, value: Any = ACCOUNT, operator: str = "StringEquals") -> dict[str, Any]:
    return {operator: {key: value}}


def service(name: str) -> dict[str, str]:
    return {"Service": f"{name}.amazonaws.com"}


PASS_ROLE = allow("iam:PassRole")

CASES = [
    passes("iam-admin", make(ATTACHMENT, {"policyArn": f"{MANAGED}AmazonEKSClusterPolicy"})),
    passes("iam-admin", make(ATTACHMENT, {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/AdministratorAccess"})),
    fails("iam-admin", make(ATTACHMENT, {"policyArn": f"{MANAGED}AdministratorAccess"}), found="AdministratorAccess"),
    fails("iam-admin", make(ROLE, {"managedPolicyArns": [f"{MANAGED}IAMFullAccess"]}), found="attaches IAMFullAccess"),
    passes("iam-admin", make(ROLE), kind="absent"),
    passes("iam-admin", make(ATTACHMENT, {"policyArn": UNKNOWN}), kind="unknown"),
    unknown("iam-admin", make(ROLE, {"managedPolicyArns": UNKNOWN}), undecided="managedPolicyArns"),
    passes("iam-pass-role", policy(allow("iam:PassRole", "arn:aws:iam::1:role/node"))),
    passes("iam-pass-role", policy({**PASS_ROLE, "Condition": asks("iam:PassedToService", "ec2.amazonaws.com")})),
    fails("iam-pass-role", policy(PASS_ROLE), found="lets any role be passed to any service"),
    fails(
        "iam-pass-role",
        policy({**PASS_ROLE, "Condition": asks("iam:PassedToService", "*", "StringLike")}),
        found="any role",
    ),
    passes("iam-pass-role", policy(), kind="absent"),
    unknown(
        "iam-pass-role", make(POLICY, {"policy": document(allow("iam:PassRole", UNKNOWN))}), undecided="1: Resource"
    ),
    unknown(
        "iam-pass-role", make(POLICY, {"policy": document({**PASS_ROLE, "Condition": UNKNOWN})}), undecided="Condition"
    ),
    passes("iam-wildcard", policy(allow(["s3:GetObject", "s3:List*"], "*"))),
    passes("iam-wildcard", policy(allow("s3:*", ["arn:aws:s3:::models/*"]))),
    passes("iam-wildcard", policy({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})),
    fails("iam-wildcard", policy(allow("*")), found="policy statement 1 allows every action"),
    fails("iam-wildcard", policy(allow("*:*", "arn:aws:s3:::models")), found="allows every action"),
    fails("iam-wildcard", policy(allow(["ec2:*"])), found="allows ec2:* on every resource"),
    fails("iam-wildcard", policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), found="NotAction"),
    fails("iam-wildcard", policy({"Effect": "Allow", "Action": "s3:*", "NotResource": "a"}), found="allows s3:*"),
    fails(
        "iam-wildcard",
        make(ROLE, {"inlinePolicies": [{"name": "all", "policy": document(allow("*", Sid="Admin"))}]}),
        found="inlinePolicies[0].policy statement Admin allows every action",
    ),
    fails(
        "iam-wildcard", make("aws:iam/rolePolicy:RolePolicy", {"policy": document(allow("*"))}), found="every action"
    ),
    passes("iam-wildcard", make(ROLE), kind="absent"),
    passes("iam-wildcard", make(POLICY, {"policy": "not json"}), kind="absent"),
    unknown("iam-wildcard", make(POLICY, {"policy": UNKNOWN}), undecided="policy"),
    unknown(
        "iam-wildcard",
        make(POLICY, {"policy": document(allow("s3:*", UNKNOWN))}),
        undecided="policy statement 1: Resource",
    ),
    fails(
        "iam-wildcard", make(POLICY, {"policy": document(allow([UNKNOWN, "*"]))}), kind="unknown", found="every action"
    ),
    unknown("iam-wildcard", make(POLICY, {"policy": document(allow(UNKNOWN))}), undecided="statement 1: Action"),
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
    passes("role-trust", trust(service("ec2"))),
    passes("role-trust", trust({"Service": "ec2.amazonaws.com.cn"})),
    passes("role-trust", trust({"Service": "ecr.amazonaws.com"})),
    passes("role-trust", trust(service("lambda"))),
    passes("role-trust", trust(service("eks"), asks("aws:SourceAccount"))),
    passes("role-trust", trust(service("eks"), asks("aws:SourceArn", UNKNOWN, "ArnLike"))),
    passes("role-trust", trust(service("pods.eks"), asks("aws:RequestTag/kubernetes-namespace", "kserve"))),
    passes("role-trust", trust(service("pods.eks"), asks("aws:SourceAccount"))),
    passes("role-trust", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/pipeline"})),
    passes("role-trust", trust({"AWS": ROOT}, asks("aws:PrincipalTag/team", "ml"))),
    passes("role-trust", trust({"Federated": OIDC}, {"StringEquals": {f"{ISSUER}:sub": "x", f"{ISSUER}:aud": "y"}})),
    fails("role-trust", trust(service("eks")), found="lets eks.amazonaws.com assume the role on behalf of any account"),
    fails("role-trust", trust(service("vpc-flow-logs")), found="neither aws:SourceAccount nor aws:SourceArn"),
    fails("role-trust", trust(service("eks"), asks("aws:SourceAccount", operator="StringEqualsIfExists")), found="eks"),
    fails("role-trust", trust(service("pods.eks")), found="lets any pod of any cluster"),
    fails("role-trust", trust({"AWS": "*"}), found="lets every AWS account assume the role"),
    fails("role-trust", trust("*"), found="lets every AWS account assume the role"),
    fails("role-trust", trust({"AWS": ROOT}), found=f"every identity that account {ROOT} chooses"),
    fails("role-trust", trust({"AWS": "210987654321"}), found="every identity that account 210987654321 chooses"),
    fails(
        "role-trust", trust({"Federated": OIDC}, asks(f"{ISSUER}:aud", "sts.amazonaws.com")), found="whatever its sub"
    ),
    fails("role-trust", trust({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}), found="SAML:aud"),
    fails("role-trust", trust({"Service": ["ec2.amazonaws.com", "eks.amazonaws.com"]}), found="lets eks.amazonaws.com"),
    passes("role-trust", make(ROLE), kind="absent"),
    unknown("role-trust", make(ROLE, {"assumeRolePolicy": UNKNOWN}), undecided="assumeRolePolicy"),
    unknown("role-trust", trust({"Federated": UNKNOWN}), undecided="assumeRolePolicy statement 1: Principal"),
    unknown("role-trust", trust(service("eks"), {"StringEquals": UNKNOWN}), undecided="statement 1: Condition"),
    unknown("role-trust", trust(UNKNOWN), undecided="assumeRolePolicy statement 1: Principal"),
    passes("static-credentials", make(ROLE)),
    fails("static-credentials", make("aws:iam/accessKey:AccessKey", {"user": "ci"}), found="an access key"),
    fails(
        "static-credentials",
        make("aws:iam/userLoginProfile:UserLoginProfile"),
        found="a console password",
        kind="absent",
    ),
    fails(
        "static-credentials", make("aws:ec2/keyPair:KeyPair", {"publicKey": UNKNOWN}), found="SSH key", kind="unknown"
    ),
]
