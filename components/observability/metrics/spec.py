"""The configuration of a MetricsPlatform, its arguments and their checks."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.log_retention import LogRetentionDays
from ...core.namespace_names import namespaces_once
from ...core.pod_sizes import MEMORY_PATTERN, enough_memory
from ...core.spec import Spec, each_once, refuse
from ...facts.names import DNS_NAME_PATTERN
from .alert_spec import AlertsConfig, AlertsSpec
from .exporters import Exporter
from .given_files import checked_dashboards, checked_rules

NAMESPACE = "monitoring"
"""The namespace of what reads metrics. The network policies of the platform's parts admit it by default."""
_LEAST_MEBIBYTES = 256
SCRAPED_SECONDS = (15, 30, 60, 120, 300)
_FILE = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


class MetricsEngine(StrEnum):
    """Where metrics are stored: Amazon Managed Service for Prometheus, or kube-prometheus-stack on the cluster."""

    AMP = "amp"
    IN_CLUSTER = "in-cluster"


class Collector(StrEnum):
    """What reads metrics for Amazon Managed Service for Prometheus: pods on the cluster, or AWS's managed scraper."""

    PROMETHEUS = "prometheus"
    SCRAPER = "scraper"


class GrafanaConfig(TypedDict):
    """Grafana on the cluster. People sign in with the user pool."""

    domain: NotRequired[str]
    """Its host name, behind a load balancer with a firewall. Default: none; people use `kubectl port-forward`."""
    administrators: NotRequired[list[str]]
    """Groups of the user pool whose members may change everything. Others only look."""
    client_secret: NotRequired[str]
    """The secret of its client in the user pool, after the prefix."""


class MetricsConfig(TypedDict):
    """The settings of metrics, alerts and dashboards."""

    name: str
    """The workspace's alias, and the prefix of topics. It must be unique in the account and region."""
    engine: NotRequired[MetricsEngine]
    """Where metrics are stored."""
    collector: NotRequired[Collector]
    """What reads metrics for Amazon Managed Service for Prometheus."""
    scrape_seconds: NotRequired[int]
    """Seconds between two reads of a target. The gateway is read every 15 seconds, because models scale by it."""
    retention_days: NotRequired[int]
    """Days that metrics are kept."""
    maximum_series: NotRequired[int]
    """The active series that the workspace accepts. It limits the cost of a mistake."""
    storage_gib: NotRequired[int]
    """The disk of each Prometheus of the engine in-cluster, in GiB."""
    replicas: NotRequired[int]
    """The collecting Prometheus pods. The workspace stores the samples of one of them."""
    exporters: NotRequired[list[str]]
    """The parts of the platform that are read. A stack derives them from its sections."""
    model_namespaces: NotRequired[list[str]]
    """The namespaces of models. A stack derives them from its sections."""
    samples_million: NotRequired[int]
    """Samples that the workspace ingests, in millions a month, for its price. A stack derives them from its nodes."""
    alerts: NotRequired[AlertsConfig]
    """Receivers of alerts, and routes to them. Default: none, so nobody is told."""
    grafana: NotRequired[GrafanaConfig]
    """Grafana on the cluster. Default: none."""
    rules: NotRequired[dict[str, str]]
    """Further files of recording and alerting rules by a short name, in Prometheus's YAML."""
    dashboards: NotRequired[dict[str, str]]
    """Grafana dashboards by a short name, as JSON."""
    runbook_url: NotRequired[str]
    """The page of the runbooks, to which alerts about metrics link. A stack derives it from delivery.repository."""
    traces: NotRequired[bool]
    """Whether Grafana may query the spans that X-Ray keeps. A stack derives it from its section traces."""
    tempo: NotRequired[bool]
    """Whether Grafana has Tempo of the cluster as a data source. A stack derives it from its section traces."""
    memory: NotRequired[str]
    """The memory of each Prometheus pod, such as 1Gi. 100,000 series need some 1 GiB."""
    log_retention_days: NotRequired[int]
    """Days that the logs of rules and of the Alertmanager are kept."""
    deletion_protection: NotRequired[bool]
    """Whether the workspace and its key are protected from deletion."""


class MetricsPlatformArgs(MetricsConfig):
    """The arguments of a MetricsPlatform: its config, the cluster and the sign-in."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    cluster_arn: NotRequired[pulumi.Input[str]]
    """The EKS cluster, for the managed scraper."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range, in which nodes and the managed scraper have their addresses."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """Private subnets in two zones, for the managed scraper."""
    security_group_ids: NotRequired[pulumi.Input[list[str]]]
    """Security groups of the managed scraper, such as that of the nodes."""
    secret_store: NotRequired[pulumi.Input[str]]
    """The ClusterSecretStore that Grafana's namespace may use."""
    secret_prefix: NotRequired[pulumi.Input[str]]
    """The prefix of the secrets' names, before a slash."""
    sign_in_url: NotRequired[pulumi.Input[str]]
    """The address of the user pool's sign-in pages."""
    target_group_arn: NotRequired[pulumi.Input[str]]
    """The target group of Grafana's load balancer. The load balancer controller must be running."""
    load_balancer_cidrs: NotRequired[pulumi.Input[list[str]]]
    """The ranges in which that load balancer has its addresses."""


