"""What a Spark cluster is made from, and what is refused."""

from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import AfterValidator, Field, field_validator, model_validator

from ...core.namespace_names import not_reserved
from ...core.policy_room import OTHER_STATEMENTS, ROLE_POLICIES, no_room
from ...core.problems import refuse_at
from ...core.s3_paths import PATH_NAME
from ...core.spec import Spec, each_once, refuse
from ...facts.versions import EMR_SUPPORT_ENDS, SPARK_RUNTIMES, SparkRelease, SparkRuntime
from ..folders import TRACKING_FOLDER, outer_folder
from .applications import SparkApplicationConfig, SparkApplicationSpec
from .instances import SparkInstancesConfig, SparkInstancesSpec

_FOLDER = rf"(raw|training|models|offline)/({PATH_NAME}/)*"
"""A bucket by its purpose and a prefix in it, without characters that mean something in IAM policies."""
# Folders that are read and those that are written have half of the room each.
_FOLDERS_ROOM = (ROLE_POLICIES - OTHER_STATEMENTS) // 2
FEATURES = "features/"
"""The folder of the offline bucket where the tables of the catalog database are."""
OWNED_BY_OTHERS = {f"models/{TRACKING_FOLDER}": "MLflow", "offline/athena-results/": "Athena"}
"""Folders that Spark's jobs never write, with their owners."""


class SparkEngine(StrEnum):
    """Where Spark runs."""

    SERVERLESS = "serverless"
    """EMR Serverless: charged by what jobs use."""
    EC2 = "ec2"
    """EMR on EC2: a cluster of instances, charged while it runs."""
    EKS = "eks"
    """EMR on EKS: pods of an existing cluster."""


class SparkArchitecture(StrEnum):
    """The architecture of workers. ARM64 costs a fifth less; native libraries of jobs must be built for it."""

    ARM64 = "ARM64"
    X86_64 = "X86_64"


class SparkNamespaceConfig(TypedDict):
    """The part of an EKS cluster where Spark runs."""

    namespace: str
    """An existing namespace, which no other virtual cluster uses."""


class SparkNamespaceSpec(Spec):
    """The part of an EKS cluster where Spark runs."""

    namespace: Annotated[str, AfterValidator(not_reserved)] = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="An existing namespace, which no other virtual cluster uses.",
    )


class SparkClusterConfig(TypedDict):
    """A Spark cluster, as a stack's config describes it."""

    cluster_name: str
    """The name of the cluster; names of applications begin with it."""
    engine: NotRequired[SparkEngine]
    """Where Spark runs; EMR Serverless by default."""
    release: NotRequired[SparkRelease]
    """The EMR release, which decides the versions of Spark and Scala."""
    architecture: NotRequired[SparkArchitecture]
    """The architecture of workers."""
    batch: NotRequired[SparkApplicationConfig]
    """The application for batch jobs; none when left out."""
    streaming: NotRequired[SparkApplicationConfig]
    """The application for streaming jobs; none when left out."""
    ec2: NotRequired[SparkInstancesConfig]
    """The instances of engine: ec2."""
    eks: NotRequired[SparkNamespaceConfig]
    """The namespace of engine: eks."""
    reads: NotRequired[list[str]]
    """Folders that jobs may read, such as raw/ or offline/features/."""
    writes: NotRequired[list[str]]
    """Folders that jobs may read and write."""
    iceberg: NotRequired[bool]
    """Whether the catalog `offline` of Spark has Iceberg tables in the offline bucket."""
    managed_logs: NotRequired[bool]
    """Whether EMR also keeps logs and event logs for 30 days."""
    deletion_protection: NotRequired[bool]
    """Whether the key of logs is protected from deletion."""


