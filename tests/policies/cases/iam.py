"""Cases of the rules in policies/iam.py."""

import json
from typing import Any

from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import ACCOUNT, fails, make, passes, unknown
from tests.support.policies.documents import POLICY, ROLE, allow, asks, document, policy

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
MANAGED = "arn:aws:iam::aws:policy/"

PASS_ROLE = allow("iam:PassRole")


def bounded(*others: Resource) -> tuple[Resource, ...]:
    """A boundary that allows whole services, a role that has it, and other resources."""
    boundary = make(POLICY, {"policy": document(allow("s3:*"))}, name="boundary")
    bound = make(ROLE, {"permissionsBoundary": UNKNOWN}, name="bound", refers={"permissionsBoundary": [boundary]})
    return boundary, bound, *others


def attached_boundary() -> tuple[Resource, ...]:
    boundary, bound = bounded()
    return boundary, bound, make(ATTACHMENT, {"policyArn": UNKNOWN}, name="attached", refers={"policyArn": [boundary]})


def trusting(**condition: Any) -> Resource:
    """A role without a boundary that a user may assume under a condition."""
    who = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/emergency-1"}
    statement = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", "Condition": condition}
    return make(ROLE, {"assumeRolePolicy": json.dumps(document(statement))}, name="other")


UNBOUND = "has no permissions boundary, and other roles of the stack have one"
SECOND_FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

