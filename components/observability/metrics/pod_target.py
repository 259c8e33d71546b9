"""What a part of the platform has to be read: its pods, their port, and the metrics that are kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from .exporters import Exporter

CONTROLLER_KEPT = (
    "controller_runtime_reconcile(_errors)?_total",
    "workqueue_depth",
    "process_(cpu_seconds_total|resident_memory_bytes)",
)
"""What controllers of the library controller-runtime have in common."""


@dataclass(frozen=True, slots=True)
class PodTarget:
    """Pods of a namespace that answer at one port, and the metrics that are kept of them."""

    job: str
    namespaces: tuple[str, ...]
    labels: Mapping[str, str]
    port: int
    kept: tuple[str, ...]
    """Patterns of metric names, each for the whole name."""
    exporter: Exporter | None = None
    path: str = "/metrics"
    secured: bool = False
    """Whether it answers TLS and asks for a token that may get /metrics. Its certificate is its own."""
    image: str = ""
    """A pattern of the image of the container that answers, where pods of one label run several."""
    seconds: int = 0
    """Seconds between two reads, where they differ from the others'."""
    speaks_for_others: bool = False
    """Whether its metrics have the labels namespace and pod of the pods that they are about."""
    opened: Mapping[str, str] | None = None
    """The labels that the part's network policy opens the port of, where they are not `labels`."""
    series: int = 50
    """Series that one pod has after the keep list, for the estimate."""
