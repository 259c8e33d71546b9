"""Which objects with a label selector are for which Pods of their namespace."""

from typing import Any

from policies.engine.stack import Stack
from policies.inputs import read
from policies.kubernetes.objects import namespace_of
from policies.kubernetes.pods import matches
from pricing.resource import UNKNOWN, Resource, Unknown


def selects(chooser: Resource, field: str, workload: Resource, labels: Any) -> bool | Unknown:
    """Whether the selector in `spec.<field>` of an object near a workload is for its Pods, which have these labels."""
    chosen = matches(read(chooser.inputs, "spec", field), labels)
    elsewhere = UNKNOWN in (namespace_of(chooser), namespace_of(workload))
    return UNKNOWN if elsewhere and chosen is not False else chosen


def selected(workload: Resource, labels: Any, kind: str, field: str, stack: Stack) -> bool | Unknown:
    """Whether any object of a kind, with its selector in `spec.<field>`, is for the Pods of a workload."""
    found = [selects(chooser, field, workload, labels) for chooser in around(workload, (kind,), stack)]
    return True if True in found else UNKNOWN if UNKNOWN in found else False


def around(resource: Resource, types: tuple[str, ...], stack: Stack) -> list[Resource]:
    """The objects of `types` that may be in the namespace of `resource`."""
    space = namespace_of(resource)
    if space is UNKNOWN:
        return stack.of(types)
    index = stack.indexed(types, _spaces)
    return [*index.get(space, ()), *index.get(UNKNOWN, ())]


def _spaces(resource: Resource) -> tuple[str | Unknown | None]:
    return (namespace_of(resource),)
