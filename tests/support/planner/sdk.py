"""The shape of a provider's inputs, as its installed SDK's types declare them."""

import collections.abc
import importlib
import inspect
import json
import keyword
import types
import typing
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, cast

import pulumi
from pulumi import _types as sdk  # pyright: ignore[reportPrivateUsage] - the SDK's own translation of names

from resources.resource import SECRET, UNKNOWN, Resource


def arguments_of(resource_type: str) -> type[Any] | None:
    """The SDK's class of a resource's arguments, or None where the SDK has no such resource.

    `aws:ec2/vpc:Vpc` is `VpcArgs` of `pulumi_aws.ec2`, `pulumi:providers:aws` is `ProviderArgs` of `pulumi_aws`,
    `kubernetes:helm.sh/v3:Release` is `ReleaseArgs` of `pulumi_kubernetes.helm.v3`.
    """
    package, module, name = resource_type.split(":")
    if package == "pulumi":
        package, module, name = name, "index", "Provider"
    path = module.replace(".sh/", ".") if package == "kubernetes" else module.partition("/")[0]
    path += "_" if keyword.iskeyword(path) else ""
    try:
        found = importlib.import_module(f"pulumi_{package}" + ("" if path == "index" else f".{path}"))
    except ModuleNotFoundError:
        return None
    # Where another input has taken the resource's name, as in s3, the SDK calls its arguments so.
    return getattr(found, f"{name}InitArgs", None) or getattr(found, f"{name}Args", None)


@cache
def _fields(arguments: type[Any]) -> Mapping[str, Any]:
    """The hints of an input type by the names that the provider knows, with what is awaited or output still in them."""
    names = sdk.input_type_py_to_pulumi_names(arguments)
    hints = typing.get_type_hints(arguments, localns=_locals(arguments))
    getters = {name: getter for name, getter in vars(arguments).items() if isinstance(getter, property)}
    return {
        camel: typing.get_type_hints(getters[python].fget, localns=_locals(arguments))["return"]
        if python in getters
        else hints[python]
        for python, camel in names.items()
    }


def _locals(arguments: type[Any]) -> dict[str, Any]:
    # `pulumi.Input` names these without their module.
    return {"Output": pulumi.Output, "T": Any, **vars(importlib.import_module(arguments.__module__))}


@cache
def _required(arguments: type[Any]) -> frozenset[str]:
    parameters = list(inspect.signature(arguments.__init__).parameters.values())[1:]
    names = sdk.input_type_py_to_pulumi_names(arguments)
    return frozenset(names.get(each.name, each.name) for each in parameters if each.default is inspect.Parameter.empty)


def problems(resource: Resource) -> Iterator[str]:
    """A sentence for each input of the resource that its provider's SDK does not know, or knows in another shape."""
    arguments = arguments_of(resource.type)
    if arguments is None:
        yield f"{resource.name}: the SDK has no {resource.type}"
        return
    for path, problem in _object(
        resource.inputs, arguments, "", json_text=resource.type.startswith("pulumi:providers:")
    ):
        yield f"{resource.name}{path}: {problem}"


def _object(
    value: Mapping[str, Any], arguments: type[Any], path: str, json_text: bool = False
) -> Iterator[tuple[str, str]]:
    fields = _fields(arguments)
    for missing in sorted(_required(arguments) - set(value)):
        yield path, f"{missing} is missing"
    for key, item in value.items():
        if key not in fields:
            yield f"{path}.{key}", f"unknown to {arguments.__name__}, which has {', '.join(sorted(fields))}"
            continue
        # A provider's own nested inputs travel as JSON.
        plain = _from_json(item, fields[key]) if json_text else item
        yield from _value(plain, fields[key], f"{path}.{key}")


def _from_json(value: Any, hint: Any) -> Any:
    if isinstance(value, str) and str not in _members(hint):
        return json.loads(value)
    return value


def _value(value: Any, hint: Any, path: str) -> Iterator[tuple[str, str]]:
    """Checked against the member of a union that fits best: the one with the fewest complaints."""
    if value is None or value is UNKNOWN or value == SECRET:
        return
    complaints = [list(_against(value, member, path)) for member in _members(hint)]
    if complaints:
        yield from min(complaints, key=len)


def _members(hint: Any) -> list[Any]:
    """The plain types of a hint: unions opened, what is awaited or an output left to its plain twin."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [each for member in typing.get_args(hint) for each in _members(member)]
    if origin in (Awaitable, pulumi.Output) or hint in (type(None), pulumi.Output):
        return []
    # The TypedDict twin of an input type says the same once more.
    return [] if typing.is_typeddict(hint) else [hint]


def _against(value: Any, member: Any, path: str) -> Iterator[tuple[str, str]]:
    origin = typing.get_origin(member)
    if member is Any:
        return
    if isinstance(member, type) and sdk.is_input_type(member):
        if isinstance(value, Mapping):
            yield from _object(cast(Mapping[str, Any], value), member, path)
        else:
            yield path, f"{value!r} is no object, as {member.__name__} is"
    elif origin in (Sequence, list, collections.abc.Sequence):
        if isinstance(value, list):
            for index, item in enumerate(cast(list[Any], value)):
                yield from _value(item, typing.get_args(member)[0], f"{path}[{index}]")
        else:
            yield path, f"{value!r} is no list"
    elif origin in (Mapping, dict, collections.abc.Mapping):
        if isinstance(value, Mapping):
            for key, item in cast(Mapping[str, Any], value).items():
                yield from _value(item, typing.get_args(member)[1], f"{path}.{key}")
        else:
            yield path, f"{value!r} is no mapping"
    elif not _scalar(value, member):
        yield path, f"{value!r} is no {getattr(member, '__name__', member)}"


def _scalar(value: Any, member: Any) -> bool:
    if isinstance(member, type) and issubclass(member, Enum):
        return value in [each.value for each in member]
    if isinstance(member, type) and issubclass(member, pulumi.Resource):
        return isinstance(value, str)
    if isinstance(value, bool):
        return member is bool
    if isinstance(value, int):
        return member in (int, float)
    return isinstance(member, type) and isinstance(value, member)


def has_input(resource_type: str, path: Sequence[str]) -> bool:
    """Whether the SDK knows the input at `path`; anything may be below a text, such as JSON, or in a free mapping."""
    found = [arguments_of(resource_type)]
    for part in path:
        below = [_fields(each)[part] for each in found if each and sdk.is_input_type(each) and part in _fields(each)]
        if not below:
            return any(each is str for each in found)
        found = [leaf for hint in below for leaf in _leaves(hint)]
    return bool(found)


def _leaves(hint: Any) -> Iterator[Any]:
    """The types of a hint's values, those in lists and mappings included."""
    for member in _members(hint):
        if typing.get_origin(member) is None:
            yield member
        else:
            yield from _leaves(typing.get_args(member)[-1])
