"""The base of the config sections that prices and rules read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

LARGEST_AMOUNT = 1e12
"""More than any account uses; dollars of it are still exact to the cent in a float."""

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=LARGEST_AMOUNT, allow_inf_nan=False)]


class Section(BaseModel):
    """A frozen section of the stack's config; keys are camelCase in YAML, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)
