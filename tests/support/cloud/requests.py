"""The requests that a resource becomes, and what AWS's published models find wrong in them."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from resources.resource import SECRET, Resource
from tests.support.aws_models import faults, service_model
from tests.support.cloud.call import Call, Rows
from tests.support.cloud.calls import CALLS, PROVIDER_ONLY

_KEYS = ({"Key", "Value"}, {"TagKey", "TagValue"}, {"key", "value"})
SUFFIX = "-1a2b3c4"
"""What stands for the random end of a name that Pulumi makes."""
_EVERYWHERE = {"region"}
"""Inputs of the provider that choose where a call goes."""


@dataclass(frozen=True)
class Request:
    """A call with its members."""

    call: Call
    members: Mapping[str, Any]


class Untranslated(Exception):  # noqa: N818 - what it is: an input that no request has
    """Inputs that no call of a resource takes."""


def requests_of(resource: Resource, suffix: str = SUFFIX, table: Rows = CALLS) -> list[Request]:
    """The requests that create a resource, in order. A name that the program leaves to Pulumi gets `suffix`.

    Another `table` than `CALLS` has the calls of other changes.

    Raises:
        KeyError: when the table has no row for its type.
        Untranslated: naming the inputs that no request has.
    """
    calls = table[resource.type]
    inputs = {
        key: value
        for key, value in resource.inputs.items()
        if value is not None and key not in _EVERYWHERE | PROVIDER_ONLY.get(resource.type, frozenset[str]())
    }
    taken = {name for call in calls for name in call.takes}
    made: list[Request] = []
    lost: list[str] = []
    for call in calls:
        mine = {key: value for key, value in inputs.items() if (key in call.takes if call.takes else key not in taken)}
        if call.takes and not mine:
            continue
        members, unknown = _translated(call, deepcopy(mine))
        lost.extend(unknown)
        shape = _input_of(call)
        for path, name in call.own.items():
            _put(members, path, _value(_output(resource, name, suffix), _shape_at(shape, path), path, call, []))
        for path, value in call.given.items():
            _put(members, path, value)
        made.append(Request(call, members))
    if lost:
        raise Untranslated(f"{resource.type} {resource.name}: no call takes {', '.join(sorted(set(lost)))}")
    return made


def faults_of(resource: Resource, made_by_aws: Collection[str] = (), table: Rows = CALLS) -> list[str]:
    """What AWS would find wrong in the requests of a resource.

    A plan invents the ids and ARNs that AWS makes, `made_by_aws`, so that they match no pattern.
    """
    try:
        made = requests_of(resource, table=table)
    except Untranslated as error:
        return [str(error)]
    invented = {repr(SECRET), *map(repr, made_by_aws)}
    return [
        f"{resource.name}: {each.call.operation}: {fault}"
        for each in made
        for fault in faults(each.call.service, each.call.name, each.members)
        if not any(text in fault for text in invented)
    ]


def _translated(call: Call, inputs: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    shape = _input_of(call)
    lost: list[str] = []
    request: dict[str, Any] = {}
    for name, value in (call.shaped(inputs) if call.shaped else inputs).items():
        if value is None or name in call.own.values():
            continue
        target = call.members.get(name) or _member(name, shape)
        found = _shape_at(shape, target) if target else None
        if found is None:
            lost.append(name)
            continue
        _put(request, str(target), _value(value, found, name, call, lost))
    return request, lost


def _input_of(call: Call) -> Any:
    return service_model(call.service).operation_model(call.name).input_shape


def _output(resource: Resource, name: str, suffix: str) -> Any:
    """An output of a resource, or the name that Pulumi makes where the program gives none."""
    if name == "name" and "name" not in resource.inputs:
        return f"{resource.name}{suffix}"
    return {**resource.outputs, **resource.inputs}[name]


def _value(value: Any, shape: Any, path: str, call: Call, lost: list[str]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        inner = _object(value, shape)
        return _structure(inner, shape, path, call, lost) if isinstance(inner, Mapping) else inner
    if kind == "list":
        return [_value(each, shape.member, path, call, lost) for each in _elements(value, shape)]
    if kind == "map":
        if not isinstance(value, Mapping):
            return value
        return {
            key: _value(each, shape.value, path, call, lost) for key, each in cast(Mapping[str, Any], value).items()
        }
    return _plain(value, kind)


def _object(value: Any, shape: Any) -> Any:
    """A structure that Pulumi has as a list of one, as JSON, or as its only truth."""
    if isinstance(value, list) and len(cast(list[Any], value)) == 1:
        return cast(list[Any], value)[0]
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    if isinstance(value, bool) and (enabled := _member("enabled", shape)):
        return {enabled: value}
    return cast(Any, value)


def _structure(value: Any, shape: Any, path: str, call: Call, lost: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, each in cast(Mapping[str, Any], value).items():
        if each is None:
            continue
        at = f"{path}.{key}"
        target = call.members.get(at) or _member(key, shape)
        found = _shape_at(shape, target) if target else None
        if found is None:
            lost.append(at)
        else:
            _put(made, str(target), _value(each, found, at, call, lost))
    return made


def _elements(value: Any, shape: Any) -> list[Any]:
    """The elements of a list; tags, which Pulumi has as a map, are a list of keys and values."""
    if isinstance(value, list):
        return cast(list[Any], value)
    keys = set(shape.member.members) if shape.member.type_name == "structure" else set[str]()
    [*tagged] = [each for each in _KEYS if each <= keys]
    if tagged and isinstance(value, Mapping) and not {each.lower() for each in tagged[0]} & set(cast(Any, value)):
        key, held = sorted(tagged[0], key=lambda each: not each.lower().endswith("key"))
        return [{key: name, held: text} for name, text in sorted(cast(Mapping[str, Any], value).items())]
    return [value]


def _plain(value: Any, kind: str) -> Any:
    """A value as the API has it; Pulumi has some numbers and truths as text."""
    if kind == "string" and not isinstance(value, str):
        return json.dumps(value)
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind in ("integer", "long") and (
        (isinstance(value, str) and re.fullmatch(r"-?\d+", value)) or (isinstance(value, float) and value.is_integer())
    ):
        return int(value)
    if kind in ("double", "float") and isinstance(value, str):
        return float(value)
    return value


def _member(name: str, shape: Any) -> str | None:
    """The member of a shape that an input names."""
    by_name = {re.sub(r"[^a-z0-9]", "", each.lower()): each for each in shape.members}
    for form in _forms(name.lower()):
        if form in by_name:
            return by_name[form]
    return None


def _forms(name: str) -> Iterator[str]:
    yield name
    if name.endswith("ies"):
        yield f"{name[:-3]}y"
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]
    yield f"{name}s"


def _shape_at(shape: Any, path: str) -> Any:
    """The shape of the member at a path, None where the API has none."""
    for name, element in _parts(path):
        if shape.type_name == "map":
            shape = shape.value
            continue
        if shape.type_name != "structure" or name not in shape.members:
            return None
        shape = shape.members[name]
        if element is not None:
            shape = shape.member
    return shape


def _parts(path: str) -> list[tuple[str, str | None]]:
    """The names of a path, each with what chooses the element where it is a list."""
    return [(name, element[1:-1] if element else None) for name, element in re.findall(r"([^.\[]+)(\[[^\]]*\])?", path)]


def _put(request: dict[str, Any], path: str, value: Any) -> None:
    """Set a member at a path. What is there already keeps its other members."""
    *parents, last = _parts(path)
    for part in parents:
        request = _held(request, *part)
    name, element = last
    if element is not None:
        _held(request, name, element).update(value)
    elif isinstance(value, dict) and isinstance(request.get(name), dict):
        request[name].update(value)
    else:
        request[name] = value


def _held(request: dict[str, Any], name: str, element: str | None) -> dict[str, Any]:
    """The structure that a part of a path names, a new one where there is none."""
    if element is None:
        return request.setdefault(name, {})
    key, _, wanted = element.partition("=")
    held: list[dict[str, Any]] = request.setdefault(name, [])
    for each in held:
        if not key or each.get(key) == wanted:
            return each
    held.append({key: wanted} if key else {})
    return held[-1]
