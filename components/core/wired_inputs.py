"""Checks of what a component takes from other resources, and of outputs where it takes plain values."""

from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

import pulumi
from pydantic.alias_generators import to_camel

from .spec_errors import leaves, path_of, shown

_REMEDY = "pass the output of another resource"


def outputs_in(values: Mapping[str, object]) -> Iterator[str]:
    """One sentence for each output among plain values. A component must know these before it registers anything."""
    for place, value in leaves(values):
        if _is_output(value):
            yield f"{path_of(place)} is an output of another resource; write a plain value"


def required_keys(kind: type[Mapping[str, object]]) -> list[str]:
    """The keys that a TypedDict requires, in their order."""
    required: frozenset[str] = getattr(kind, "__required_keys__")  # noqa: B009 - a TypedDict has it, `type` has not
    return [name for name in kind.__annotations__ if name in required]


def wrong_inputs(kind: type[Mapping[str, object]], names: Iterable[str], args: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each wrong value of the fields `names` of the TypedDict `kind`, which take outputs.

    They are text, lists of text or mappings to text, or outputs of these. Text that is empty names no resource.
    """
    required = required_keys(kind)
    for name in names:
        value = args.get(name)
        if value is None:
            if name in required and to_camel(name) not in args:
                yield f"{name} is missing; {_REMEDY}"
        elif not _is_output(value):
            yield from _wrong_value(name, value, _shape(kind.__annotations__[name]), required=name in required)


def _wrong_value(name: str, value: object, shape: Any, *, required: bool) -> Iterator[str]:
    is_list, is_mapping = isinstance(value, list | tuple), isinstance(value, Mapping)
    if shape is list and not is_list:
        hint = f"; write [{value!r}]" if isinstance(value, str) else ""
        yield f"{name} = {shown(value)}: must be a list of text{hint}"
    elif shape is str and (is_list or is_mapping):
        yield f"{name} = {shown(value)}: must be text; {_REMEDY}"
    elif shape is dict and not is_mapping:
        yield f"{name} = {shown(value)}: must be a mapping of names to text"
    elif shape is list and required and not value:
        yield f"{name} is empty; {_REMEDY}"
    elif shape in (str, list, dict):
        yield from _wrong_texts(name, value)


def _wrong_texts(name: str, value: object) -> Iterator[str]:
    for place, text in leaves({name: value}):
        if isinstance(text, str) and not text.strip():
            yield f"{path_of(place)} is empty; {_REMEDY}"
        elif not isinstance(text, str) and not _is_output(text):
            yield f"{path_of(place)} = {shown(text)}: must be text; {_REMEDY}"


def _is_output(value: object) -> bool:
    return isinstance(value, pulumi.Output | Awaitable)


def _shape(annotation: Any) -> Any:
    """`list`, `dict` or another type: that of the value which an annotation such as `NotRequired[Input[T]]` allows."""
    origin = get_origin(annotation)
    inner: Sequence[Any] = get_args(annotation)
    return origin if origin in (list, dict) else _shape(inner[0]) if inner else annotation
