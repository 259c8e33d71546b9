"""Fields of the config by their paths, as models of pydantic describe them."""

import re
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo


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
