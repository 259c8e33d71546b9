"""Holds a component's arguments, which other languages see, to the spec that validates them."""

import sys
import typing
from collections.abc import Awaitable, Container, Mapping
from typing import Any, cast

from pulumi.provider.experimental.analyzer import Analyzer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from components.core.spec import Inherits


def assert_parity(args: type[Mapping[str, Any]], spec: type[BaseModel], inherited: Container[str] = ()) -> None:
    """`args` without its `pulumi.Input` fields and `spec` have the same fields and the same required ones.

    Nested TypedDicts, in lists and dicts as well, are held to the nested specs, but for what these inherit.
    """
    fields = {name: field for name, field in spec.model_fields.items() if name not in inherited}
    hints = {name: hint for name, hint in _fields(args).items() if not _is_input(hint)}
    required = {name for name in cast(Any, args).__required_keys__ if name in hints}
    assert set(hints) == set(fields), (
        f"{args.__name__} and {spec.__name__} differ in {sorted(set(hints) ^ set(fields))}"
    )
    spec_required = {name for name, field in fields.items() if field.is_required()}
    assert required == spec_required, (
        f"{args.__name__} and {spec.__name__} differ in what is required: {sorted(required ^ spec_required)}"
    )
    for name, hint in hints.items():
        nested_args = _only(hint, typing.is_typeddict)
        nested_spec = _only(fields[name].annotation, _is_model)
        assert (nested_args is None) == (nested_spec is None), f"{args.__name__}.{name} is nested on one side alone"
        if nested_args and nested_spec:
            assert_parity(nested_args, nested_spec, _inherited(fields[name]))


def _inherited(field: FieldInfo) -> Container[str]:
    """What a section, or each of a list's, takes from the spec around it."""
    marks = [each for each in field.metadata if isinstance(each, Inherits)]
    mark = marks[0] if marks else _only(field.annotation, _is_mark)
    return mark.inherited_fields if mark else ()


def assert_documented(args: type[Mapping[str, Any]], spec: type[BaseModel]) -> None:
    """Every field of `spec`, nested ones too, has a description, and every field of `args` a docstring literal."""
    analyzer = Analyzer("mlplatform")
    silent = [name for name in _fields(args) if not _docstring(analyzer, args, name)]
    silent += [name for name, field in spec.model_fields.items() if not field.description]
    assert not silent, f"{args.__name__}: no description for {silent}"
    for name, hint in _fields(args).items():
        nested_args, field = _only(hint, typing.is_typeddict), spec.model_fields.get(name)
        nested_spec = _only(field.annotation, _is_model) if field else None
        if nested_args and nested_spec:
            assert_documented(nested_args, nested_spec)


def _fields(args: type[Mapping[str, Any]]) -> dict[str, Any]:
    """A TypedDict's fields without NotRequired around them. `typing.get_type_hints` fails on `pulumi.Input`."""
    wrappers = (typing.NotRequired, typing.Required)
    return {
        name: typing.get_args(hint)[0] if typing.get_origin(hint) in wrappers else hint
        for name, hint in args.__annotations__.items()
    }


def _docstring(analyzer: Analyzer, args: Any, name: str) -> str | None:
    """The docstring literal below a field, in the TypedDict itself or in one of its module that it can extend.

    A TypedDict keeps no bases before Python 3.12.
    """
    siblings = [each for each in vars(sys.modules[args.__module__]).values() if typing.is_typeddict(each)]
    bases = [each for each in siblings if set(each.__annotations__) <= set(args.__annotations__)]
    return next((found for each in (args, *bases) if (found := analyzer.get_docstring(each, name))), None)


def _is_input(hint: Any) -> bool:
    """Whether a hint is `pulumi.Input[...]`, a union with an awaitable as a member, or a list or dict of those."""
    members = typing.get_args(hint)
    return any(typing.get_origin(member) is Awaitable or _is_input(member) for member in members)


def _is_mark(candidate: Any) -> bool:
    return isinstance(candidate, Inherits)


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _only(hint: Any, wanted: Any) -> Any:
    """The first type inside a hint that `wanted` accepts, through lists, dicts, tuples and optionals."""
    if wanted(hint):
        return hint
    return next((found for member in typing.get_args(hint) if (found := _only(member, wanted))), None)
