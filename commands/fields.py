"""Fields of the config by their paths, as models of pydantic describe them."""

import json
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined


def field_called(model: type[BaseModel], name: str) -> FieldInfo | None:
    """The field of `model` that a stack file calls `name`."""
    return next((field for key, field in model.model_fields.items() if name in (field.alias, key)), None)


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model that a type is, or that its list, its mapping or its optional value holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := model_of(each))), None)


def first_sentence(text: str) -> str:
    """The first sentence of a description."""
    return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def type_text(annotation: Any) -> str:
    """A type in words, such as `a list; each: text`."""
    values = getattr(annotation, "__members__", None)
    if values:
        return f"one of {', '.join(str(each) for each in annotation)}"
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return "a mapping with the fields below"
        return {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}.get(
            annotation.__name__, annotation.__name__
        )
    origin = getattr(annotation, "__origin__", None)
    inner = [each for each in getattr(annotation, "__args__", ()) if each not in (type(None), Ellipsis)]
    if origin in (tuple, list) and inner:
        return f"a list; each: {type_text(inner[0])}"
    if origin in (dict, Mapping) and len(inner) > 1:
        return f"a mapping of names; each: {type_text(inner[-1])}"
    if inner:
        return " or ".join(dict.fromkeys(map(type_text, inner)))
    return str(annotation)


_LIMITS = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "multiple_of": "a multiple of {}",
    "min_length": "{} or more {counted}",
    "max_length": "{} or fewer {counted}",
    "pattern": "matches {}",
}


def limit_text(metadata: object, annotation: Any) -> str:
    """What one piece of pydantic's metadata asks of a value of a type; empty for what says nothing to people."""
    counted = "characters" if type_text(annotation) == "text" else "items"
    asked = ((text, getattr(metadata, name, None)) for name, text in _LIMITS.items())
    return ", ".join(text.format(value, counted=counted) for text, value in asked if value is not None)


def default_text(field: FieldInfo) -> str:
    """What a field is where a stack file leaves it out."""
    if field.is_required():
        return "none: it is required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or value is None:
        return "none: it may be left out"
    if isinstance(value, BaseModel):
        return "the defaults of its fields"
    return json.dumps(value, default=str)
