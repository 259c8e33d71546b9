"""Who may assume a role is bound by a condition wherever the principal alone says too little."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Framework, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from policies.security.documents import ROLE, Statement, statements
from pricing.resource import UNKNOWN, Resource

_IN_ACCOUNT_SERVICES = frozenset({"ec2", "ecr", "lambda"})
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


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for statement in statements(read(resource.inputs, "assumeRolePolicy"), "assumeRolePolicy"):
        if statement.unknown:
            yield Undecided(statement.path)
        elif statement.allows:
            for kind, name in statement.principals():
                yield from _judge(statement, kind, name)


def _judge(statement: Statement, kind: str, name: Any) -> Iterator[Result]:
    if name is UNKNOWN and not statement.condition_keys:
        yield Undecided(f"{statement.path}: Principal")
        return
    if not isinstance(name, str):
        return
    problem = _problem(kind, name, statement.condition_keys)
    if problem and statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif problem:
        yield Finding(f"{statement.path} {problem}")


def _problem(kind: str, name: str, keys: set[str]) -> str | None:
    if kind == "Service":
        return _service(name.split(".amazonaws.")[0].removesuffix(".aws.internal"), name, keys)
    if kind == "Federated":
        return _federated(name, keys)
    bound = any(key.startswith(_CALLER_KEYS) for key in keys)
    if bound:
        return None
    if name == "*":
        return "lets every AWS account assume the role"
    if kind == "AWS" and (name.endswith(":root") or name.isdigit()):
        return f"lets every identity that account {name} chooses assume the role, without a condition"
    return None


def _service(service: str, name: str, keys: set[str]) -> str | None:
    if service in _IN_ACCOUNT_SERVICES or keys & _SOURCE_KEYS:
        return None
    if service == _POD_IDENTITY:
        if keys & _POD_KEYS:
            return None
        return f"lets any pod of any cluster that is associated with the role assume it through {name}"
    return f"lets {name} assume the role on behalf of any account: neither aws:SourceAccount nor aws:SourceArn is asked"


def _federated(name: str, keys: set[str]) -> str | None:
    if ":saml-provider/" in name:
        return None if "saml:aud" in keys else f"trusts {name} without a condition on SAML:aud"
    lacking = [claim for claim in ("aud", "sub") if not any(key.endswith(f":{claim}") for key in keys)]
    return f"trusts every token of {name} whatever its {' and '.join(lacking)}" if lacking else None


RULE = Rule(
    name="role-trust",
    title="Trust policies are bound by a condition",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        Framework("AWS IAM User Guide", "The confused deputy problem"),
        Framework("Amazon EKS User Guide", "Cross-service confused deputy prevention"),
        well_architected("SEC03-BP07"),
    ),
    remediation="For a service ask for aws:SourceAccount or aws:SourceArn; for EKS Pod Identity for the tags "
    "aws:RequestTag/kubernetes-namespace and kubernetes-service-account; for OIDC for aud and sub; for an account for "
    "sts:ExternalId or aws:PrincipalArn. EC2, ECR and Lambda send no such keys and need none.",
    field="assumeRolePolicy",
    types=frozenset({ROLE}),
    check=_check,
)
