"""Inputs that the program states and the engine ignores."""

import re
from collections.abc import Iterator
from functools import cache

from policies.engine.controls import LINES
from policies.engine.frameworks import well_architected
from policies.engine.rule import STATED, Area, Finding, Level, Result, Severity, rule
from policies.engine.stack import Stack
from resources.resource import Resource

_OF_OBJECTS = re.compile(r"\*|spec|spec\.template|spec\.template\.spec|.*(?:securityContext|host(?:Network|PID|IPC)).*")
"""What of a Kubernetes object is judged, besides numbers such as spec.replicas that an autoscaler sets."""


@cache
def _protected(resource_type: str) -> frozenset[str]:
    """The inputs of a type that mandatory rules of security judge. Call it once every module has stated its rules."""
    rules = [
        each
        for each in STATED.values()
        if each.area is Area.SECURITY and each.level is Level.MANDATORY and resource_type in each.covers
    ]
    stated = {path for each in rules for path in re.findall(r"[a-z][\w.]*\w", each.field)}
    of_tables = {line.place for each in rules for line in LINES.get(each.name, ()) if line.type == resource_type}
    return frozenset(stated | of_tables)


@rule(
    "ignored-changes",
    "Changes to inputs that rules of security judge are applied",
    ("aws:*", "kubernetes:*"),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC01-BP06")],
    remediation="Remove it from ignoreChanges: rules judge the value in the program, but the old one stays in AWS.",
    field="ignoreChanges",
)
def _ignored(resource: Resource, _: Stack) -> Iterator[Result]:
    for path in resource.ignore_changes:
        if _hides(resource.type, path):
            yield Finding(f"ignores changes to {path}, so what the program says of it is not applied")


def _hides(resource_type: str, path: str) -> bool:
    """Whether a path is a judged input, holds one or is in one. A rule may name an input without what contains it."""
    if resource_type.startswith("kubernetes:"):
        return _OF_OBJECTS.fullmatch(path) is not None
    plain = re.sub(r"\[[^\]]*\]", "", path)
    return path == "*" or any(
        f"{plain}.".startswith(f"{field}.") or f"{field}.".startswith(f"{plain}.") or plain.endswith(f".{field}")
        for field in _protected(resource_type)
    )
