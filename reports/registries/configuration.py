"""The registry of settings: each value that configures a stack, where it comes from, and what it means."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from planner.stackfile import StackFile
from reports.registries.table import Column, Row, Table
from resources.inputs import entries
from resources.resource import SECRET
from stacks.config import NAMESPACE, parse_config

_COLUMNS = (
    Column("setting", "setting"),
    Column("value", "value"),
    Column("source", "source"),
    Column("default", "default"),
    Column("meaning", "meaning"),
)
STACK_FILE = "stack file"
DEFAULT = "default"
DERIVED = "derived"


def configuration(stack_file: StackFile) -> Table:
    """Each setting of a stack by its path, such as `network.zones`; secrets are masked.

    The source is the stack file, the default of the setting, or derived: computed from other settings.

    Raises:
        SpecError: when the config is wrong.
    """
    config = parse_config(stack_file.config)
    written = {key.partition(":")[2]: _read(value) for key, value in stack_file.config.items()}
    rows = tuple(_fields(config, written, ""))
    others = tuple(
        {"setting": key, "value": _shown(_read(value)), "source": STACK_FILE, "meaning": "read by another program"}
        for key, value in stack_file.config.items()
        if key.partition(":")[0] != NAMESPACE
    )
    count = sum(row["source"] == STACK_FILE for row in (*rows, *others))
    about = (
        f"Every setting of the stack {stack_file.name}, with its value in this plan: {count} are written in "
        f"{stack_file.path.name}. A section that the stack does not have is not listed. The plan's list of changes "
        "shows how a setting was before."
    )
    return Table("configuration", f"Configuration of {stack_file.name}", about, _COLUMNS, (*rows, *others))


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _fields(model: BaseModel, written: Any, start: str) -> Iterator[Row]:
    """The settings of a section. `written` is what the stack file has in its place, `None` for nothing."""
    given = dict(entries(written))
    for name, field in type(model).model_fields.items():
        key = field.alias or name
        stated = given.get(key, given.get(name))
        yield from _value(getattr(model, name), stated, f"{start}{key}", field, set_=name in model.model_fields_set)


def _value(value: Any, stated: Any, path: str, field: FieldInfo, *, set_: bool) -> Iterator[Row]:
    if isinstance(value, BaseModel):
        yield from _fields(value, stated, f"{path}.")
    elif parts := _sections(value):
        given: dict[int | str, Any] = {**dict(entries(stated))}
        if isinstance(stated, list):
            given = {**dict(enumerate(cast(list[Any], stated)))}
        for key, section in parts.items():
            yield from _fields(section, given.get(key), f"{path}[{key}]." if isinstance(key, int) else f"{path}.{key}.")
    elif value is not None or stated is not None:
        yield {
            "setting": path,
            "value": SECRET if _holds_secret(stated) else _shown(value),
            "source": STACK_FILE if stated is not None else _source(value, field, set_=set_),
            "default": _default(field),
            "meaning": " ".join((field.description or "").split()),
        }


def _sections(value: Any) -> Mapping[int | str, BaseModel]:
    """The sections of a list by their numbers, or of a mapping by their names; nothing for other values."""
    items: dict[int | str, Any] = {}
    if isinstance(value, list | tuple):
        items = dict(enumerate(cast(list[Any], value)))
    elif isinstance(value, Mapping):
        items = {str(key): item for key, item in cast(Mapping[Any, Any], value).items()}
    return items if all(isinstance(each, BaseModel) for each in items.values()) else {}


def _source(value: Any, field: FieldInfo, *, set_: bool) -> str:
    return DERIVED if set_ or value != field.get_default(call_default_factory=True, validated_data={}) else DEFAULT


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    return "none" if value is None or value is PydanticUndefined else _shown(value)


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_secret, cast(Mapping[str, Any], value).values()))
    if isinstance(value, list):
        return any(map(_holds_secret, cast(list[Any], value)))
    return value == SECRET


def _shown(value: Any) -> str:
    """A value as it would be written in the stack file: text as it is, all else as JSON."""
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {key: _plain(item) for key, item in value.model_dump(by_alias=True, mode="python").items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in cast(list[Any], value)]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    return value if value is None or isinstance(value, bool | int | float) else str(value)
