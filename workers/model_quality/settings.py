"""The settings of the collector and of the job: one JSON document, which the component ModelQuality writes."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = "/etc/model-quality/settings.json"
"""Where pods find the document, unless MODEL_QUALITY_SETTINGS names another file."""
VARIABLE = "MODEL_QUALITY_SETTINGS"


class SettingsError(Exception):
    """The document is missing or wrong. The message names each wrong field."""


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"


class DriftTest(StrEnum):
    """How the distributions of a column are compared."""

    PSI = "psi"
    """Population stability index, a distance."""
    JENSEN_SHANNON = "jensenshannon"
    """Jensen-Shannon distance, between 0 and 1."""
    P_VALUE = "p-value"
    """Kolmogorov-Smirnov for numbers and chi-squared for categories; a small p-value is drift."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnSettings(_Settings):
    """A value of each row that is logged and compared. Values without a column are never stored."""

    name: str
    kind: ColumnKind
    tensor: str
    """The tensor of the request, or of the response for an output."""
    index: int = 0
    """The place in a row of the tensor."""
    output: bool = False
    """Whether it is part of the response: a prediction."""
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    """The valid categories; those of the reference when empty."""


class LabelSettings(_Settings):
    """Where true values arrive, and which prediction they belong to."""

    uri: str
    """Parquet files with the columns prediction_id and label, as s3://<bucket>/<folder>/."""
    prediction: str
    """The column that predicted the label."""
    minimum: float | None = None
    """The least accuracy of a category."""
    maximum: float | None = None
    """The greatest mean absolute error of a number."""


class ModelSettings(_Settings):
    """A model whose predictions are logged and compared."""

    namespace: str
    name: str
    columns: tuple[ColumnSettings, ...]
    reference: str
    """Training data in Parquet: s3://<bucket>/<key>, or models:/ and runs:/ as MLflow names artifacts."""
    experiment: str
    sample_percent: float = 100
    window_hours: int = 24
    minimum_rows: int = 500
    test: DriftTest = DriftTest.PSI
    threshold: float = 0.2
    drift_share: float = 0.3
    """The share of drifted columns at which the model counts as drifted. A drifted prediction is enough alone."""
    problem_share: float = 0.05
    """The share of missing, wrong or unknown values at which a column's data are bad."""
    late_after_hours: int = 30
    labels: LabelSettings | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Its namespace and name."""
        return self.namespace, self.name

    @property
    def folder(self) -> str:
        """Its folder below the folders of the bucket."""
        return f"{self.namespace}/{self.name}/"


class Settings(_Settings):
    """The bucket and the models."""

    bucket: str
    models: tuple[ModelSettings, ...] = Field(min_length=1)

    def model(self, key: tuple[str, str]) -> ModelSettings | None:
        """The settings of the model with this namespace and name."""
        return next((each for each in self.models if each.key == key), None)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings of the file that the environment names.

    Raises:
        SettingsError: the file is missing or wrong.
    """
    path = Path(environment.get(VARIABLE) or FILE)
    try:
        return Settings.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{VARIABLE} = {str(path)!r}: cannot be read ({error.strerror}); name a file") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


PREDICTIONS = "predictions/"
REPORTS = "reports/"
LATEST = "latest.json"
"""The newest report of a model, in its folder below `REPORTS`."""
