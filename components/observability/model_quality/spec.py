"""The arguments of ModelQuality, and what is refused."""

import re
from enum import StrEnum
from hashlib import sha256
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.cron import cron_schedule, too_frequent
from ...core.image_names import IMAGE_PATTERN, versioned_image
from ...core.namespace_names import NAMESPACE_PATTERN, MonitoringNamespace
from ...core.pod_sizes import CPU_PATTERN, MEMORY_PATTERN, enough_cpu, enough_memory
from ...core.policy_room import OTHER_STATEMENTS, ROLE_POLICIES, no_room
from ...core.problems import refuse_at
from ...core.s3_paths import PATH_NAME, PATH_REMEDY
from ...core.spec import Spec, refuse
from ...data.bucket_policies import free_bucket_name
from ...facts.cron import KUBERNETES, longest_gap_hours, parse_cron
from ...facts.names import BUCKET_PATTERN
from ...serving.model_service.spec import LONGEST_NAME

MOST_MODELS, MOST_COLUMNS = 50, 50
"""Together they bound the series of Prometheus: each column has some eight of them."""
MOST_VALUES = 1_500_000
"""Values of a window that the job compares: `workers/model_quality/job/window.py`."""
COLLECTOR_CPU, COLLECTOR_MEMORY = "100m", "512Mi"
"""The requests of each pod of the collector."""
_JOB_MEBIBYTES = 512
"""What Evidently and pandas take before they read a row, and some room for rows."""
LATE_HOURS = 6
"""Hours after which a run that did not come is late."""
WINDOW_HOURS = (1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168, 336, 720)
_COLUMN = r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"
_TENSOR = r"^[A-Za-z0-9_.:/-]{1,128}$"
_BUCKET = r"s3://[a-z0-9][a-z0-9-]{1,61}[a-z0-9]/"
_FILE_OR_FOLDER = rf"{_BUCKET}(({PATH_NAME}/)+|({PATH_NAME}/)*{PATH_NAME}\.parquet)"
_ARTIFACT = rf"(models|runs):/[A-Za-z0-9_-][A-Za-z0-9_.@-]*(/{PATH_NAME})+/?"
_REFERENCE = rf"^({_FILE_OR_FOLDER}|{_ARTIFACT})$"
_FOLDER = rf"^{_BUCKET}({PATH_NAME}/)+$"


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"


class DriftTest(StrEnum):
    """How the values of a window are compared with those of the training data."""

    PSI = "psi"
    JENSEN_SHANNON = "jensenshannon"
    P_VALUE = "p-value"


class LoggedColumnConfig(TypedDict):
    """A value of each row that is stored and compared. Other values are never stored."""

    name: str
    """Its name in the training data."""
    kind: NotRequired[ColumnKind]
    """What it holds: number or category."""
    tensor: NotRequired[str]
    """The tensor that holds it; one with its name when left out."""
    index: NotRequired[int]
    """Its place in a row of the tensor."""
    minimum: NotRequired[float]
    """The least valid number."""
    maximum: NotRequired[float]
    """The greatest valid number."""
    categories: NotRequired[list[str]]
    """The valid categories; those of the training data when left out."""


