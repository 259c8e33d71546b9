"""What counts as a request, and which requests are bad, for each kind of service."""

from dataclasses import dataclass
from enum import StrEnum

from . import histograms
from .histograms import Histogram

RATE = "5m"
"""The window of the recorded rates. Each longer window sums them up, so no long window reads raw series."""

FAILED_GRPC_STATUSES = "2|4|8|13|14|15"
"""Unknown, deadline exceeded, resource exhausted, internal, unavailable, data loss: the server's failures."""


class Service(StrEnum):
    """The platform's services that have objectives of their own."""

    GATEWAY = "gateway"
    """The gateway in front of all models."""
    FEATURE_SERVER = "feature-server"
    """Feast's online features."""
    TRACKING_SERVER = "tracking-server"
    """MLflow."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """Expressions of requests a second, each without labels."""

    requests: str
    failures: str
    histogram: Histogram
    selector: str
    """The label matchers of the histogram's series."""

    def slow_requests(self, milliseconds: float) -> str:
        """The requests that take longer than a bound of the histogram."""
        metric, rate = self.histogram.metric, RATE
        all_of = f"sum(rate({metric}_count{{{self.selector}}}[{rate}]))"
        within = f"{self.selector},{self.histogram.bound_matcher(milliseconds)}".removeprefix(",")
        # Rates of two series are extrapolated separately, so their difference may be slightly negative.
        return f"clamp_min({all_of} - sum(rate({metric}_bucket{{{within}}}[{rate}])), 0)"


def model_indicator(name: str, namespace: str) -> Indicator:
    """The requests that the gateway sends to a model and to its canary, in each of KServe's modes.

    The gateway's Service of a model is `<name>-predictor`; Knative adds the number of the revision.
    """
    service = f"{name}(-canary)?-predictor(-[0-9]{{5}})?"
    return _gateway(
        f'reporter="source",destination_service_namespace="{namespace}",destination_service_name=~"{service}"'
    )


def service_indicator(service: Service) -> Indicator:
    """The requests of a platform service."""
    match service:
        case Service.GATEWAY:
            return _gateway('reporter="source"')
        case Service.FEATURE_SERVER:
            # An unknown feature counts as a failure, because Feast has one status for every error.
            metric, selector = "feast_feature_server_request_total", 'endpoint="/get-online-features"'
            return Indicator(
                _rate(metric, selector),
                _or_zero(f'{metric}{{{selector},status="error"}}', _rate(metric, selector)),
                histograms.FEATURE_SERVER,
                selector,
            )
        case Service.TRACKING_SERVER:
            metric = "mlflow_http_request_total"
            return Indicator(
                _rate(metric, ""),
                _or_zero(f'{metric}{{status=~"5.."}}', _rate(metric, "")),
                histograms.TRACKING_SERVER,
                "",
            )


def _gateway(selector: str) -> Indicator:
    """A response with a status of 5xx is a failure, and so is one with a failed status of gRPC."""
    metric = "istio_requests_total"
    requests = _rate(metric, selector)
    http = f'rate({metric}{{{selector},response_code=~"5.."}}[{RATE}])'
    status = f'response_code=~"[1-4]..",grpc_response_status=~"{FAILED_GRPC_STATUSES}"'
    failures = f"(sum({http} or rate({metric}{{{selector},{status}}}[{RATE}])) or 0 * {requests})"
    return Indicator(requests, failures, histograms.GATEWAY, selector)


def _rate(metric: str, selector: str) -> str:
    return f"sum(rate({metric}{{{selector}}}[{RATE}]))" if selector else f"sum(rate({metric}[{RATE}]))"


def _or_zero(failed: str, requests: str) -> str:
    """The rate of a counter that exists only after its first failure."""
    return f"(sum(rate({failed}[{RATE}])) or 0 * {requests})"
