"""The principals of a stack: roles, job functions of people, services, and who uses each."""

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reports.iam.evaluate import Policy
from resources.index import ResourceIndex
from resources.inputs import display, elements, entries, json_value, read
from resources.resource import UNKNOWN, Resource

ROLE = "aws:iam/role:Role"
_PERMISSION_SET = "aws:ssoadmin/permissionSet:PermissionSet"
_INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
_SET_ATTACHMENT = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
_ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_MANAGED = Path(__file__).with_name("managed_policies.json")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who can make requests. Without an account it is an AWS service."""

    name: str
    kind: str
    """pods, AWS service, people, or other role."""
    arn: str
    account: str
    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    users: tuple[str, ...] = ()
    """Who acts as it, and through what."""


def principals(index: ResourceIndex) -> list[Principal]:
    """Every principal of a stack by its name: its own roles and job functions, then those that its policies name."""
    own = [_role(each, index) for each in index.of_type(ROLE)]
    people = [found for each in index.of_type(_PERMISSION_SET) for found in _people(each, index)]
    return sorted((*own, *people), key=lambda each: (each.kind, each.name))


def managed_policy(arn: str) -> Policy:
    """A policy that AWS manages; an unknown document for one that is not recorded here."""
    return Policy(f"AWS managed policy {arn.rpartition('/')[2]}", _recorded().get(arn, UNKNOWN))


@cache
def _recorded() -> dict[str, Any]:
    return json.loads(_MANAGED.read_text(encoding="utf-8"))["policies"]


def _role(role: Resource, index: ResourceIndex) -> Principal:
    arn = display(role.outputs.get("arn"))
    boundary = role.inputs.get("permissionsBoundary")
    users = tuple(_users(role, index))
    return Principal(
        name=role.name,
        kind=_kind(users),
        arn=arn,
        account=arn.split(":")[4] if arn.count(":") > 4 else "",
        identity=tuple(_identity(role, index)),
        boundary=(_policy(boundary, index),) if boundary else None,
        users=users,
    )


def _identity(role: Resource, index: ResourceIndex) -> Iterator[Policy]:
    for each in elements(role.inputs.get("inlinePolicies")):
        yield Policy(f"{role.name}, inline policy {display(read(each, 'name'))}", read(each, "policy"))
    for each in index.referrers(role, "role", "aws:iam/rolePolicy:RolePolicy"):
        yield Policy(each.name, each.inputs.get("policy"))
    for each in index.referrers(role, "role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        yield _policy(each.inputs.get("policyArn"), index)
    for arn in elements(role.inputs.get("managedPolicyArns")):
        yield _policy(arn, index)


def _policy(arn: Any, index: ResourceIndex) -> Policy:
    own = index.named(arn, "aws:iam/policy:Policy")
    if own:
        return Policy(own.name, own.inputs.get("policy"))
    return managed_policy(arn) if isinstance(arn, str) else Policy("a policy", UNKNOWN)


def _users(role: Resource, index: ResourceIndex) -> Iterator[str]:
    """Who may act as a role, by its trust policy and by associations of Pod Identity."""
    for each in index.referrers(role, "roleArn", _ASSOCIATION):
        namespace, account = (display(each.inputs.get(key)) for key in ("namespace", "serviceAccount"))
        yield f"pods of {namespace}/{account} through {each.name} (Pod Identity)"
    for statement in elements(read(json_value(role.inputs.get("assumeRolePolicy")), "Statement")):
        condition = read(statement, "Condition")
        principal = read(statement, "Principal")
        for service in elements(read(principal, "Service")):
            if service != "pods.eks.amazonaws.com":
                yield f"AWS service {display(service)}"
        callers = list(_values(condition, "aws:PrincipalArn"))
        for name in callers or elements(read(principal, "AWS")):
            second = " with a second factor" if list(_values(condition, "aws:MultiFactorAuthPresent")) else ""
            yield f"{'person' if ':user/' in display(name) else 'role'} {display(name)}{second}"
        for _ in elements(read(principal, "Federated")):
            subjects = [value for key in _keys(condition) if key.endswith(":sub") for value in _values(condition, key)]
            for subject in subjects or ["any subject"]:
                yield f"{subject.removeprefix('system:serviceaccount:')} through OpenID Connect"


def _keys(condition: Any) -> Iterator[str]:
    for _, test in entries(condition):
        yield from (key for key, _ in entries(test))


def _values(condition: Any, wanted: str) -> Iterator[str]:
    for _, test in entries(condition):
        for key, values in entries(test):
            if key.lower() == wanted.lower():
                yield from map(display, elements(values))


def _kind(users: tuple[str, ...]) -> str:
    if any(each.startswith(("pods ", "person ")) or "OpenID" in each for each in users):
        return "people" if any(each.startswith("person ") for each in users) else "pods"
    return "other role" if any(each.startswith("role ") for each in users) else "AWS service"


def _people(permission_set: Resource, index: ResourceIndex) -> Iterator[Principal]:
    """A job function in each account in which a group of people has it."""
    name = display(permission_set.inputs.get("name"))
    documents = [
        *(
            Policy(each.name, each.inputs.get("inlinePolicy"))
            for each in index.referrers(permission_set, "permissionSetArn", _INLINE)
        ),
        *(
            managed_policy(display(each.inputs.get("managedPolicyArn")))
            for each in index.referrers(permission_set, "permissionSetArn", _SET_ATTACHMENT)
        ),
    ]
    accounts: dict[str, list[str]] = {}
    for each in index.referrers(permission_set, "permissionSetArn", _ASSIGNMENT):
        kind, group = (display(each.inputs.get(key)) for key in ("principalType", "principalId"))
        user = f"{kind.lower()} {group} of IAM Identity Center through {each.name}"
        accounts.setdefault(display(each.inputs.get("targetId")), []).append(user)
    for account, users in sorted(accounts.items()):
        role = f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{name}"
        yield Principal(name, "people", role, account, tuple(documents), None, tuple(sorted(users)))


def named_in(policies: Sequence[Policy], known: Set[str]) -> Iterator[Principal]:
    """The services, and the roles and users outside of the stack, that policies of resources allow something.

    `known` has the ARNs of the stack's own principals.
    """
    seen: set[str] = set()
    for policy in policies:
        for statement in elements(read(json_value(policy.document), "Statement")):
            if read(statement, "Effect") != "Allow":
                continue
            principal = read(statement, "Principal")
            names = [*elements(read(principal, "AWS")), *_callers(read(statement, "Condition"))]
            for name in dict.fromkeys(display(each) for each in names):
                if ":iam:" in name and not name.endswith(":root") and "*" not in name and name not in {*known, *seen}:
                    seen.add(name)
                    yield Principal(name, "outside of the stack", name, name.split(":")[4])
            for service in dict.fromkeys(display(each) for each in elements(read(principal, "Service"))):
                if service not in seen:
                    seen.add(service)
                    yield Principal(service, "AWS service", service, "")


def _callers(condition: object) -> Iterator[str]:
    for operator, test in entries(condition):
        for key, values in entries(test):
            if key.lower() == "aws:principalarn" and "Not" not in operator:
                yield from map(display, elements(values))
