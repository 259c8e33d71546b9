"""What Prometheus is told: how many events came, and what the newest report of each model says."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from workers.model_quality.settings import ModelSettings

_MODEL = ("model_namespace", "model")
OUTCOMES = ("accepted", "sampled-out", "ignored", "rejected", "dropped")
_UNKNOWN = ("", "")
"""The labels of events of unknown models, which would otherwise name series without end."""


class Metrics:
    """Counters of events, and gauges of reports. Columns are those of the settings, so their number is bounded."""

    def __init__(self, models: Iterable[ModelSettings], started: float):
        self.registry = CollectorRegistry()
        self._models = {each.key: each for each in models}
        self._started = started
        self._events = self._counter("prediction_log_events", "Events by what became of them.", "outcome")
        self._rejected = self._counter("prediction_log_rejected", "Rejected events by the reason.", "reason")
        self._written = self._counter("prediction_log_written_records", "Records that S3 has.")
        self._failures = self._counter("prediction_log_write_failures", "Objects that S3 did not take.")
        self._sample = self._gauge("prediction_log_sample_percent", "The percentage of predictions that is stored.")
        self._evaluated = self._gauge(
            "model_quality_evaluated_timestamp_seconds",
            "When the newest report was written; without a report, when the collector started.",
        )
        self._late_after = self._gauge("model_quality_late_after_seconds", "The age at which a report is late.")
        self._window_end = self._gauge("model_quality_window_end_timestamp_seconds", "The end of the newest window.")
        self._rows = self._gauge("model_quality_rows", "Predictions in the newest window.")
        self._enough = self._gauge("model_quality_enough_rows", "1 if the newest window had enough predictions.")
        self._drifted = self._gauge("model_drift_detected", "1 if the model drifted in the newest window.")
        self._share = self._gauge("model_drift_share", "The share of drifted columns.")
        self._score = self._gauge("model_drift_score", "The distance or the p-value of a column.", "column")
        self._column = self._gauge("model_drift_column_detected", "1 if a column drifted.", "column")
        self._bad = self._gauge("model_quality_data_bad", "1 if the data of a column are bad.", "column")
        self._problems = self._gauge(
            "model_quality_problem_share", "The share of values with a problem.", "column", "problem"
        )
        self._performance = self._gauge("model_quality_performance", "Quality against labels.", "measure")
        self._poor = self._gauge(
            "model_quality_performance_bad", "1 if the quality against labels is beyond its bound."
        )
        for model in self._models.values():
            self._sample.labels(*model.key).set(model.sample_percent)
            self._late_after.labels(*model.key).set(model.late_after_hours * 3600)
            self._evaluated.labels(*model.key).set(started)
            for outcome in OUTCOMES:
                self._events.labels(*model.key, outcome)
            self._written.labels(*model.key)
            self._failures.labels(*model.key)

    def has_come(self, model: tuple[str, str] | None, outcome: str, reason: str = "") -> None:
        """An event was handled. `model` is None if it names no known model."""
        self._events.labels(*(model or _UNKNOWN), outcome).inc()
        if reason:
            self._rejected.labels(*(model or _UNKNOWN), reason).inc()

    def has_flushed(self, written: Mapping[tuple[str, str], int | None]) -> None:
        """Records were written, or not where the number is None."""
        for model, records in written.items():
            if records is None:
                self._failures.labels(*model).inc()
            else:
                self._written.labels(*model).inc(records)

    def has_report(self, model: ModelSettings, report: Mapping[str, Any]) -> None:
        """The newest report of a model, as the job writes it."""
        key = model.key
        self._evaluated.labels(*key).set(report["evaluated"])
        self._window_end.labels(*key).set(report["window_end"])
        self._rows.labels(*key).set(report["rows"])
        enough = report["status"] == "evaluated"
        self._enough.labels(*key).set(enough)
        self._drifted.labels(*key).set(bool(report.get("drifted")))
        for name in (column.name for column in model.columns):
            found: Mapping[str, Any] = report.get("columns", {}).get(name, {})
            _set(self._score, (*key, name), found.get("score"))
            _set(self._column, (*key, name), found.get("drifted"))
            _set(self._bad, (*key, name), found.get("bad"))
            for problem in ("missing", "invalid", "out_of_range", "new_category"):
                _set(self._problems, (*key, name, problem), found.get(problem))
        _set(self._share, key, report.get("drift_share"))
        performance: Mapping[str, Any] = report.get("performance", {})
        for measure in ("accuracy", "mean_absolute_error", "labelled_share"):
            _set(self._performance, (*key, measure), performance.get(measure))
        _set(self._poor, key, performance.get("bad"))

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, [*_MODEL, *labels], registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, [*_MODEL, *labels], registry=self.registry)


def _set(gauge: Gauge, labels: tuple[str, ...], value: float | bool | None) -> None:
    """Set a series, or remove it where the report has no value: an old value would be taken for a new one."""
    if value is not None:
        gauge.labels(*labels).set(value)
        return
    gauge.remove(*labels)
