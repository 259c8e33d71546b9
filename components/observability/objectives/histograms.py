"""The bucket bounds of the histograms that latency objectives read.

Prometheus counts the requests below a bound, so a threshold between two bounds cannot be measured.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram of request durations."""

    metric: str
    """The metric without `_bucket`."""
    bounds_ms: tuple[float, ...]
    """The upper bounds of its buckets in milliseconds."""
    unit_ms: int
    """The milliseconds of one unit of the metric: 1, or 1000 for a metric in seconds."""

    def bound_matcher(self, milliseconds: float) -> str:
        """The label matcher of the bucket that ends at `milliseconds`.

        Prometheus 3 writes whole bounds as 1.0 when it scrapes them, and collectors of OpenTelemetry write 1. Source:
        Prometheus 3.0 migration guide, "le and quantile label values".
        """
        bound = milliseconds / self.unit_ms
        return f'le=~"{bound:.0f}([.]0)?"' if bound.is_integer() else f'le="{bound:g}"'

    def problem(self, milliseconds: float) -> str:
        """The reason why no bucket ends at `milliseconds`; empty if one does."""
        if milliseconds in self.bounds_ms:
            return ""
        bounds = ", ".join(f"{bound:g}" for bound in self.bounds_ms)
        return f"the histogram {self.metric} has no bucket that ends there; write one of {bounds}"


GATEWAY = Histogram(
    "istio_request_duration_milliseconds",
    (0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000),
    1,
)
"""Envoy's default buckets up to ten minutes. Source: envoyproxy/envoy, source/common/stats/histogram_impl.cc."""

FEATURE_SERVER = Histogram(
    "feast_feature_server_request_latency_seconds",
    (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000),
    1000,
)
"""Source: feast-dev/feast, sdk/python/feast/metrics.py."""

TRACKING_SERVER = Histogram(
    "mlflow_http_request_duration_seconds",
    (5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000),
    1000,
)
"""The default buckets of prometheus_client. Source: prometheus-flask-exporter 0.23, `export_defaults`."""
