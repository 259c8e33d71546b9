"""The base of component specs, and the translation of a wrong value into field, value and remedy."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, cast, get_args

import pulumi
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema


class Spec(BaseModel):
    """The plain part of a component's arguments: frozen, unknown keys refused, camelCase or snake_case keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=False
    )


class Inherits:
    """Marks a section, or each of a list's, that takes `fields` from the spec around it, where they are said once.

    `section: Annotated[SectionSpec, Inherits("domain")]`; the fields must stand before the section.
    """

    def __init__(self, *fields: str):
        self.fields = fields

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self._complete, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(schema)
        section = handler.resolve_ref_schema(reference)
        for field in map(to_camel, self.fields):
            section["properties"].pop(field, None)
        section["required"] = [field for field in section.get("required", []) if field in section["properties"]]
        return reference

    def _complete(self, section: Any, info: ValidationInfo) -> Any:
        if not isinstance(section, Mapping):
            return section
        given = cast(Mapping[str, Any], section)
        known = {field: info.data[field] for field in self.fields if field in info.data}
        for field, value in known.items():
            if given.get(field, given.get(to_camel(field), value)) != value:
                raise refuse(given, f"{to_camel(field)} is said once, for all sections; leave it out here")
        rest = {key: value for key, value in given.items() if key not in map(to_camel, known)}
        return {**rest, **known}


class SpecError(pulumi.RunError, ValueError):
    """A spec that holds a wrong value. `problems` has one sentence for each: field, value, what is allowed."""

    def __init__(self, where: str, problems: list[str]):
        self.where = where
        self.problems = problems
        super().__init__("\n".join([f"{where}: {len(problems)} wrong", *(f"  {problem}" for problem in problems)]))


def refuse(value: object, remedy: str, allowed: Mapping[str, object] | list[str] | None = None) -> PydanticCustomError:
    """The error a validator raises: `value` is wrong, `remedy` says what to write instead.

    With `allowed` the nearest valid value is proposed as well.
    """
    nearest = get_close_matches(str(value), list(allowed), n=1, cutoff=0.4) if allowed else []
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    # Braces would be read as placeholders of pydantic's message template.
    message = (remedy + hint).replace("{", "(").replace("}", ")")
    return PydanticCustomError("refused", message)  # pyright: ignore[reportArgumentType]


def each_once(values: tuple[str, ...], pattern: str, remedy: str) -> tuple[str, ...]:
    """`values`, of which each fits `pattern` and stands there once; `remedy` says what one that doesn't fit is not."""
    for each in values:
        if not re.fullmatch(pattern, each):
            raise refuse(each, f"{each!r} is no {remedy}")
        if values.count(each) > 1:
            raise refuse(each, f"{each} is named more than once; name each once")
    return values


def as_args(spec: BaseModel) -> Any:
    """What was set of a spec that has been checked, as the arguments of its component."""
    return spec.model_dump(exclude_unset=True)


def plain(args: Mapping[str, Any], wiring: Sequence[str]) -> dict[str, Any]:
    """The arguments that a spec checks: all but `wiring`, those that other resources yield."""
    return {key: value for key, value in args.items() if key not in wiring}


SpecType = TypeVar("SpecType", bound=BaseModel)


def parse(model: type[SpecType], values: Mapping[str, Any], where: str) -> SpecType:
    """Read `values` into `model`.

    `where` names the place in messages: "GpuCluster(ml)" or "mlplatform:network".

    Raises:
        SpecError: naming every wrong field with its value and the remedy.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_sentence(model, detail) for detail in details if not _follows(detail, details)]
        raise SpecError(where, problems) from None


def _follows(detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Whether a list is called too short only because its items are wrong, which others say."""
    depth = len(detail["loc"])
    return detail["type"] == "too_short" and any(
        other["loc"][:depth] == detail["loc"] and len(other["loc"]) > depth for other in others
    )


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = _path(detail["loc"])
    value = detail.get("input")
    kind = detail["type"]
    if kind == "missing":
        return f"{path} is missing; it is required"
    if kind == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        nearest = get_close_matches(str(detail["loc"][-1]), known, n=1, cutoff=0.4)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        return f"{path} is not a known field; known here: {', '.join(known)}{hint}"
    remedy = detail["msg"].removeprefix("Value error, ")
    if kind == "enum":
        allowed = [
            part.strip("' ") for part in str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")
        ]
        nearest = get_close_matches(str(value), allowed, n=1, cutoff=0.4)
        remedy = f"allowed: {', '.join(allowed)}" + (f"; did you mean {nearest[0]}?" if nearest else "")
    shown = repr(value) if not isinstance(value, Mapping | BaseModel) else "this object"
    return f"{path} = {shown}: {remedy}" if path else f"{remedy}"


def _path(loc: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc]
    return "".join(parts).removeprefix(".")


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The camelCase keys of the model that `loc` leads to, followed through optional, list and dict fields."""
    current: type[BaseModel] | None = model
    taken: Sequence[str] = ()
    for part in loc:
        if isinstance(part, int) or current is None:
            continue
        for name, info in current.model_fields.items():
            if part in (name, info.alias):
                taken = _taken(*info.metadata, info.annotation)
                current = _model_in(info.annotation)
                break
    fields = current.model_fields if current else {}
    return [info.alias or name for name, info in fields.items() if name not in taken]


def _taken(*annotations: object) -> Sequence[str]:
    """The fields that a section takes from the spec around it, which nobody may write in it."""
    for annotation in annotations:
        if isinstance(annotation, Inherits):
            return annotation.fields
        if found := _taken(*getattr(annotation, "__metadata__", ()), *get_args(annotation)):
            return found
    return ()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _model_in(argument):
            return found
    return None
