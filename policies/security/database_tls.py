"""Databases refuse connections without TLS."""

from collections.abc import Iterator
from typing import Any

from policies.frameworks import fsbp, well_architected
from policies.inputs import each, read, text
from policies.rule import Finding, Result, Rule, Severity, Undecided
from policies.settings import Level
from policies.view import View
from pricing.resource import UNKNOWN, Resource

_INSTANCE = "aws:rds/instance:Instance"
_GROUP = "aws:rds/parameterGroup:ParameterGroup"
_FORCED = ("1", "on", "true")


def _check(view: View) -> Iterator[Result]:
    for instance in view.of([_INSTANCE]):
        if not str(text(read(instance.inputs, "engine"))).startswith("postgres"):
            continue
        name = read(instance.inputs, "parameterGroupName")
        values = list(_values(instance, name, view))
        if any(str(value).lower() in _FORCED for value in values if value is not UNKNOWN):
            continue
        if UNKNOWN in values or (name is UNKNOWN and not values):
            yield Undecided("rds.force_ssl of its parameter group", instance.urn)
        else:
            yield Finding("its parameter group does not set rds.force_ssl", instance.urn)


def _values(instance: Resource, name: Any, view: View) -> Iterator[Any]:
    """What its parameter groups say of rds.force_ssl."""
    groups = view.referred(instance, "parameterGroupName", [_GROUP])
    if not groups and isinstance(name, str):
        groups = [group for group in view.of([_GROUP]) if group.outputs.get("id") == name]
    for group in groups:
        for parameter in each(read(group.inputs, "parameters")):
            if text(read(parameter, "name")) == "rds.force_ssl":
                yield text(read(parameter, "value"))


RULE = Rule(
    name="database-tls",
    title="Databases refuse connections without TLS",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("RDS.38"), well_architected("SEC09-BP02")),
    remediation="Give it a parameter group with rds.force_ssl = 1, or use Database.",
    check_stack=_check,
)