class SparkClusterArgs(SparkClusterConfig):
    """The arguments of a SparkCluster: its config, its network and the buckets of the feature store."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets with a route to S3 and Glue, of two zones or more."""
    subnet_zones: NotRequired[pulumi.Input[list[str]]]
    """The names of the subnets' zones, in their order. Subnets in zones without EMR Serverless are left out."""
    raw_bucket: pulumi.Input[str]
    """The bucket of raw data."""
    training_bucket: pulumi.Input[str]
    """The bucket of training sets."""
    models_bucket: pulumi.Input[str]
    """The bucket of model artifacts."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features."""
    data_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the buckets."""
    catalog_database: pulumi.Input[str]
    """The Glue database of the offline features."""
    log_bucket: pulumi.Input[str]
    """The bucket that logs are written to."""
    eks_cluster_name: NotRequired[pulumi.Input[str]]
    """The EKS cluster of engine: eks, which must run the Pod Identity agent and use access entries."""


class SparkClusterSpec(Spec):
    """Spark on EMR."""

    cluster_name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=40,
        description="The name of the cluster; names of applications begin with it.",
    )
    engine: SparkEngine = Field(
        default=SparkEngine.SERVERLESS,
        description="Where Spark runs: serverless, ec2 for a cluster of instances, or eks for pods of the EKS cluster.",
    )
    release: SparkRelease = Field(
        default=SparkRelease.SPARK_8_1, description="The EMR release, which decides the versions of Spark and Scala."
    )
    architecture: SparkArchitecture = Field(
        default=SparkArchitecture.ARM64,
        description="The architecture of workers: ARM64, which costs a fifth less, or X86_64 for native libraries.",
    )
    batch: SparkApplicationSpec | None = Field(
        default=None, description="The application for batch jobs; none when left out."
    )
    streaming: SparkApplicationSpec | None = Field(
        default=None, description="The application for streaming jobs; none when left out."
    )
    ec2: SparkInstancesSpec | None = Field(default=None, description="The instances of engine: ec2.")
    eks: SparkNamespaceSpec | None = Field(default=None, description="The namespace of engine: eks.")
    reads: tuple[str, ...] = Field(
        default=("raw/", "training/", f"offline/{FEATURES}"),
        description="Folders that jobs may read: a bucket, raw, training, models or offline, and a prefix in it.",
    )
    writes: tuple[str, ...] = Field(
        default=("training/", f"offline/{FEATURES}"), description="Folders that jobs may read and write."
    )
    iceberg: bool = Field(
        default=False,
        description="Whether Spark has a catalog `offline` of Iceberg tables in the offline bucket.",
    )
    managed_logs: bool = Field(
        default=True,
        description="Whether EMR also keeps logs and event logs for 30 days, encrypted, and shows Spark's history.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the key of logs is protected from deletion. Logs cannot be read without it."
    )

    @field_validator("release", mode="before")
    @classmethod
    def _in_support(cls, release: object) -> object:
        if str(release) in list(SparkRelease):
            return release
        ends = EMR_SUPPORT_ENDS.get(str(release))
        why = f"has standard support until {ends}" if ends else "is not a release that this component knows"
        raise refuse(release, f"{release} {why}; write one of {', '.join(SparkRelease)}", list(SparkRelease))

    @field_validator("reads", "writes")
    @classmethod
    def _folders(cls, folders: tuple[str, ...]) -> tuple[str, ...]:
        remedy = (
            "folder: write raw/, training/, models/ or offline/, and a prefix that ends with /, such as raw/events/"
        )
        if problem := no_room(folders, _FOLDERS_ROOM, "the policies of the jobs' role", times=2, around=90):
            raise refuse(folders, problem)
        return each_once(folders, _FOLDER, remedy)

    @field_validator("writes")
    @classmethod
    def _of_nobody_else(cls, folders: tuple[str, ...]) -> tuple[str, ...]:
        for folder in folders:
            for other, owner in OWNED_BY_OTHERS.items():
                if outer_folder(folder, other):
                    raise refuse(folder, f"{folder} has files of {owner}, in {other}; choose a folder without them")
        return folders

    @model_validator(mode="after")
    def _has_what_its_engine_needs(self) -> "SparkClusterSpec":
        sections = {
            SparkEngine.SERVERLESS: ("batch", "streaming"),
            SparkEngine.EC2: ("ec2",),
            SparkEngine.EKS: ("eks",),
        }
        for engine, names in sections.items():
            given = [name for name in names if getattr(self, name)]
            if engine is self.engine and not given:
                raise refuse_at(names[0], None, f"engine: {engine} needs it; add {' or '.join(names)}")
            if engine is not self.engine and given:
                remedy = f"only engine: {engine} has it; remove it, or set engine: {engine}"
                raise refuse_at(given[0], "given", remedy)
        return self

    @model_validator(mode="after")
    def _instances_have_the_architecture(self) -> "SparkClusterSpec":
        wanted = self.architecture.lower()
        if self.ec2 and self.ec2.architectures != {wanted}:
            found = ", ".join(sorted(self.ec2.architectures))
            raise refuse_at(
                "architecture",
                str(self.architecture),
                f"the instance types of ec2 have {found}; write types of one architecture, and it here",
            )
        return self

    @model_validator(mode="after")
    def _tables_can_be_written(self) -> "SparkClusterSpec":
        if self.iceberg and not any(f"offline/{FEATURES}".startswith(folder) for folder in self.writes):
            raise refuse_at(
                "writes", list(self.writes), f"iceberg: true writes tables to offline/{FEATURES}; add this folder"
            )
        return self

    @property
    def applications(self) -> dict[str, SparkApplicationSpec]:
        """The applications by their purpose, batch or streaming."""
        return {
            purpose: application
            for purpose, application in (("batch", self.batch), ("streaming", self.streaming))
            if application
        }

    @property
    def runtime(self) -> SparkRuntime:
        """The versions of Spark and Scala for which jobs must be built."""
        return SPARK_RUNTIMES[self.release]
