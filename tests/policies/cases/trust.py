"""Cases of the rules in policies/trust.py."""

from typing import Any

from resources.resource import SECRET, UNKNOWN
from tests.support.policies.cases import ACCOUNT, fails, make, passes, unknown
from tests.support.policies.documents import ROLE, ROOT, asks, service, trust

OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"
ISSUER = OIDC.partition("/")[2]
GITHUB = "token.actions.githubusercontent.com"
COGNITO = "cognito-identity.amazonaws.com"
SECOND_FACTOR = "aws:MultiFactorAuthPresent"


def tokens(subject: str, issuer: str = GITHUB) -> Any:
    """A role for tokens of an issuer with a subject."""
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}, "StringLike": {f"{issuer}:sub": subject}}
    return trust({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}, condition)


CASES = [
    passes("role-trust", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/pipeline"})),
    passes("role-trust", trust({"AWS": ROOT}, asks("aws:PrincipalTag/team", "ml"))),
    passes("role-trust", trust({"Federated": OIDC}, {"StringEquals": {f"{ISSUER}:sub": "x", f"{ISSUER}:aud": "y"}})),
    fails("role-trust", trust({"AWS": "*"}), found="lets every AWS account assume the role"),
    fails("role-trust", trust("*"), found="lets every AWS account assume the role"),
    fails("role-trust", trust({"AWS": ROOT}), found=f"every identity that account {ROOT} chooses"),
    fails("role-trust", trust({"AWS": "210987654321"}), found="every identity that account 210987654321 chooses"),
    fails(
        "role-trust", trust({"Federated": OIDC}, asks(f"{ISSUER}:aud", "sts.amazonaws.com")), found="whatever its sub"
    ),
    fails("role-trust", trust({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}), found="SAML:aud"),
    passes("role-trust", make(ROLE), kind="absent"),
    unknown("role-trust", make(ROLE, {"assumeRolePolicy": UNKNOWN}), undecided="assumeRolePolicy"),
    unknown("role-trust", trust({"Federated": UNKNOWN}), undecided="assumeRolePolicy statement 1: Principal"),
    unknown("role-trust", trust(UNKNOWN), undecided="assumeRolePolicy statement 1: Principal"),
    # The owner, the repository and the namespace precede the first wildcard.
    passes("role-trust", tokens("repo:acme/models:*")),
    passes("role-trust", tokens("repo:acme/models:ref:refs/heads/main")),
    passes("role-trust", tokens("system:serviceaccount:kserve:*", ISSUER)),
    passes("role-trust", tokens("project_path:acme/models:ref_type:branch:ref:*", "gitlab.com")),
    passes("role-trust", tokens("organization:acme:project:*:workspace:*:run_phase:*", "app.terraform.io")),
    fails("role-trust", tokens("*"), found="whatever its sub"),
    fails("role-trust", tokens("*:*"), found="whatever its sub"),
    fails("role-trust", tokens("repo:*"), found="whatever its sub"),
    fails("role-trust", tokens("repo:*/models:*"), found="whatever its sub"),
    fails("role-trust", tokens("repo:acme/*"), found="whatever its sub"),
    fails("role-trust", tokens("system:serviceaccount:*:*", ISSUER), found="whatever its sub"),
    fails("role-trust", tokens("system:serviceaccount:*:default", ISSUER), found="whatever its sub"),
    fails("role-trust", tokens("system:*", ISSUER), found="whatever its sub"),
    passes(
        "role-trust",
        trust(
            {"Federated": COGNITO},
            {
                "StringEquals": {f"{COGNITO}:aud": "us-east-1:pool"},
                "ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"},
            },
        ),
    ),
    fails(
        "role-trust", trust({"Federated": COGNITO}, asks(f"{COGNITO}:aud", "us-east-1:pool")), found="whatever its amr"
    ),
    passes("role-trust", trust({"Federated": "accounts.google.com"}, asks("accounts.google.com:aud", "42"))),
    passes("role-trust", trust({"AWS": ROOT}, asks(SECOND_FACTOR, "true", "Bool"))),
    fails("role-trust", trust({"AWS": ROOT}, asks(SECOND_FACTOR, "false", "Bool")), found="every identity"),
    passes("role-trust", trust("*", asks("aws:PrincipalOrgID", "o-1"))),
    passes("role-trust", trust("*", asks("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*", "ArnLike"))),
    fails("role-trust", trust("*", asks("aws:PrincipalArn", "arn:aws:iam::*:role/*", "ArnLike")), found="every AWS"),
    fails("role-trust", trust("*", asks("aws:PrincipalOrgID", "o-*", "StringLike")), found="every AWS"),
    fails("role-trust", trust({"AWS": "*"}, asks("sts:ExternalId", "42")), found="every AWS"),
    fails("role-trust", trust("*", asks("aws:SourceIp", "0.0.0.0/0", "IpAddress")), found="every AWS"),
    fails("role-trust", make(ROLE, {"assumeRolePolicy": SECRET}), found="assumeRolePolicy is a secret", kind="unknown"),
    passes("service-trust", trust(service("ec2"))),
    passes("service-trust", trust({"Service": "ec2.amazonaws.com.cn"})),
    passes("service-trust", trust({"Service": "ecr.amazonaws.com"})),
    passes("service-trust", trust(service("lambda"))),
    passes("service-trust", trust(service("eks"), asks("aws:SourceAccount"))),
    passes("service-trust", trust(service("eks"), asks("aws:SourceArn", UNKNOWN, "ArnLike"))),
    passes("service-trust", trust(service("pods.eks"), asks("aws:RequestTag/kubernetes-namespace", "kserve"))),
    passes("service-trust", trust(service("pods.eks"), asks("aws:SourceAccount"))),
    fails(
        "service-trust", trust(service("eks")), found="lets eks.amazonaws.com assume the role on behalf of any account"
    ),
    fails("service-trust", trust(service("vpc-flow-logs")), found="neither aws:SourceAccount nor aws:SourceArn"),
    fails(
        "service-trust", trust(service("eks"), asks("aws:SourceAccount", operator="StringEqualsIfExists")), found="eks"
    ),
    fails("service-trust", trust(service("pods.eks")), found="lets any pod of any cluster"),
    fails(
        "service-trust", trust({"Service": ["ec2.amazonaws.com", "eks.amazonaws.com"]}), found="lets eks.amazonaws.com"
    ),
    unknown("service-trust", trust(service("eks"), {"StringEquals": UNKNOWN}), undecided="statement 1: Condition"),
    passes("service-trust", trust({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]})),
    fails("service-trust", trust(service("eks"), asks("aws:SourceArn", "arn:aws:*:*:*:*", "ArnLike")), found="eks"),
    passes("service-trust", make(ROLE), kind="absent"),
]
