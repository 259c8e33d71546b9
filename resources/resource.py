"""A resource as the engine would register it, with marks for values that are unknown or secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, cast


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
    `UNKNOWN` and `SECRET` replace values. Other mappings and sequences, such as the proxies that policies are handed,
    become `dict` and `list`, the only ones that the readers of inputs know. `provider` and `parent` are URNs.
    `property_dependencies` maps an input to the URNs of the resources that it was computed from.
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

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs"):
            if not _is_plain(getattr(self, name)):
                object.__setattr__(self, name, _plain(getattr(self, name)))


_LEAVES = frozenset({str, int, float, bool, type(None), Unknown})


def _is_plain(value: Any) -> bool:
    kind = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is dict:
        return all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if kind is list else kind in _LEAVES


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in cast(Mapping[str, Any], value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in cast(Sequence[Any], value)]
    return value
