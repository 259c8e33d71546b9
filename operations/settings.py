"""The base of settings files. An error names field, value and remedy."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from .lines import one_line

LONGEST_SHOWN = 200
"""The most characters of a value in a message."""

_REMEDIES = {
    "missing": "it is missing; add it",
    "extra_forbidden": "this field does not exist; remove it or correct its name",
    "string_type": "it must be text; write it in quotes",
}


class Settings(BaseModel):
    """The content of a file: frozen, with camelCase keys; unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )


class SettingsError(ValueError):
    """A file with wrong values. `problems` has one sentence for each: field, value, remedy."""

    def __init__(self, where: str, problems: list[str]):
        self.where = where
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{where}: {count}", *(f"  {problem}" for problem in problems)]))


SettingsType = TypeVar("SettingsType", bound=Settings)


def shown(value: object) -> str:
    """A value for a message: on one line, shortened, and spelled as YAML spells nothing, true and false."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = str(value) if isinstance(value, int | float) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def fault(field: str, value: object, remedy: str) -> str:
    """One sentence about a wrong value: field, value, remedy."""
    return f"{one_line(field)} = {shown(value)}: {remedy}"


def refuse(remedy: str) -> PydanticCustomError:
    """The error a validator raises; field and value are added where it is shown."""
    # Passed as a value, because braces in the template would be read as placeholders.
    return PydanticCustomError("refused", "{message}", {"message": remedy})


def refuse_at(field: str, value: object, remedy: str) -> PydanticCustomError:
    """The error a validator of a model raises about one of its fields, or about a part of a field."""
    return PydanticCustomError("refused", "{message}", {"message": remedy, "field": field, "value": value})


def matching(pattern: str, remedy: str) -> AfterValidator:
    """Refuses text that is not wholly `pattern`, in words."""
    known = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not known.fullmatch(value):
            raise refuse(remedy)
        return value

    return AfterValidator(check)


def parse(kind: type[SettingsType], data: object, where: str) -> SettingsType:
    """`data` as `kind`. A SettingsError names every wrong field."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise SettingsError(where, [_sentence(each) for each in _innermost(error.errors())]) from None


def read(path: Path) -> Mapping[str, Any]:
    """The mapping in a YAML file. A SettingsError says what is wrong with the file."""
    try:
        document: object = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; give a readable file"]) from None
    except _RepeatedKeyError as error:
        raise SettingsError(str(path), [str(error)]) from None
    # A value that contradicts its tag raises ValueError; thousands of brackets raise RecursionError.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(str(path), [f"not YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(document, dict):
        raise SettingsError(str(path), [fault("document", document, "it must be a mapping of fields to values")])
    return cast(Mapping[str, Any], document)


class _RepeatedKeyError(ValueError):
    """A mapping with the same key twice."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice. PyYAML would take the last value."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        first: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            name, line = (key.tag, str(key.value)), key.start_mark.line + 1
            if name in first:
                given = f"it is given twice, in lines {first[name]} and {line}; keep one"
                raise _RepeatedKeyError(fault("key", name[1], given))
            first[name] = line
        return node


def _innermost(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without errors of a list that only repeat the errors of its items, because pydantic counts valid items only."""
    paths = [error["loc"] for error in errors]
    return [
        error
        for error, path in zip(errors, paths, strict=True)
        if not any(other != path and other[: len(path)] == path for other in paths)
    ]


def _sentence(error: ErrorDetails) -> str:
    about = error.get("ctx", {})
    path = [*error["loc"], *([about["field"]] if "field" in about else [])]
    field = ".".join(str(part) for part in path) or "document"
    remedy = _REMEDIES.get(error["type"], error["msg"].replace("Input should", "it must"))
    if error["type"] == "missing":
        return f"{field}: {remedy}"
    return fault(field, about.get("value", error["input"]), remedy)
