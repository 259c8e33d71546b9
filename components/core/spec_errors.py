"""Error messages for wrong values: the field, the value as the file has it, and the remedy."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel, to_snake
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from .pattern_examples import example_of

_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_LONGEST_VALUE, _LONGEST_SENTENCE = 200, 1_500
"""The most characters that a message shows."""


def sentences(model: type[BaseModel], error: ValidationError, arguments: Sequence[str] = ()) -> list[str]:
    """One sentence for each wrong field of what was to be a `model`, without those that only follow from another.

    `arguments` are the snake_case names that a component takes: those of the model and outputs of other resources.
    """
    details = error.errors(include_url=False)
    told = [_sentence(model, detail, arguments) for detail in details if not _follows(model, detail, details)]
    return [clipped(each, _LONGEST_SENTENCE) for each in dict.fromkeys(told)]


def numbers_given_as_booleans(model: type[BaseModel], values: object) -> list[str]:
    """One sentence for each boolean in a number field, because pydantic reads `true` and `false` as 1 and 0."""
    found: list[str] = []
    for loc, value in leaves(values):
        field = _field_at(model, loc) if isinstance(value, bool) else None
        types = _leaf_types(field.annotation) if field else ()
        if {int, float} & set(types) and not {bool, Any} & set(types):
            found.append(f"{path_of(loc)} = {shown(value)}: must be a number, such as 3")
    return found


def leaves(values: object, loc: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], object]]:
    """The values that are neither mappings nor lists inside `values`, each with its place."""
    if isinstance(values, Mapping):
        for key, value in cast(Mapping[str, object], values).items():
            yield from leaves(value, (*loc, key))
    elif isinstance(values, list | tuple):
        for index, value in enumerate(cast(Sequence[object], values)):
            yield from leaves(value, (*loc, index))
    else:
        yield loc, values


def _leaf_types(annotation: Any) -> tuple[Any, ...]:
    arguments = get_args(annotation)
    return tuple(leaf for each in arguments for leaf in _leaf_types(each)) if arguments else (annotation,)


def _follows(model: type[BaseModel], detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Whether another error is the cause: a list lost its wrong items, or a section inherits a wrong field."""
    depth = len(detail["loc"])
    if detail["type"] == "missing":
        section = _field_at(model, detail["loc"][:-1])
        inherited = _inherited(*section.metadata, section.annotation) if section else ()
        return detail["loc"][-1] in (*inherited, *map(to_camel, inherited))
    return detail["type"] == "too_short" and any(
        other["loc"][:depth] == detail["loc"] and len(other["loc"]) > depth for other in others
    )


def _sentence(model: type[BaseModel], detail: ErrorDetails, arguments: Sequence[str]) -> str:
    path = path_of(detail["loc"])
    value: object = detail.get("input")
    if arguments and len(detail["loc"]) == 1 and detail["type"] in ("missing", "extra_forbidden"):
        return _argument(path, detail["type"] == "missing", arguments)
    remedy = without_value(value, _remedy(model, detail))
    if detail["type"] in ("missing", "extra_forbidden"):
        return f"{path} {remedy}"
    if not path:
        return remedy
    if detail["type"] == "refused_field":
        return f"{path}.{remedy}"
    # The message leaves out a whole section as a value; its remedy names the wrong field.
    in_section = detail["type"] in ("refused", "value_error") and isinstance(value, Mapping | BaseModel)
    return f"{path}: {remedy}" if in_section else f"{path} = {shown(cast(object, value))}: {remedy}"


def _argument(given: str, is_missing: bool, arguments: Sequence[str]) -> str:
    """The sentence about a missing or unknown argument of a component, in the spelling of Python."""
    name = next((each for each in arguments if given in (each, to_camel(each))), None)
    if is_missing:
        return f"{name or given} is missing; it is required"
    if name == given:
        # A model that takes both spellings of a field refuses the second of two.
        return f"{given} is given in two spellings; keep one"
    if name:
        return f"{given} is not a known field; write {name}"
    hint = _nearest(to_snake(given), arguments)
    return f"{given} is not a known field; known here: {', '.join(arguments)}{hint}"


