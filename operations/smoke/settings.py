"""The base of what is read from files, and the translation of a wrong value into field, value and remedy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

LONGEST_SHOWN = 200
"""Characters of a value that a message shows."""

_REMEDIES = {
    "missing": "it is missing; write it",
    "extra_forbidden": "there is no such field; take it out or correct its name",
    "string_type": "it must be text; write it in quotes",
}


class Settings(BaseModel):
    """What a file holds: frozen, unknown keys refused, camelCase keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )


class SettingsError(ValueError):
    """A file that holds a wrong value. `problems` has one sentence for each: field, value, remedy."""

    def __init__(self, where: str, problems: list[str]):
        self.where = where
        self.problems = problems
        super().__init__("\n".join([f"{where}: {len(problems)} wrong", *(f"  {problem}" for problem in problems)]))


SettingsType = TypeVar("SettingsType", bound=Settings)


def shown(value: object) -> str:
    """A value as a message shows it: on one line, and not at any length."""
    text = str(value) if isinstance(value, int | float) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def fault(field: str, value: object, remedy: str) -> str:
    """One sentence on what is wrong: field, value, remedy."""
    return f"{field} = {shown(value)}: {remedy}"


def refuse(remedy: str) -> PydanticCustomError:
    """The error a validator raises; field and value are added where it is shown."""
    # Handed over as a value: in the template itself, braces would be read as placeholders.
    return PydanticCustomError("refused", "{message}", {"message": remedy})


def parse(kind: type[SettingsType], data: object, where: str) -> SettingsType:
    """`data` as `kind`; a SettingsError that names every wrong field otherwise."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise SettingsError(where, [_sentence(each) for each in _innermost(error.errors())]) from None


def read(path: Path) -> Mapping[str, Any]:
    """The mapping that a YAML file holds; a SettingsError where there is none."""
    try:
        document: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; name a file that can be read"]) from None
    # A tag that its value does not fit is a bare ValueError, brackets by the thousand a RecursionError.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(str(path), [f"no YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(document, dict):
        raise SettingsError(str(path), [fault("document", document, "it must be a mapping of fields to values")])
    return cast(Mapping[str, Any], document)


def _innermost(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what is wrong of a list only because one of its items is: pydantic counts the sound ones alone."""
    places = [error["loc"] for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if not any(other != place and other[: len(place)] == place for other in places)
    ]


def _sentence(error: ErrorDetails) -> str:
    field = ".".join(str(part) for part in error["loc"]) or "document"
    remedy = _REMEDIES.get(error["type"], error["msg"].replace("Input should", "it must"))
    if error["type"] == "missing":
        return f"{field}: {remedy}"
    return fault(field, error["input"], remedy)
