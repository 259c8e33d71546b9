"""Who may assume a role."""

from collections.abc import Iterator, Set

from policies.engine.frameworks import checkov, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, judge, statements
from policies.iam import ROLE
from policies.resource_policies import NARROWING
from resources.resource import UNKNOWN, Resource

_IN_ACCOUNT_SERVICES = frozenset({"ec2", "ecr", "lambda", "edgelambda"})
"""Services that assume a role only after someone in the same account passed it to an instance, a function or a template
for repositories of that account, and that document neither aws:SourceAccount nor aws:SourceArn: a condition would lock
them out."""

_SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
_POD_IDENTITY = "pods.eks"
_POD_KEYS = frozenset(
    f"aws:requesttag/{name}"
    for name in ("eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account")
)
"""Session tags that EKS Pod Identity sends with AssumeRole; only the caller's pod decides them."""

_CALLER_KEYS = ("aws:principal", "aws:source", "aws:multifactor", "sts:externalid", "aws:requesttag/")
_COGNITO = "cognito-identity.amazonaws.com"
_SIGN_INS = frozenset({"accounts.google.com", "graph.facebook.com", "www.amazon.com", "appleid.apple.com"})
"""Providers of web identities whose roles AWS binds to an application, by `aud` or `app_id`.

Source: AWS IAM User Guide, "Available keys for AWS web identity federation".
"""


@rule(
    "role-trust",
    "Trust policies name who may assume the role",
    ROLE,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        checkov("CKV_AWS_60"),
        checkov("CKV_AWS_61"),
        checkov("CKV_AWS_393"),
        Framework("AWS IAM User Guide", "The confused deputy problem"),
        well_architected("SEC03-BP07"),
    ],
    remediation="For OIDC ask for aud, and for sub with the repository or the namespace before the first wildcard; for "
    "an account for sts:ExternalId or aws:PrincipalArn with the account in it.",
    field="assumeRolePolicy",
)
def _role_trust(role: Resource, _: Stack) -> Iterator[Result]:
    return judge(statements(role.inputs.get("assumeRolePolicy"), "assumeRolePolicy"), _trusts_too_much)


def _trusts_too_much(statement: Statement) -> Iterator[Result]:
    keys = statement.condition_keys
    if statement.values("NotPrincipal"):
        yield Finding(f"{statement.path} lets everybody but NotPrincipal assume the role")
    for kind, name in statement.principals():
        if name is UNKNOWN and not keys:
            yield Undecided(f"{statement.path}: Principal")
        if not isinstance(name, str):
            continue
        problem = _trust_problem(kind, name, keys)
        if problem and statement.conditions_unknown:
            yield Undecided(f"{statement.path}: Condition")
        elif problem:
            yield Finding(f"{statement.path} {problem}")


def _trust_problem(kind: str, name: str, keys: Set[str]) -> str | None:
    if name == "*":
        return None if keys & NARROWING else "lets every AWS account assume the role"
    if kind == "Federated":
        return _federated_problem(name, keys)
    if kind == "AWS" and (name.endswith(":root") or name.isdigit()):
        bound = any(key.startswith(_CALLER_KEYS) for key in keys)
        return (
            None if bound else f"lets every identity that account {name} chooses assume the role, without a condition"
        )
    return None


def _federated_problem(name: str, keys: Set[str]) -> str | None:
    if ":saml-provider/" in name:
        return None if keys & {"saml:aud", "saml:iss", "saml:sub"} else f"trusts {name} without a condition on SAML:aud"
    claims = {key.rpartition(":")[2] for key in keys}
    if name in _SIGN_INS:
        return None if claims & {"aud", "app_id", "sub"} else f"trusts every application of {name}, whatever its aud"
    required = ("aud", "amr") if name == _COGNITO else ("aud", "sub")
    # Cognito sends amr or sub to tell who signed in from guests.
    lacking = [claim for claim in required if claim not in claims and not (claim == "amr" and "sub" in claims)]
    return f"trusts every token of {name}, whatever its {' and '.join(lacking)}" if lacking else None


@rule(
    "service-trust",
    "Trust policies of services require the account or the resource they work for",
    ROLE,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[
        Framework("AWS IAM User Guide", "The confused deputy problem"),
        Framework("Amazon EKS User Guide", "Cross-service confused deputy prevention"),
        well_architected("SEC03-BP07"),
    ],
    remediation="For a service ask for aws:SourceAccount or aws:SourceArn; for EKS Pod Identity for the tags "
    "aws:RequestTag/kubernetes-namespace and kubernetes-service-account. EC2, ECR and Lambda send no such keys "
    "and need none.",
    field="assumeRolePolicy",
)
def _service_trust(role: Resource, _: Stack) -> Iterator[Result]:
    return judge(statements(role.inputs.get("assumeRolePolicy"), "assumeRolePolicy"), _trusts_any_deputy)


def _trusts_any_deputy(statement: Statement) -> Iterator[Result]:
    for kind, name in statement.principals():
        if kind != "Service" or not isinstance(name, str):
            continue
        service = name.split(".amazonaws.")[0].removesuffix(".aws.internal")
        problem = _service_problem(service, name, statement.condition_keys)
        if problem and statement.conditions_unknown:
            yield Undecided(f"{statement.path}: Condition")
        elif problem:
            yield Finding(f"{statement.path} {problem}")


def _service_problem(service: str, name: str, keys: Set[str]) -> str | None:
    if service in _IN_ACCOUNT_SERVICES or keys & _SOURCE_KEYS:
        return None
    if service == _POD_IDENTITY:
        if keys & _POD_KEYS:
            return None
        return f"lets any pod of any cluster that is associated with the role assume it through {name}"
    return (
        f"lets {name} assume the role on behalf of any account: neither aws:SourceAccount nor aws:SourceArn is required"
    )
