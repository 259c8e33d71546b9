"""Databases refuse connections without TLS."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read, text
from pricing.resource import UNKNOWN, Resource

_INSTANCE = "aws:rds/instance:Instance"
_GROUP = "aws:rds/parameterGroup:ParameterGroup"
_FORCED = ("1", "on", "true")
_FORCING = {"postgres": "rds.force_ssl", "mysql": "require_secure_transport"}
"""The parameter of each engine that does it."""


def _check(stack: Stack) -> Iterator[Result]:
    for instance in stack.of([_INSTANCE]):
        engine = str(text(read(instance.inputs, "engine")))
        forcing = next((name for prefix, name in _FORCING.items() if engine.startswith(prefix)), None)
        if forcing is None:
            continue
        name = read(instance.inputs, "parameterGroupName")
        values = list(_values(instance, name, forcing, stack))
        if any(str(value).lower() in _FORCED for value in values if value is not UNKNOWN):
            continue
        if UNKNOWN in values or (name is UNKNOWN and not values):
            yield Undecided(f"{forcing} of its parameter group", instance.urn)
        else:
            yield Finding(f"its parameter group does not set {forcing}", instance.urn)


def _values(instance: Resource, name: Any, forcing: str, stack: Stack) -> Iterator[Any]:
    """What its parameter groups say of the parameter."""
    groups = stack.referred(instance, "parameterGroupName", [_GROUP])
    if not groups and isinstance(name, str):
        groups = [group for group in stack.of([_GROUP]) if group.outputs.get("id") == name]
    for group in groups:
        for parameter in each(read(group.inputs, "parameters")):
            if text(read(parameter, "name")) == forcing:
                yield text(read(parameter, "value"))


RULE = Rule(
    name="database-tls",
    title="Databases refuse connections without TLS",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("RDS.38"), well_architected("SEC09-BP02")),
    remediation="Give it a parameter group with rds.force_ssl = 1, or for MySQL with require_secure_transport = 1; or "
    "use Database.",
    field="parameters of its parameter group",
    check_stack=_check,
)
