"""A resource as the engine would register it, with marks for values that are unknown or secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal


class Unknown(Enum):
    """The type of `UNKNOWN`. It is an enum, so that type checkers can narrow it."""

    UNKNOWN = "unknown"

    def __bool__(self) -> Literal[False]:
        return False


UNKNOWN: Final = Unknown.UNKNOWN
"""Takes the place of a value that only the deployment decides. It is falsy and equals nothing else."""

SECRET: Final = "[secret]"  # noqa: S105 - the mask itself
"""Takes the place of a value that is a Pulumi secret. The value itself never reaches a plan."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack.

    `inputs` are as the provider gets them: camelCase keys; plain `dict`, `list`, `str`, `int`, `float`, `bool`, `None`;
    `UNKNOWN` and `SECRET` replace values. `provider` and `parent` are URNs. `property_dependencies` maps an input to
    the URNs of the resources that it was computed from.
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