class LoggedColumnSpec(Spec):
    """A value of each row that is stored and compared. Other values are never stored."""

    name: str = Field(pattern=_COLUMN, description="Its name in the training data.")
    kind: ColumnKind = Field(default=ColumnKind.NUMBER, description="What it holds: number or category.")
    tensor: str | None = Field(
        default=None, pattern=_TENSOR, description="The tensor that holds it; one with its name when left out."
    )
    index: int = Field(default=0, ge=0, le=100_000, description="Its place in a row of the tensor.")
    minimum: float | None = Field(default=None, description="The least valid number.")
    maximum: float | None = Field(default=None, description="The greatest valid number.")
    categories: tuple[str, ...] = Field(
        default=(), max_length=1000, description="The valid categories; those of the training data when left out."
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "LoggedColumnSpec":
        if self.kind is ColumnKind.NUMBER and self.categories:
            raise refuse_at("categories", list(self.categories), "only a category has them; set kind to category")
        for field in ("minimum", "maximum"):
            value = getattr(self, field)
            if self.kind is ColumnKind.CATEGORY and value is not None:
                raise refuse_at(field, value, "only a number has it; set kind to number, or remove it")
        if self.minimum is not None and self.maximum is not None and self.maximum <= self.minimum:
            raise refuse_at("maximum", self.maximum, f"must be above minimum = {self.minimum:g}")
        return self


class LabelsConfig(TypedDict):
    """Where true values arrive, and how good predictions must be."""

    uri: str
    """Parquet files with the columns prediction_id and label, as s3://<bucket>/<folder>/."""
    prediction: str
    """The column of `predictions` that is compared with the label."""
    minimum_accuracy: NotRequired[float]
    """For a category, the least share of right predictions."""
    maximum_error: NotRequired[float]
    """For a number, the greatest mean absolute error."""


class LabelsSpec(Spec):
    """Where true values arrive, and how good predictions must be."""

    uri: str = Field(
        pattern=_FOLDER,
        description="Parquet files with the columns prediction_id and label, as s3://<bucket>/<folder>/. The id is "
        "what the caller sent in the header Ce-Id.",
    )
    prediction: str = Field(pattern=_COLUMN, description="The column of `predictions` that is compared with the label.")
    minimum_accuracy: float | None = Field(
        default=None, gt=0, le=1, description="For a category, the least share of right predictions."
    )
    maximum_error: float | None = Field(
        default=None, gt=0, le=1e12, description="For a number, the greatest mean absolute error."
    )

    @field_validator("uri", mode="before")
    @classmethod
    def _a_folder(cls, uri: object) -> object:
        if isinstance(uri, str) and not re.fullmatch(_FOLDER, uri):
            raise refuse(uri, f"it is not the address of a folder; write s3://<bucket>/<folder>/ {PATH_REMEDY}")
        return uri


class MonitoredModelConfig(TypedDict):
    """A model whose predictions are stored and compared with its training data."""

    name: str
    """The model's name. Its `predictionLogs` must be set, too."""
    namespace: str
    """The model's namespace."""
    features: NotRequired[list[LoggedColumnConfig]]
    """The columns of its requests."""
    predictions: NotRequired[list[LoggedColumnConfig]]
    """The columns of its responses."""
    reference: str
    """The training data in Parquet: in S3, or an artifact of MLflow."""
    sample_percent: NotRequired[float]
    """The percentage of predictions that is stored."""
    window_hours: NotRequired[int]
    """The hours of predictions that are compared at once."""
    schedule: NotRequired[str]
    """When the comparison runs, as the five places of cron, in UTC."""
    minimum_rows: NotRequired[int]
    """The fewest rows of a window that are compared."""
    test: NotRequired[DriftTest]
    """How columns are compared."""
    threshold: NotRequired[float]
    """The distance from which a column has drifted, or the p-value below which it has."""
    drift_share: NotRequired[float]
    """The share of drifted features from which the model has drifted."""
    problem_share: NotRequired[float]
    """The share of missing, wrong or unknown values from which data are bad."""
    experiment: NotRequired[str]
    """The experiment of MLflow; one with the model's name when left out."""
    labels: NotRequired[LabelsConfig]
    """Where true values arrive. Default: none."""


class MonitoredModelSpec(Spec):
    """A model whose predictions are stored and compared with its training data."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
        max_length=LONGEST_NAME,
        description="The model's name. Its `predictionLogs` must be set, too.",
    )
    namespace: str = Field(pattern=NAMESPACE_PATTERN, description="The model's namespace.")
    features: tuple[LoggedColumnSpec, ...] = Field(default=(), description="The columns of its requests.")
    predictions: tuple[LoggedColumnSpec, ...] = Field(default=(), description="The columns of its responses.")
    reference: str = Field(
        pattern=_REFERENCE,
        max_length=1024,
        description="The training data in Parquet, with these columns: s3://<bucket>/<key>.parquet, a folder "
        "s3://<bucket>/<folder>/, or an artifact of MLflow such as models:/fraud@champion/reference.parquet.",
    )
    sample_percent: float = Field(
        default=100, gt=0, le=100, description="The percentage of predictions that is stored, chosen by their ids."
    )
    window_hours: int = Field(
        default=24,
        description="The hours of predictions that are compared at once: 1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168, 336 "
        "or 720. Windows begin at multiples of it since 1970, in UTC.",
    )
    schedule: str = Field(
        default="0 1 * * *",
        description="When the comparison runs, as the five places of cron, in UTC. It compares the newest window that "
        "ended half an hour before.",
    )
    minimum_rows: int = Field(
        default=500,
        ge=100,
        le=200_000,
        description="The fewest rows of a window that are compared. With fewer, the report says so and nothing alarms.",
    )
    test: DriftTest = Field(
        default=DriftTest.PSI,
        description="How columns are compared: psi (population stability index), jensenshannon, or p-value "
        "(Kolmogorov-Smirnov for numbers, chi-squared for categories), which finds the smallest changes of large "
        "windows.",
    )
    threshold: float = Field(
        default=0.2,
        gt=0,
        le=10,
        description="The distance from which a column has drifted; with test p-value, the p-value below which it has.",
    )
    drift_share: float = Field(
        default=0.3,
        gt=0,
        le=1,
        description="The share of drifted features from which the model has drifted. One drifted prediction is enough.",
    )
    problem_share: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="The share of missing, wrong or unknown values of a column from which its data are bad.",
    )
    experiment: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_./-]{1,200}$",
        description="The experiment of MLflow; one with the model's name when left out.",
    )
    labels: LabelsSpec | None = Field(default=None, description="Where true values arrive. Default: none.")

    @field_validator("reference", mode="before")
    @classmethod
    def _training_data(cls, reference: object) -> object:
        if isinstance(reference, str) and not re.fullmatch(_REFERENCE, reference):
            raise refuse(
                reference,
                "it is not the address of training data; write s3://<bucket>/<key>.parquet, s3://<bucket>/<folder>/ or "
                f"an artifact such as models:/fraud@champion/reference.parquet, {PATH_REMEDY}",
            )
        return reference

    @field_validator("schedule")
    @classmethod
    def _occurs(cls, schedule: str) -> str:
        return cron_schedule(schedule)

    @field_validator("window_hours")
    @classmethod
    def _a_window(cls, hours: int) -> int:
        if hours not in WINDOW_HOURS:
            raise refuse(hours, f"must be one of {', '.join(map(str, WINDOW_HOURS))} hours")
        return hours

    @model_validator(mode="after")
    def _columns_fit(self) -> "MonitoredModelSpec":
        apart = min(self.window_hours, 24) * 60
        costs = f"each compares the newest window of {self.window_hours} hours, which is the same until the next ends"
        if problem := too_frequent(self.schedule, apart, costs):
            raise refuse_at("schedule", self.schedule, problem)
        names = [each.name for each in self.columns]
        if not names:
            raise refuse_at("features", [], "without columns nothing is compared; name features or predictions")
        if len(names) > MOST_COLUMNS:
            remedy = f"{len(names)} columns would be too many series; name at most {MOST_COLUMNS} with predictions"
            raise refuse_at("features", len(names), remedy)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse_at("features", twice, f"{twice} is the name of two columns; name each once")
        most = MOST_VALUES // len(names)
        if self.minimum_rows > most:
            remedy = f"of {len(names)} columns, at most {most:,} rows of a window are compared; write {most} or less"
            raise refuse_at("minimumRows", self.minimum_rows, remedy)
        if self.test is DriftTest.P_VALUE and self.threshold >= 1:
            raise refuse_at("threshold", self.threshold, "a p-value is below 1; write a small one such as 0.001")
        if self.labels:
            self._labels_fit(self.labels)
        return self

    def _labels_fit(self, labels: LabelsSpec) -> None:
        column = next((each for each in self.predictions if each.name == labels.prediction), None)
        if not column:
            known = ", ".join(each.name for each in self.predictions) or "none"
            remedy = f"predictions has no such column; it has {known}"
            raise refuse_at("labels.prediction", labels.prediction, remedy)
        wrong = "minimumAccuracy" if column.kind is ColumnKind.NUMBER else "maximumError"
        value = labels.minimum_accuracy if column.kind is ColumnKind.NUMBER else labels.maximum_error
        if value is not None:
            raise refuse_at(f"labels.{wrong}", value, f"{column.name} is a {column.kind}, which has no such bound")

    @property
    def columns(self) -> tuple[LoggedColumnSpec, ...]:
        """The columns of requests and responses."""
        return (*self.features, *self.predictions)

    @property
    def late_hours(self) -> int:
        """The age in hours at which its newest report is late."""
        return longest_gap_hours(parse_cron(self.schedule, KUBERNETES)) + LATE_HOURS


class ModelQualityConfig(TypedDict):
    """The quality of models, as a stack's config describes it."""

    bucket: str
    """The bucket of predictions and reports, unique in all of AWS."""
    log_image: str
    """The image of the collector, images/prediction-log, with a digest or a version as tag."""
    job_image: str
    """The image of the comparison, images/model-quality, with a digest or a version as tag."""
    models: list[MonitoredModelConfig]
    """The models."""
    retention_days: NotRequired[int]
    """Days that predictions are kept."""
    report_days: NotRequired[int]
    """Days that reports are kept."""
    replicas: NotRequired[int]
    """The pods of the collector."""
    job_cpu: NotRequired[str]
    """The CPU of a comparison, such as 1 or 500m."""
    job_memory: NotRequired[str]
    """The memory of a comparison, such as 2Gi."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the bucket is protected from deletion."""


class ModelQualityArgs(ModelQualityConfig):
    """The arguments of a ModelQuality: its config, the cluster, and the key of its bucket."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    key_arn: pulumi.Input[str]
    """The key that encrypts predictions and reports, and the training data in S3."""
    log_bucket: pulumi.Input[str]
    """The bucket that access logs are written to."""
    tracking_address: NotRequired[pulumi.Input[str]]
    """What the job sets MLFLOW_TRACKING_URI to: the address of a TrackingServer in the same cluster."""


class ModelQualitySpec(Spec):
    """The checked arguments of a ModelQuality."""

    bucket: str = Field(
        pattern=BUCKET_PATTERN,
        description="The bucket of predictions and reports, unique in all of AWS; without dots.",
    )
    log_image: str = Field(
        pattern=IMAGE_PATTERN,
        description="The image of the collector, images/prediction-log, with a digest or a version as tag.",
    )
    job_image: str = Field(
        pattern=IMAGE_PATTERN,
        description="The image of the comparison, images/model-quality, with a digest or a version as tag.",
    )
    models: tuple[MonitoredModelSpec, ...] = Field(
        min_length=1, max_length=MOST_MODELS, description="The models whose predictions are stored and compared."
    )
    retention_days: int = Field(default=30, ge=1, le=3650, description="Days that predictions are kept.")
    report_days: int = Field(default=395, ge=1, le=3650, description="Days that reports are kept.")
    replicas: int = Field(default=2, ge=1, le=20, description="The pods of the collector.")
    job_cpu: str = Field(default="1", pattern=CPU_PATTERN, description="The CPU of a comparison, such as 1 or 500m.")
    job_memory: str = Field(
        default="2Gi", pattern=MEMORY_PATTERN, description="The memory of a comparison, such as 2Gi."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    deletion_protection: bool = Field(default=True, description="Whether the bucket is protected from deletion.")

    @field_validator("bucket")
    @classmethod
    def _not_reserved(cls, bucket: str) -> str:
        return free_bucket_name(bucket)

    @field_validator("log_image", "job_image")
    @classmethod
    def _has_a_version(cls, image: str) -> str:
        return versioned_image(image)

    @field_validator("job_cpu")
    @classmethod
    def _enough_cpu(cls, cpu: str) -> str:
        return enough_cpu(cpu, "a comparison")

    @field_validator("job_memory")
    @classmethod
    def _enough_memory(cls, memory: str) -> str:
        return enough_memory(memory, _JOB_MEBIBYTES, "a comparison")

    @model_validator(mode="after")
    def _consistent(self) -> "ModelQualitySpec":
        room = ROLE_POLICIES - OTHER_STATEMENTS
        if problem := no_room(self.references, room, "the policies of the job's role", times=2, around=40):
            raise refuse_at("models", self.references, problem)
        keys = [(each.namespace, each.name) for each in self.models]
        for index, (key, model) in enumerate(zip(keys, self.models, strict=True)):
            if key in keys[:index]:
                raise refuse_at(f"models[{index}].name", model.name, f"{'/'.join(key)} is there twice; write it once")
            kept = self.retention_days * 24
            if model.window_hours + 24 > kept:
                remedy = (
                    f"must be above the windowHours of {model.name}, which is {model.window_hours}, by a day or more"
                )
                raise refuse_at("retentionDays", self.retention_days, remedy)
        return self

    @property
    def references(self) -> list[str]:
        """The files and folders in S3 that comparisons read."""
        places = [each.reference for each in self.models if each.reference.startswith("s3://")]
        return sorted({*places, *(each.labels.uri for each in self.models if each.labels)})


def job_name(model: MonitoredModelSpec) -> str:
    """The name of a model's CronJob, which has at most 52 characters. Source: Kubernetes, "CronJob"."""
    digest = sha256(f"{model.namespace}/{model.name}".encode()).hexdigest()[:8]
    return f"{model.name[:43].rstrip('-')}-{digest}"
