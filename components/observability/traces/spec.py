"""The configuration of Tracing, its arguments and their checks."""

import re
import warnings
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import ClientNamespaces, MonitoringNamespace
from ...core.pod_sizes import MEMORY_PATTERN, enough_memory, mebibytes
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from .tempo_spec import TEMPO_HOST, TempoConfig, TempoSpec

NAMESPACE = "tracing"
"""The namespace of the collectors."""
COLLECTOR = "collector"
HOST = f"{COLLECTOR}.{NAMESPACE}.svc.cluster.local"
"""Where pods of the cluster send their spans."""
GRPC_PORT, HTTP_PORT, METRICS_PORT = 4317, 4318, 8888
TEMPO_URL = f"http://{TEMPO_HOST}:{HTTP_PORT}"
"""Where collectors send spans with Tempo on the cluster."""
_MODEL = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"
_LEAST_MEBIBYTES = 256
LARGEST_PORT = 65535
ENDPOINT_PATTERN = r"^(http://[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local:[1-9][0-9]{0,4}|https://[a-z0-9][a-z0-9.-]*)(/[A-Za-z0-9._/-]*)?$"
"""A Service of the cluster with its port, or an address with https at port 443; without /v1/traces at its end."""
_NOT_OF_RE2 = re.compile(
    r"""
    \(\?(?!:|P<[A-Za-z_]|[ims]+[:)])  # (?: and named groups and the flags i, m and s are known; lookarounds are not
    | [*+?}]\+                       # what never goes back
    | \\[1-9ZNuU]                     # back references, and escapes that Python alone has
    | \[\[ | \$\{                     # classes of POSIX, and variables
    """,
    re.VERBOSE,
)
"""What Python's expressions have, and the collector's do not. Source: google/re2, doc/syntax.txt."""
_REPEATS = re.compile(r"[{,]([0-9]+)(?=[,}])")
_MOST_REPEATS = 1000
"""Source: golang/go, src/regexp/syntax/parse.go, maxRepeat."""
_REMEDY_OF_RE2 = (
    "a lookaround, a back reference, ${, or something else which the collector refuses; write one that RE2 reads"
)
_MOST_TRIED = 4
_NEEDED_NAMES = ("upstream_cluster", "service.name")
"""Attributes by which the collectors tell the traces of a model."""
Milliseconds = Annotated[int, Field(ge=1, le=3_600_000)]


class SamplingConfig(TypedDict):
    """Which traces are kept. A trace is judged when its spans have arrived."""

    percent: NotRequired[float]
    """Traces that are kept although nothing is remarkable in them, in percent."""
    slow_milliseconds: NotRequired[int]
    """A trace that takes longer is kept."""
    slow_models: NotRequired[dict[str, int]]
    """The milliseconds of models that have another limit, by the model's name."""
    spans_per_second: NotRequired[int]
    """The most spans a second of each kind: with errors, slow, and all others."""
    decision_seconds: NotRequired[int]
    """Seconds from the first span of a trace to the decision."""


