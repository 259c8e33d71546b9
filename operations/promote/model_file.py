"""model.yaml: the model and the version that a model's own repository delivers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ..settings import Settings, SettingsError, matching, parse, read
from ..smoke.release import SEGMENT
from .errors import PromotionError

_VERSION = "it is not the name of a folder; use letters, digits, hyphens, underscores and dots, such as 32"
_NAME = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"


class ModelFile(Settings):
    """A model's team, name and version."""

    team: str = Field(pattern=_NAME, description="The team's folder in deploy/models.")
    model: str = Field(pattern=_NAME, description="The model's folder in the team's.")
    model_version: Annotated[str, matching(SEGMENT, _VERSION)] | None = Field(
        default=None, description="The last folder of the model's S3 URI."
    )
    chart_version: str | None = Field(default=None, min_length=1, description="The version of the model-service chart.")


def read_model_file(path: Path) -> ModelFile:
    """Read a model.yaml.

    Raises:
        PromotionError: if a field is invalid; names the field.
    """
    try:
        given = read(path)
    except SettingsError as error:
        raise PromotionError(str(error)) from None
    return model_file(given, str(path))


def model_file(given: Mapping[str, Any], where: str) -> ModelFile:
    """Read the fields of a model.yaml. `where` names their source in errors.

    Raises:
        PromotionError: if a field is invalid; names the field.
    """
    try:
        return parse(ModelFile, given, where)
    except SettingsError as error:
        raise PromotionError(str(error)) from None