class GrafanaSpec(Spec):
    """Grafana on the cluster."""

    domain: str | None = Field(
        default=None,
        pattern=DNS_NAME_PATTERN,
        description="Its host name, behind a load balancer with a firewall. Default: none; people use `kubectl "
        "port-forward`.",
    )
    administrators: tuple[str, ...] = Field(
        default=(),
        max_length=50,
        description="Groups of the user pool whose members may change everything. Others only look.",
    )
    client_secret: str = Field(
        default="sign-in/grafana",
        pattern=r"^([a-z0-9-]+/)*[a-z0-9-]*$",
        description="The secret of its client in the user pool, after the prefix.",
    )

    @field_validator("administrators")
    @classmethod
    def _groups(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(groups, _FILE, "group; write its name in lower case")

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"https://{self.domain}" if self.domain else "http://localhost:3000"

    @property
    def callback_url(self) -> str:
        """Where the user pool sends people back to."""
        return f"{self.url}/login/generic_oauth"


class MetricsPlatformSpec(Spec):
    """The checked settings of metrics, alerts and dashboards."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
        description="The workspace's alias, and the prefix of topics. It must be unique in the account and region.",
    )
    engine: MetricsEngine = Field(default=MetricsEngine.AMP, description="Where metrics are stored.")
    collector: Collector = Field(
        default=Collector.PROMETHEUS,
        description="What reads metrics for Amazon Managed Service for Prometheus.",
    )
    scrape_seconds: int = Field(
        default=60,
        description="Seconds between two reads of a target: 15, 30, 60, 120 or 300. The gateway is read every 15 "
        "seconds, because models scale by it.",
    )
    retention_days: int = Field(default=150, ge=1, le=1095, description="Days that metrics are kept.")
    maximum_series: int = Field(
        default=200_000,
        ge=1_000,
        le=50_000_000,
        description="The active series that the workspace accepts. It limits the cost of a mistake.",
    )
    storage_gib: int = Field(
        default=50,
        ge=10,
        le=16_000,
        description="The disk of each Prometheus of the engine in-cluster, in GiB.",
    )
    replicas: int = Field(
        default=2,
        ge=1,
        le=3,
        description="The collecting Prometheus pods. The workspace stores the samples of one of them.",
    )
    exporters: tuple[Exporter, ...] = Field(
        default=(),
        description="The parts of the platform that are read. A stack derives them from its sections.",
    )
    model_namespaces: tuple[str, ...] = Field(
        default=(), description="The namespaces of models. A stack derives them from its sections."
    )
    samples_million: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="Samples that the workspace ingests, in millions a month, for its price alone; "
        "usage.metrics.samplesMillion replaces them. A stack derives them from its nodes and parts.",
    )
    alerts: AlertsSpec | None = Field(
        default=None, description="Receivers of alerts, and routes to them. Default: none, so nobody is told."
    )
    grafana: GrafanaSpec | None = Field(default=None, description="Grafana on the cluster. Default: none.")
    rules: dict[str, str] = Field(
        default_factory=dict,
        description="Further files of recording and alerting rules by a short name, in Prometheus's YAML.",
    )
    dashboards: dict[str, str] = Field(default_factory=dict, description="Grafana dashboards by a short name, as JSON.")
    runbook_url: str | None = Field(
        default=None,
        pattern=r"^https://[^\s#]+$",
        description="The page of the runbooks, to which alerts about metrics link. A stack derives it from "
        "delivery.repository.",
    )
    traces: bool = Field(
        default=False,
        description="Whether Grafana may query the spans that X-Ray keeps. A stack derives it from its section traces.",
    )
    tempo: bool = Field(
        default=False,
        description="Whether Grafana has Tempo of the cluster as a data source. A stack derives it from its section "
        "traces.",
    )
    memory: str = Field(
        default="1Gi",
        pattern=MEMORY_PATTERN,
        description="The memory of each Prometheus pod, such as 1Gi. 100,000 series need some 1 GiB.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=90, description="Days that the logs of rules and of the Alertmanager are kept."
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the workspace and its key are protected from deletion."
    )

    @field_validator("scrape_seconds")
    @classmethod
    def _interval(cls, seconds: int) -> int:
        if seconds not in SCRAPED_SECONDS:
            raise refuse(seconds, f"must be one of {', '.join(map(str, SCRAPED_SECONDS))} seconds")
        return seconds

    @field_validator("rules", "dashboards")
    @classmethod
    def _names(cls, files: dict[str, str]) -> dict[str, str]:
        each_once(tuple(files), _FILE, "name; use lower case letters, digits and hyphens")
        return files

    @field_validator("rules")
    @classmethod
    def _rule_files(cls, rules: dict[str, str]) -> dict[str, str]:
        return checked_rules(rules)

    @field_validator("dashboards")
    @classmethod
    def _dashboard_files(cls, dashboards: dict[str, str]) -> dict[str, str]:
        return checked_dashboards(dashboards)

    @field_validator("model_namespaces")
    @classmethod
    def _namespaces(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        return namespaces_once(namespaces)

    @field_validator("memory")
    @classmethod
    def _enough(cls, memory: str) -> str:
        return enough_memory(memory, _LEAST_MEBIBYTES, "a Prometheus")

    @model_validator(mode="after")
    def _consistent(self) -> "MetricsPlatformSpec":
        if self.engine is MetricsEngine.IN_CLUSTER and self.collector is Collector.SCRAPER:
            raise refuse(
                self.collector,
                "collector = scraper belongs to engine amp, because the scraper writes to a workspace; remove it",
            )
        return self
