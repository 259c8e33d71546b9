"""Objectives as rules: recorded rates and ratios, and one alert for each pair of windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..alerts import Alert
from .burn_rates import BURN_RATES, PERIOD_DAYS, WINDOWS, BurnRate
from .indicators import RATE, Indicator
from .spec import PromiseSpec

FEWEST_BAD_REQUESTS = 5
"""The fewest bad requests in the long window that raise an alert: one failure of three requests is not an outage."""

_BAD, _ALL, _OBJECTIVE = f"slo:bad_requests:rate{RATE}", f"slo:requests:rate{RATE}", "slo:objective:ratio"
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Objective:
    """The promise of a model or a platform service."""

    service: str
    """The name of the model or the platform service."""
    namespace: str
    """The model's namespace; empty for a platform service."""
    owner: str
    """The team that acts on its alerts."""
    promise: PromiseSpec
    indicator: Indicator

    def recorded(self) -> list[dict[str, Any]]:
        """The rules that record the requests, the bad requests and the objective, for availability and latency."""
        indicator, promise = self.indicator, self.promise
        slow = indicator.slow_requests(promise.latency_milliseconds)
        kinds = (
            ("availability", indicator.failures, promise.availability),
            ("latency", slow, promise.latency_percent),
        )
        return [
            {"record": record, "expr": expression, "labels": self._labels(kind)}
            for kind, bad, percent in kinds
            for record, expression in (
                (_ALL, indicator.requests),
                (_BAD, bad),
                (_OBJECTIVE, f"vector({percent / 100:.8g})"),
            )
        ]

    def _labels(self, kind: str) -> dict[str, str]:
        place = {"namespace": self.namespace} if self.namespace else {}
        return {"service": self.service, **place, "objective": kind, "owner": self.owner}


def objective_groups(objectives: Sequence[Objective]) -> list[dict[str, Any]]:
    """The rule groups of objectives. The groups of services come first, because the last group reads their series."""
    if not objectives:
        return []
    services = [
        {"name": "-".join(filter(None, ("objective", each.namespace, each.service))), "rules": each.recorded()}
        for each in objectives
    ]
    ratios = [{"record": f"slo:bad_ratio:{window}", "expr": _ratio(window)} for window in WINDOWS]
    return [*services, {"name": "error-ratios", "rules": ratios}]


def burn_alerts() -> list[Alert]:
    """The alerts of all objectives. Their series bring the labels service, namespace, objective and owner."""
    return [_alert(each) for each in BURN_RATES]


def _ratio(window: str) -> str:
    """The part of the requests in `window` that was bad. A service without requests has none.

    The ratio of sums weighs each request the same; an average of ratios would weigh each minute the same.
    """
    return f"sum_over_time({_BAD}[{window}]) / (sum_over_time({_ALL}[{window}]) > 0)"


def _alert(burn: BurnRate) -> Alert:
    threshold = f"{burn.factor:g} * (1 - {_OBJECTIVE})"
    bad_requests = f"avg_over_time({_BAD}[{burn.long}]) * {_seconds(burn.long)}"
    return Alert(
        name=f"ErrorBudgetBurn{burn.name}",
        expression=(
            f"slo:bad_ratio:{burn.long} > {threshold} and slo:bad_ratio:{burn.short} > {threshold} "
            f"and {bad_requests} >= {FEWEST_BAD_REQUESTS}"
        ),
        minutes=0,
        severity=burn.severity,
        summary=(
            "{{ $labels.service }} misses its {{ $labels.objective }} objective: {{ $value | humanizePercentage }} of "
            f"the requests of the last {_words(burn.long)} were bad."
        ),
        meaning=(
            f"Requests fail or are slow at {burn.factor:g} times the rate that the objective allows, over the last "
            f"{_words(burn.long)} and the last {_words(burn.short)}. When the alert fires, {burn.budget_percent} % of "
            f"the error budget of {PERIOD_DAYS} days is used. The label objective says which promise is at risk: "
            "availability (failed requests) or latency (slow requests)."
        ),
        checks=(
            "Open the dashboard Models and select the service. Compare errors, latency and replicas with the start of "
            "the alert.",
            "Compare the start with the last delivery on the dashboard Delivery. Revert the delivery if they agree.",
            "Read the logs of the service's pods for the first error.",
            "If replicas are at their maximum or pods are pending, see AutoscalerAtMaximum and PodsPending.",
        ),
        commands=(
            "kubectl -n <namespace> get pods,inferenceservices",
            "kubectl -n <namespace> logs -l serving.kserve.io/inferenceservice=<service> --tail=100",
        ),
    )


def _seconds(window: str) -> int:
    return int(window[:-1]) * _SECONDS[window[-1]]


def _words(window: str) -> str:
    number, unit = int(window[:-1]), {"m": "minute", "h": "hour", "d": "day"}[window[-1]]
    return f"{number} {unit}s" if number > 1 else unit
