"""Measures how fast a model responds, and how often it fails."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..settings import fault
from .config import LatencyConfig
from .models import Measured, Model
from .rest import CallError


@dataclass(frozen=True)
class Measurement:
    """The seconds of each good response, and the first problem of each other one."""

    requests: int
    seconds: tuple[float, ...]
    failures: tuple[str, ...]


def measure(model: Model, requests: int, error_budget_percent: float) -> Measurement:
    """Send one inference after another. Stops early once more failed than the error budget allows."""
    seconds: list[float] = []
    failures: list[str] = []
    for _ in range(requests):
        measured = _try(model)
        if measured.faults:
            failures.append(measured.faults[0])
            if _beyond(len(failures), requests, error_budget_percent):
                break
        else:
            seconds.append(measured.seconds)
    return Measurement(len(seconds) + len(failures), tuple(seconds), tuple(failures))


def percentile(seconds: Sequence[float], part: float) -> float:
    """The smallest measured time that `part` percent of all do not exceed (nearest rank)."""
    # Rounded, because 64.4 percent of 500 is 322.00000000000006 as a float.
    rank = math.ceil(round(part * len(seconds) / 100, 9))
    return sorted(seconds)[max(rank, 1) - 1]


def judge(measurement: Measurement, latency: LatencyConfig, error_budget_percent: float) -> list[str]:
    """What is wrong with a measurement. Failed inferences count for the error budget, not for the latency."""
    faults: list[str] = []
    failed = len(measurement.failures)
    if _beyond(failed, latency.requests, error_budget_percent):
        remedy = f"errorBudgetPercent = {error_budget_percent:g} of {latency.requests} are allowed"
        faults.append(f"{fault('failed inferences', failed, remedy)}; the first: {measurement.failures[0]}")
    if measurement.seconds:
        taken = _milliseconds(percentile(measurement.seconds, latency.percentile))
        if taken > latency.maximum_milliseconds:
            remedy = (
                f"latency.maximumMilliseconds = {latency.maximum_milliseconds:g}; check the model's replicas, its "
                "queue and its hardware"
            )
            faults.append(fault(f"percentile {latency.percentile:g}", f"{taken:g} ms", remedy))
    return faults


def facts(measurement: Measurement, latency: LatencyConfig) -> dict[str, float | int]:
    """The figures of a measurement for the report."""
    known: dict[str, float | int] = {
        "requests": measurement.requests,
        "failed": len(measurement.failures),
        "percentile": latency.percentile,
        "maximumMilliseconds": latency.maximum_milliseconds,
    }
    if measurement.seconds:
        known["milliseconds"] = _milliseconds(percentile(measurement.seconds, latency.percentile))
        known["slowestMilliseconds"] = _milliseconds(max(measurement.seconds))
    return known


def _milliseconds(seconds: float) -> float:
    """Rounded once, so that the report and the judgement never differ."""
    return round(1000 * seconds, 3)


def _try(model: Model) -> Measured:
    try:
        return model.infer()
    except CallError as error:
        return Measured([str(error)], 0)


def _beyond(failed: int, requests: int, budget_percent: float) -> bool:
    return 100 * failed > budget_percent * requests
