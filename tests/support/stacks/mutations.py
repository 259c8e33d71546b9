"""Other configs near one on file: fields left out, added and set, as the stack file's JSON Schema describes them."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

from hypothesis import strategies as st

from stacks.config import StackConfig
from tests.support.stacks.bounds import Path, value_at

Schema = Mapping[str, Any]

_SCHEMA: Schema = StackConfig.model_json_schema(by_alias=True)

HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**30, 0.1, "", " ", "a" * 300, "\0", "é", "{}", "${x}", "%s", "a\nb", "*",
    "../..", "-1", "0x10", "nan", "arn:aws:iam::000000000000:root", "s3://", "1Gi", "10.0.0.0/0", "::/0", [],
    [[]], [None], ["a", "a"], {}, {"": ""}, {"a": None},
)  # fmt: skip
"""Values of a wrong type or form, and the ends of each."""


@st.composite
def changed(draw: st.DrawFn, sections: Mapping[str, Any], most: int, hostile: bool) -> dict[str, Any]:
    """The sections after one to `most` changes; with `hostile`, a new value may be of any type and form."""
    found = deepcopy(dict(sections))
    for _ in range(draw(st.integers(1, most))):
        _change(draw, found, hostile)
    return found


def _change(draw: st.DrawFn, sections: dict[str, Any], hostile: bool) -> None:
    path, schema = draw(st.sampled_from(list(_objects(sections))))
    holder = value_at({"": sections}, ("", *path))
    assert isinstance(holder, dict)
    here = cast(dict[str, Any], holder)
    key = draw(st.sampled_from(sorted({*here, *schema.get("properties", {})}) or [""]))
    what = draw(st.sampled_from(["leave out", "set", "set", "repeat", *(["hostile", "unknown"] if hostile else [])]))
    if what == "leave out":
        here.pop(key, None)
    elif what == "set":
        here[key] = draw(values(_field(schema, key), here.get(key)))
    elif what == "hostile":
        here[key] = deepcopy(draw(st.sampled_from(HOSTILE)))
    elif what == "unknown":
        here[draw(st.sampled_from([f"{key}x", "", "constructor", "é", "a.b"]))] = 1
    elif isinstance(here.get(key), list) and here[key]:
        here[key] = [*here[key], deepcopy(here[key][0])]


def values(schema: Schema, before: Any) -> st.SearchStrategy[Any]:
    """Values of a schema; of a number, those near the one before and the ends."""
    schema = _resolved(schema)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "anyOf" in schema:
        return st.one_of([values(each, before) for each in schema["anyOf"]])
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            near = [before - 1, before + 1, before * 2] if isinstance(before, int | float) else [1, 2, 10]
            ends = [schema[end] for end in ("minimum", "maximum") if end in schema]
            return st.sampled_from([*near, *ends])
        case "string":
            pattern = re.compile(schema.get("pattern", "^[a-z]{1,8}$"))
            return st.from_regex(pattern, fullmatch=True)
        case "array":
            item = values(schema.get("items", {}), None)
            return st.lists(item, min_size=schema.get("minItems", 0), max_size=schema.get("minItems", 0) + 2)
        case "object":
            fields = schema.get("properties", {})
            return st.fixed_dictionaries({name: values(fields[name], None) for name in schema.get("required", [])})
        case _:
            return st.none()


def _objects(sections: Mapping[str, Any]) -> Iterator[tuple[Path, Schema]]:
    def inside(value: Any, schema: Schema, path: Path) -> Iterator[tuple[Path, Schema]]:
        schema = _resolved(schema)
        for each in schema.get("anyOf", []):
            yield from inside(value, each, path)
        if isinstance(value, dict) and "properties" in schema:
            yield path, schema
            for key, item in cast(dict[str, Any], value).items():
                yield from inside(item, _field(schema, key), (*path, key))
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(cast(list[Any], value)):
                yield from inside(item, schema["items"], (*path, index))

    yield from inside(sections, _SCHEMA, ())


def _field(schema: Schema, key: str) -> Schema:
    return schema.get("properties", {}).get(key, {})


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = _SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema
