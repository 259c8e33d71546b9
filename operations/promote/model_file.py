"""model.yaml: what a model's own repository says of the version that it brings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from ..smoke.settings import Settings, SettingsError, parse, read
from .release import PromotionError

_NAME = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"


class ModelFile(Settings):
    """A model's place in the platform, and its version."""

    team: str = Field(pattern=_NAME, description="The team, as deploy/models names it.")
    model: str = Field(pattern=_NAME, description="The model.")
    model_version: str | None = Field(default=None, min_length=1, description="The last folder of its address.")
    chart_version: str | None = Field(default=None, min_length=1, description="The version of the chart model-service.")


def read_model_file(path: Path) -> ModelFile:
    """What a model.yaml says.

    Raises:
        PromotionError: with the field, when it is wrong.
    """
    try:
        given = read(path)
    except SettingsError as error:
        raise PromotionError(str(error)) from None
    return model_file(given, str(path))


def model_file(given: Mapping[str, Any], where: str) -> ModelFile:
    """What is said of a model, in `where`.

    Raises:
        PromotionError: with the field, when it is wrong.
    """
    try:
        return parse(ModelFile, given, where)
    except SettingsError as error:
        raise PromotionError(str(error)) from None
