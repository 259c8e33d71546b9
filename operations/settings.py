"""The base of settings files. An error names field, value and remedy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

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
    """A value for a message: on one line and shortened."""
    text = str(value) if isinstance(value, int | float) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def fault(field: str, value: object, remedy: str) -> str:
    """One sentence about a wrong value: field, value, remedy."""
    return f"{field} = {shown(value)}: {remedy}"


def refuse(remedy: str) -> PydanticCustomError:
    """The error a validator raises; field and value are added where it is shown."""
    # Passed as a value, because braces in the template would be read as placeholders.
    return PydanticCustomError("refused", "{message}", {"message": remedy})


def parse(kind: type[SettingsType], data: object, where: str) -> SettingsType:
    """`data` as `kind`. A SettingsError names every wrong field."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise SettingsError(where, [_sentence(each) for each in _innermost(error.errors())]) from None


def read(path: Path) -> Mapping[str, Any]:
    """The mapping in a YAML file. A SettingsError says what is wrong with the file."""
    try:
        document: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; give a readable file"]) from None
    # A value that contradicts its tag raises ValueError; thousands of brackets raise RecursionError.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(str(path), [f"not YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(document, dict):
        raise SettingsError(str(path), [fault("document", document, "it must be a mapping of fields to values")])
    return cast(Mapping[str, Any], document)


def _innermost(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without errors of a list that only repeat the errors of its items, because pydantic counts valid items only."""
    paths = [error["loc"] for error in errors]
    return [
        error
        for error, path in zip(errors, paths, strict=True)
        if not any(other != path and other[: len(path)] == path for other in paths)
    ]


def _sentence(error: ErrorDetails) -> str:
    field = ".".join(str(part) for part in error["loc"]) or "document"
    remedy = _REMEDIES.get(error["type"], error["msg"].replace("Input should", "it must"))
    if error["type"] == "missing":
        return f"{field}: {remedy}"
    return fault(field, error["input"], remedy)