class TracingConfig(TypedDict):
    """The settings of traces."""

    name: str
    """The prefix of names, unique in the account and region."""
    sampling: NotRequired[SamplingConfig]
    """Which traces are kept."""
    replicas: NotRequired[int]
    """Pods of each layer of collectors. With 1, one pod does both layers' work."""
    memory: NotRequired[str]
    """The memory of each collector, such as 512Mi."""
    client_namespaces: NotRequired[list[str]]
    """The namespaces whose pods may send spans. A stack derives them from its sections."""
    redacted_attributes: NotRequired[list[str]]
    """Further attributes whose values are masked, as regular expressions for the whole name."""
    transaction_search: NotRequired[bool]
    """Whether the stack makes the account's settings of X-Ray. One stack in an account and region makes them."""
    endpoint: NotRequired[str]
    """Where kept traces go instead of X-Ray, by OTLP over HTTP: a store that the stack does not make."""
    tempo: NotRequired[TempoConfig]
    """Grafana Tempo on the cluster, which keeps traces in a bucket instead of X-Ray."""
    indexed_percent: NotRequired[float]
    """Kept traces that X-Ray indexes for its own search, in percent. 1 is free."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class TracingArgs(TracingConfig):
    """The arguments of Tracing: its config and the cluster."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    client_namespaces_ready: NotRequired[pulumi.Input[str]]
    """What waits until the client namespaces exist, where the same program makes them."""
    key_arn: NotRequired[pulumi.Input[str]]
    """The KMS key that encrypts the bucket of Tempo."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """The bucket that access logs of the bucket of Tempo are written to."""


class SamplingSpec(Spec):
    """Which traces are kept. A trace is judged when its spans have arrived."""

    percent: float = Field(
        default=5,
        ge=0,
        le=100,
        description="Traces that are kept although nothing is remarkable in them, in percent.",
    )
    slow_milliseconds: Milliseconds = Field(default=1000, description="A trace that takes longer is kept.")
    slow_models: dict[str, Milliseconds] = Field(
        default_factory=dict[str, int],
        description="The milliseconds of models that have another limit, by the model's name.",
    )
    spans_per_second: int = Field(
        default=100,
        ge=10,
        le=1_000_000,
        description="The most spans a second of each kind: with errors, slow, and all others. It limits the cost of "
        "a failure. A trace with more than twice as many spans is not kept.",
    )
    decision_seconds: int = Field(
        default=10, ge=1, le=300, description="Seconds from the first span of a trace to the decision."
    )

    @field_validator("slow_models")
    @classmethod
    def _models(cls, models: dict[str, int]) -> dict[str, int]:
        if wrong := next((each for each in models if not re.fullmatch(_MODEL, each)), None):
            raise refuse(wrong, f"{wrong} is not the name of a model; use lower case letters, digits and hyphens")
        return models


class TracingSpec(Spec):
    """The checked settings of traces."""

    name: str = Field(
        pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
        description="The prefix of names, unique in the account and region.",
    )
    sampling: SamplingSpec = Field(default_factory=SamplingSpec, description="Which traces are kept.")
    replicas: int = Field(
        default=2,
        ge=1,
        le=20,
        description="Pods of each layer of collectors. With 1, one pod does both layers' work.",
    )
    memory: str = Field(
        default="512Mi",
        pattern=MEMORY_PATTERN,
        description="The memory of each collector, such as 512Mi. Traces wait in it for their decision.",
    )
    client_namespaces: ClientNamespaces = Field(
        default=(),
        description="The namespaces whose pods may send spans. A stack derives them from its sections.",
    )
    redacted_attributes: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        description="Further attributes whose values are masked, as regular expressions for the whole name.",
    )
    transaction_search: bool = Field(
        default=True,
        description="Whether the stack makes the account's settings of X-Ray. One stack in an account and region "
        "makes them; the others set false.",
    )
    endpoint: str | None = Field(
        default=None,
        pattern=ENDPOINT_PATTERN,
        description="Where kept traces go instead of X-Ray, by OTLP over HTTP: a store that the stack does not make, "
        "in the cluster or with https. Default: X-Ray.",
    )
    tempo: TempoSpec | None = Field(
        default=None,
        description="Grafana Tempo on the cluster, which keeps traces in a bucket instead of X-Ray. Default: X-Ray.",
    )
    indexed_percent: float = Field(
        default=1,
        ge=0,
        le=100,
        description="Kept traces that X-Ray indexes for its own search, in percent. 1 is free.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )

    @field_validator("client_namespaces")
    @classmethod
    def _not_the_own(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        if NAMESPACE in namespaces:
            raise refuse(NAMESPACE, f"{NAMESPACE} is the collectors' own namespace; remove it")
        return namespaces

    @field_validator("redacted_attributes")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                with warnings.catch_warnings(action="ignore", category=FutureWarning):
                    found = re.compile(pattern)
            except (re.error, RecursionError, OverflowError) as error:
                raise refuse(pattern, f"{pattern!r} is not a regular expression: {error}") from None
            if _NOT_OF_RE2.search(pattern) or any(int(count) > _MOST_REPEATS for count in _REPEATS.findall(pattern)):
                raise refuse(pattern, f"{pattern!r} has {_REMEDY_OF_RE2}")
            if not pattern:
                raise refuse(pattern, "'' masks no attribute; write an expression, or remove it")
            # Python tries every way of a pattern with many repetitions, which may not end.
            repeats = len(re.findall(r"[*+?{]", pattern))
            if repeats > _MOST_TRIED or re.search(r"\)[*+{]", pattern):
                continue
            if needed := next((name for name in _NEEDED_NAMES if found.fullmatch(name)), None):
                remedy = f"{pattern!r} masks {needed}, by which traces of models are found; write one that leaves it"
                raise refuse(pattern, remedy)
        return patterns

    @field_validator("endpoint")
    @classmethod
    def _port(cls, endpoint: str | None) -> str | None:
        port = (endpoint or "").partition("://")[2].partition("/")[0].partition(":")[2]
        if port and not 1 <= int(port) <= LARGEST_PORT:
            raise refuse(endpoint, f"port {port} must be from 1 to {LARGEST_PORT}")
        return endpoint

    @field_validator("memory")
    @classmethod
    def _enough(cls, memory: str) -> str:
        return enough_memory(memory, _LEAST_MEBIBYTES, "a collector")

    @model_validator(mode="after")
    def _consistent(self) -> "TracingSpec":
        if self.tempo and self.endpoint:
            raise refuse_at("endpoint", self.endpoint, "traces go to tempo; remove endpoint, or remove tempo")
        return self

    @property
    def makes_settings(self) -> bool:
        """Whether the component makes X-Ray's settings of the account."""
        return self.transaction_search and not self.store_url

    @property
    def store_url(self) -> str | None:
        """Where kept traces go by OTLP; None if they go to X-Ray."""
        return TEMPO_URL if self.tempo else self.endpoint

    @property
    def mebibytes(self) -> int:
        """The memory of each collector."""
        return mebibytes(self.memory)

    @property
    def layered(self) -> bool:
        """Whether a first layer sends all spans of a trace to the same collector of a second one."""
        return self.replicas > 1