CASES = [
    passes("iam-wildcard", *bounded()),
    fails("iam-wildcard", *attached_boundary(), found="allows s3:* on every resource"),
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
    passes("iam-boundary", *bounded()),
    passes("iam-boundary", trusting()),
    passes("iam-boundary", *bounded(trusting(**SECOND_FACTOR))),
    fails("iam-boundary", *bounded(trusting()), found=UNBOUND, kind="absent"),
    fails("iam-boundary", *bounded(trusting(BoolIfExists={"aws:MultiFactorAuthPresent": "true"})), found=UNBOUND),
    unknown(
        "iam-boundary",
        *bounded(make(ROLE, {"assumeRolePolicy": UNKNOWN}, name="other")),
        undecided="assumeRolePolicy",
    ),
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
    # Actions have no case, and a wildcard may be anywhere.
    fails("iam-wildcard", policy(allow("IAM:*")), found="allows IAM:* on every resource"),
    fails("iam-wildcard", policy(allow("s3:**")), found="allows s3:** on every resource"),
    fails("iam-wildcard", policy(allow("**")), found="allows every action"),
    fails("iam-wildcard", policy(allow("s3:*", "arn:aws:s3:::*")), found="allows s3:* on every resource"),
    fails("iam-wildcard", policy(allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/*")), found="allows dynamodb:*"),
    fails("iam-wildcard", policy(allow("iam:*", "arn:aws:iam::*:*")), found="allows iam:* on every resource"),
    fails("iam-wildcard", policy({**allow("s3:*"), "Effect": "allow"}), found="allows s3:* on every resource"),
    unknown("iam-wildcard", make(POLICY, {"policy": document(allow(["s3:Get*", UNKNOWN]))}), undecided="Action"),
    fails("iam-pass-role", policy(allow("IAM:passrole")), found="any role"),
    fails("iam-pass-role", policy(allow("iam:*Role")), found="any role"),
    fails("iam-pass-role", policy(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*")), found="any role"),
    fails("iam-pass-role", policy({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "x"}), found="any role"),
    passes("iam-pass-role", policy(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/batch-*"))),
    fails("iam-admin", make(ATTACHMENT, {"policyArn": SECRET}), found="policyArn is a secret", kind="unknown"),
    fails("iam-admin", make(ATTACHMENT, {"policyArn": f"{MANAGED}AdministratorAccess-Amplify"}), found="Amplify"),
    fails(
        "iam-admin",
        make(
            "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
            {"managedPolicyArn": f"{MANAGED}PowerUserAccess"},
        ),
        found="attaches PowerUserAccess",
    ),
    fails(
        "iam-escalation",
        policy(allow(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"])),
        found="allows iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion on every resource",
    ),
    fails(
        "iam-escalation",
        policy(allow("iam:Attach*Policy", f"arn:aws:iam::{ACCOUNT}:role/*")),
        found="iam:Attach*Policy",
    ),
    fails("iam-escalation", policy(allow("sts:AssumeRole")), found="sts:AssumeRole"),
    fails("iam-escalation", policy(allow("s3:PutBucketPolicy", "arn:aws:s3:::*")), found="s3:PutBucketPolicy"),
    fails(
        "iam-escalation",
        policy(allow("iam:PutRolePolicy", Condition=asks("aws:RequestedRegion", "us-east-1"))),
        found="iam:PutRolePolicy",
    ),
    fails(
        "iam-escalation",
        policy(allow("iam:PutRolePolicy", Condition=asks("iam:PermissionsBoundary", "*", "StringLike"))),
        found="iam:PutRolePolicy",
    ),
    passes("iam-escalation", policy(allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"))),
    passes("iam-escalation", policy(allow("iam:PutRolePolicy", Condition=asks("iam:PermissionsBoundary", "arn:b")))),
    passes("iam-escalation", policy(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/deploy"))),
    passes("iam-escalation", policy(allow(["iam:GetRole", "iam:List*"]))),
    passes("iam-escalation", policy(), kind="absent"),
    unknown("iam-escalation", make(POLICY, {"policy": UNKNOWN}), undecided="policy"),
    unknown(
        "iam-escalation",
        make(POLICY, {"policy": document(allow("iam:PutRolePolicy", Condition=UNKNOWN))}),
        undecided="Condition",
    ),
    fails("iam-data", policy(allow("secretsmanager:GetSecretValue")), found="secretsmanager:GetSecretValue"),
    fails(
        "iam-data",
        policy(allow("ssm:GetParameter*", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/*")),
        found="ssm:GetParameter*",
    ),
    fails("iam-data", policy(allow("kms:Decrypt", f"arn:aws:kms:*:{ACCOUNT}:key/*")), found="kms:Decrypt"),
    fails("iam-data", policy(allow(["s3:GetObject", "s3:ListBucket"])), found="allows s3:GetObject on every resource"),
    passes("iam-data", policy(allow("kms:Decrypt", Condition=asks("kms:ViaService", "s3.us-east-1.amazonaws.com")))),
    passes("iam-data", policy(allow("s3:GetObject", "arn:aws:s3:::models/*"))),
    passes("iam-data", policy(allow(["ecr:GetAuthorizationToken", "s3:ListAllMyBuckets", "ec2:Describe*"]))),
    passes("iam-data", *bounded()),
    passes("iam-data", policy(), kind="absent"),
    unknown("iam-data", make(POLICY, {"policy": UNKNOWN}), undecided="policy"),
    passes("iam-managed-wildcard", make(ATTACHMENT, {"policyArn": f"{MANAGED}AmazonS3ReadOnlyAccess"})),
    passes("iam-managed-wildcard", make(ATTACHMENT, {"policyArn": f"{MANAGED}IAMFullAccess"})),
    passes("iam-managed-wildcard", make(ATTACHMENT, {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/AppFullAccess"})),
    passes("iam-managed-wildcard", make(ATTACHMENT, {"policyArn": UNKNOWN}), kind="unknown"),
    passes("iam-managed-wildcard", make(ROLE), kind="absent"),
    fails(
        "iam-managed-wildcard",
        make(ROLE, {"managedPolicyArns": [f"{MANAGED}AmazonS3FullAccess", f"{MANAGED}SecretsManagerReadWrite"]}),
        found=("attaches AmazonS3FullAccess", "attaches SecretsManagerReadWrite"),
    ),
    unknown("iam-managed-wildcard", make(ROLE, {"managedPolicyArns": [UNKNOWN]}), undecided="managedPolicyArns"),
    fails("iam-managed-wildcard", make(ATTACHMENT, {"policyArn": SECRET}), found="policyArn is a secret"),
]
