"""What a TrackingServer is made from, and what is refused."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator

from ...core.namespace_names import ClientNamespaces, MonitoringNamespace
from ...core.spec import Spec, each_once

_HOST_PATTERN = r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"


class TrackingServerConfig(TypedDict):
    """A tracking server, as a stack's config describes it."""

    client_namespaces: list[str]
    """The namespaces whose pods may ask it; no other may."""
    hosts: NotRequired[list[str]]
    """Further names that browsers reach it by, through a load balancer."""
    replicas: NotRequired[int]
    """How many servers there are."""
    workers: NotRequired[int]
    """Processes of a server that answer side by side."""
    scratch_gib: NotRequired[int]
    """The disk that artifacts under way must fit, in GiB."""
    metrics: NotRequired[bool]
    """Whether the servers have metrics, and a Prometheus without operator may read them."""
    monitoring: NotRequired[bool]
    """Whether Prometheus's operator is there, to read metrics."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may then read metrics."""


class TrackingServerArgs(TrackingServerConfig):
    """The arguments of a TrackingServer: its config, its cluster and its stores."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    store_cidrs: pulumi.Input[list[str]]
    """The ranges of the database's subnets."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore that answers ExternalSecrets of the namespace mlflow."""
    secret_prefix: pulumi.Input[str]
    """What the names of the secrets begin with: <prefix>/database/mlflow is read."""
    database_address: pulumi.Input[str]
    """The host of PostgreSQL, in whose database mlflow the secret's user makes tables."""
    models_bucket: pulumi.Input[str]
    """The bucket of artifacts. They are in its folder mlflow."""
    data_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the bucket."""
    client_namespaces_ready: NotRequired[pulumi.Input[str]]
    """What waits until the client namespaces exist, where the same program makes them."""


class TrackingServerSpec(Spec):
    """A tracking server."""

    client_namespaces: ClientNamespaces = Field(
        min_length=1,
        description="The namespaces whose pods may call the servers. Other namespaces cannot, because MLflow does not "
        "authenticate clients.",
    )
    hosts: tuple[str, ...] = Field(
        default=(),
        description="Further names that browsers reach it by, through what asks them who they are.",
    )
    replicas: int = Field(default=2, ge=1, le=20, description="How many servers there are.")
    workers: int = Field(
        default=2, ge=1, le=16, description="Processes of a server that answer side by side; 512 MiB are for each."
    )
    scratch_gib: int = Field(
        default=20,
        ge=1,
        le=500,
        description="The disk that artifacts under way must fit, in GiB, for each server.",
    )
    monitoring: bool = Field(default=False, description="Whether Prometheus's operator is there, to read metrics.")
    metrics: bool = Field(
        default=False,
        description="Whether the servers have metrics, and a Prometheus without operator may read them. A stack with "
        "the section metrics sets it.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace whose pods may then read metrics, and with them all else.",
    )

    @field_validator("hosts")
    @classmethod
    def _domains(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(hosts, _HOST_PATTERN, "domain; write it without https:// and port, such as mlflow.example.com")
