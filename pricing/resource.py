"""A resource as the engine would register it: the one shape that estimators, rules and reports read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Unknown(Enum):
    """The type of `UNKNOWN`; an enum, so that the value is a singleton that type checkers can narrow."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands where an input depends on something that only a deployment decides. It is falsy and equals nothing else."""

SECRET: Final = "[secret]"  # noqa: S105 - the mask itself
"""Stands where an input or output is a Pulumi secret. Nothing behind it ever reaches a plan."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack.

    `inputs` are as the provider would get them (camelCase keys; plain `dict`, `list`, `str`, `float`, `bool`, `None`),
    with `UNKNOWN` and `SECRET` standing for what is not known or not shown. `provider` is the provider's URN, `parent`
    the parent's; `property_dependencies` maps an input's name to the URNs of the resources it was computed from.
    """

    urn: str
    type: str
    name: str
    parent: str | None = None
    custom: bool = True
    provider: str | None = None
    dependencies: Sequence[str] = ()
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    protect: bool = False
    retain_on_delete: bool = False
    ignore_changes: Sequence[str] = ()
