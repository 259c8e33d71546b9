"""A dear instance type is used only where the stack allows it by name."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.instances import TYPES_WITH_INSTANCES, family, instance_families, instance_types, is_accelerated
from pricing.resource import UNKNOWN, Resource
from pricing.table import PriceNotFound, load_table

_FALLBACK_REGION = "us-east-1"


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    region, threshold = stack.environment.region, stack.settings.dear_instance_hourly
    allowed = stack.settings.allowed_instance_types
    for field, name in instance_types(resource):
        if name is UNKNOWN:
            yield Undecided(field)
        elif not any(fnmatchcase(name, pattern) for pattern in allowed):
            price = _hourly(name, region)
            if price is not None and price >= threshold:
                yield Finding(f"{name} costs {price:.2f} USD an hour, from {threshold:.2f} on a type must be allowed")
            elif price is None and is_accelerated(name):
                yield Finding(f"{name} is accelerated and has no known price, so it must be allowed")
    for name in instance_families(resource):
        if is_accelerated(name) and not any(family(pattern) == name for pattern in allowed):
            yield Finding(f"the accelerated family {name} holds dear types, so it must be allowed as {name}.*")


def _hourly(instance_type: str, region: str) -> float | None:
    """USD an hour on demand, in the region or else in the one with the most prices."""
    for place in (region, _FALLBACK_REGION):
        try:
            return load_table(place).price("ec2", instance_type).on_demand
        except PriceNotFound:
            continue
    return None


RULE = Rule(
    name="dear-instances",
    title="Dear instance types are allowed by name",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(finops("Policy & Governance"), well_architected("COST02-BP05")),
    remediation="Use a smaller type, or name this one in allowedInstanceTypes of the section mlplatform:policies.",
    field="instanceTypes",
    types=TYPES_WITH_INSTANCES,
    check=_check,
)
