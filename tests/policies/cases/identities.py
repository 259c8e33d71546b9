"""Cases of the rules in policies/identities.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

ROLE = "aws:iam/role:Role"
USER = "aws:iam/user:User"
SHARED = "aws:iam/policyAttachment:PolicyAttachment"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ENTRY = "aws:eks/accessEntry:AccessEntry"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
MASTERS = "- userarn: arn:aws:iam::123456789012:user/ops\n  groups: [system:masters]\n"
PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
CLUSTER_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKS"
STRONG = {
    "minimumPasswordLength": 14,
    "passwordReusePrevention": 24,
    "requireUppercaseCharacters": True,
    "requireLowercaseCharacters": True,
    "requireNumbers": True,
    "requireSymbols": True,
}


def association(policy: Any, scope: Any) -> Resource:
    return make(ASSOCIATION, {"policyArn": policy, "accessScope": {"type": scope}})


def aws_auth(users: Any) -> Resource:
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    return make(CONFIG_MAP, {"metadata": metadata, "data": {"mapUsers": users}})


def identity(**inputs: Any) -> Resource:
    return make("aws:eks/podIdentityAssociation:PodIdentityAssociation", inputs)


CASES = [
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
    passes("iam-user", make(ROLE)),
    fails("iam-user", make(USER, {"name": "bob"}), found="is a user of IAM"),
    fails("iam-user", make(USER), found="is a user of IAM", kind="absent"),
    fails("iam-user", make(USER, {"name": UNKNOWN}), found="is a user of IAM", kind="unknown"),
    passes("iam-user-policy", make(SHARED, {"roles": ["a"], "users": []})),
    fails("iam-user-policy", make(SHARED, {"users": ["bob"]}), found="gives a user permissions"),
    fails(
        "iam-user-policy",
        make("aws:iam/userPolicyAttachment:UserPolicyAttachment", {"user": UNKNOWN}),
        found="gives a user permissions",
        kind="unknown",
    ),
    passes("iam-user-policy", make(SHARED), kind="absent"),
    unknown("iam-user-policy", make(SHARED, {"users": UNKNOWN}), undecided="users"),
    passes("password-policy", make(PASSWORDS, STRONG)),
    fails(
        "password-policy",
        make(PASSWORDS, {**STRONG, "minimumPasswordLength": 6}),
        found="has minimumPasswordLength 6; 14 is the least",
    ),
    fails("password-policy", make(PASSWORDS, {**STRONG, "requireSymbols": False}), found="does not set requireSymbols"),
    fails(
        "password-policy",
        make(PASSWORDS, {key: value for key, value in STRONG.items() if key != "passwordReusePrevention"}),
        found="has passwordReusePrevention absent",
        kind="absent",
    ),
    unknown("password-policy", make(PASSWORDS, {**STRONG, "requireNumbers": UNKNOWN}), undecided="requireNumbers"),
    passes("cluster-administrator", association(f"{CLUSTER_POLICY}ClusterAdminPolicy", "namespace")),
    passes("cluster-administrator", association(f"{CLUSTER_POLICY}EditPolicy", "cluster")),
    passes("cluster-administrator", make(ENTRY, {"kubernetesGroups": ["ml-engineers"]})),
    fails(
        "cluster-administrator",
        association(f"{CLUSTER_POLICY}ClusterAdminPolicy", "cluster"),
        found="associates AmazonEKSClusterAdminPolicy with the whole cluster",
    ),
    fails("cluster-administrator", make(ENTRY, {"kubernetesGroups": ["system:masters"]}), found="system:masters"),
    passes("cluster-administrator", make(ENTRY), kind="absent"),
    unknown("cluster-administrator", association(UNKNOWN, "cluster"), undecided="policyArn"),
    unknown("cluster-administrator", make(ENTRY, {"kubernetesGroups": UNKNOWN}), undecided="kubernetesGroups"),
    passes("aws-auth-masters", make(CONFIG_MAP, {"metadata": {"name": "other"}, "data": {"mapUsers": MASTERS}})),
    passes("aws-auth-masters", aws_auth("- groups: [system:bootstrappers, system:nodes]\n")),
    passes("aws-auth-masters", make(CONFIG_MAP, {"metadata": {"name": "aws-auth"}}), kind="absent"),
    fails("aws-auth-masters", aws_auth(MASTERS), found="data.mapUsers makes principals members of system:masters"),
    unknown("aws-auth-masters", aws_auth(UNKNOWN), undecided="data.mapUsers"),
    *of_input("identity-default-account", identity, "serviceAccount", "train", "default", "every Pod", absent=None),
]