def _remedy(model: type[BaseModel], detail: ErrorDetails) -> str:
    """What to write instead of the value."""
    value = detail.get("input")
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"is missing; it is required{_first_sentence(_meaning(model, detail['loc']))}"
        case "extra_forbidden":
            known = _keys_at(model, detail["loc"][:-1])
            return f"is not a known field; known here: {', '.join(known)}{_nearest(detail['loc'][-1], known)}"
        case "refused" | "refused_field" | "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "string_type":
            return _clock(model, detail) or _as_text(value)
        case "string_pattern_mismatch":
            pattern = str(context["pattern"])
            if pattern == r"\S":
                return "must not be empty"
            return f"must match the pattern {pattern}{_meaning(model, detail['loc'])}{example_of(pattern)}"
        case "string_too_short":
            return (
                "must not be empty"
                if context["min_length"] == 1
                else f"takes {context['min_length']} characters or more"
            )
        case "string_too_long":
            return f"takes at most {context['max_length']} characters, and has {len(cast(str, value))}"
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "int_type" | "int_parsing" | "int_parsing_size" | "int_from_float":
            return "must be a whole number, such as 3"
        case "float_type" | "float_parsing" | "finite_number":
            return "must be a number, such as 2.5"
        case "greater_than":
            return f"must be greater than {_number(context['gt'])}"
        case "greater_than_equal":
            return f"must be at least {_number(context['ge'])}"
        case "less_than":
            return f"must be less than {_number(context['lt'])}"
        case "less_than_equal":
            return f"must be at most {_number(context['le'])}"
        case "list_type" | "tuple_type" | "set_type" | "frozen_set_type":
            single = isinstance(value, str | int | float) and not isinstance(value, bool)
            return f"must be a list; write [{clipped(_plain(value))}]" if single else "must be a list, such as [a, b]"
        case "too_short":
            return f"needs at least {_items(context['min_length'])}, and has {context['actual_length']}"
        case "too_long":
            return f"takes at most {_items(context['max_length'])}, and has {context['actual_length']}"
        case "model_type" | "model_attributes_type":
            fields = _keys_at(model, detail["loc"])
            return f"must be a mapping of fields to values; its fields: {', '.join(fields)}"
        case "dict_type" | "mapping_type":
            return "must be a mapping of keys to values, such as {a: b}"
        case "invalid_key":
            return "each key must be text; write it in quotes"
        case "enum" | "literal_error":
            allowed = [part.strip("' ") for part in context["expected"].replace(" or ", ", ").split(",")]
            return f"allowed: {', '.join(allowed)}{_nearest(value, allowed)}"
        case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return 'must be a date in quotes, such as "2026-11-30"'
        case "none_required":
            return "must be left out"
        case kind:
            return f"is not allowed ({kind.replace('_', ' ')}); see the field's description in docs/stack.schema.json"


def shown(value: object) -> str:
    """A value as a stack file would have it, clipped."""
    text = _plain(value) if value is None or isinstance(value, bool) else repr(value)
    if isinstance(value, Mapping | BaseModel):
        text = "a mapping"
    return clipped(text)


def without_value(value: object, remedy: str) -> str:
    """`remedy` without the quoted value that it begins with: a sentence shows the value once, before the colon."""
    return remedy.removeprefix(f"{shown(value)} ") if isinstance(value, str) else remedy


def clipped(text: str, longest: int = _LONGEST_VALUE) -> str:
    """`text`, or as much of it as is shown, with its length."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else str(bound)


def _as_text(value: object) -> str:
    match value:
        case None:
            return "must be text; write a value, or remove the field"
        case int() | float():
            as_written = "" if isinstance(value, float) else f": {json.dumps(_plain(value))}"
            return f"must be text; write it in quotes{as_written}"
        case _:
            return f"must be text, not {'a mapping' if isinstance(value, Mapping) else 'a list'}"


def _clock(model: type[BaseModel], detail: ErrorDetails) -> str:
    """The remedy for a time of day that YAML read as a number of minutes; empty for other fields."""
    field, value = _field_at(model, detail["loc"]), detail.get("input")
    is_clock = any(getattr(each, "pattern", None) == _CLOCK for each in (field.metadata if field else ()))
    if not is_clock or not isinstance(value, int) or not 0 <= value < 24 * 60:
        return ""
    return f'is a number without quotes; write it in quotes: "{value // 60:02}:{value % 60:02}"'


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _nearest(given: object, known: Sequence[str]) -> str:
    nearest = get_close_matches(str(given), known, n=1, cutoff=0.4)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def path_of(loc: tuple[int | str, ...]) -> str:
    """A location as people write it in a config: `delivery.teams[0].groups`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc]
    return "".join(parts).removeprefix(".")


def _field_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> FieldInfo | None:
    """The field that `loc` leads to from `model`, through optional, list and dict fields; of an item, its list's."""
    current: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for part in loc:
        if isinstance(part, int) or current is None:
            continue
        field = next((info for name, info in current.model_fields.items() if part in (name, info.alias)), field)
        current = _model_in(field.annotation) if field else None
    return field


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The camelCase keys of the model that `loc` leads to."""
    field = _field_at(model, loc)
    section = _model_in(field.annotation) if field else model
    taken = _inherited(*field.metadata, field.annotation) if field else ()
    fields = section.model_fields if section else {}
    return [info.alias or name for name, info in fields.items() if name not in taken]


def _meaning(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """The field's description, which often explains the pattern."""
    field = _field_at(model, loc)
    return f" ({field.description.rstrip('.')})" if field and field.description else ""


def _first_sentence(meaning: str) -> str:
    first, point, _ = meaning.partition(". ")
    return f"{first})" if point else first


def _inherited(*annotations: object) -> Sequence[str]:
    """The fields that a section inherits from the spec that contains it. The section must not set them."""
    for annotation in annotations:
        if fields := cast(Sequence[str], getattr(annotation, "inherited_fields", ())):
            return fields
        if found := _inherited(*getattr(annotation, "__metadata__", ()), *get_args(annotation)):
            return found
    return ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _model_in(argument):
            return found
    return None
