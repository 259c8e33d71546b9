"""Where the findings go: S3 for people and for the collector, which tells Prometheus, and a run of MLflow."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from workers.model_quality.job.storage import Storage, UnavailableError
from workers.model_quality.job.window import Window
from workers.model_quality.settings import LATEST, REPORTS, ModelSettings

DIGEST_TAG, WINDOW_TAG = "model_quality.settings", "model_quality.window"


class Reports:
    """The reports of a model in S3."""

    def __init__(self, storage: Storage, bucket: str, model: ModelSettings):
        self._storage, self._bucket = storage, bucket
        self._folder = f"{REPORTS}{model.folder}"

    def place(self, window: Window) -> str:
        """The folder of a window's report."""
        return f"{self._folder}{window.start:%Y-%m-%dT%H}--{window.end:%Y-%m-%dT%H}/"

    def done(self, window: Window) -> Mapping[str, Any] | None:
        """The report of a window; None if there is none that is complete."""
        return self._read(f"{self.place(window)}report.json")

    def write_page(self, window: Window, page: bytes) -> str:
        """Write the page of a window. Returns its address."""
        key = f"{self.place(window)}report.html"
        self._storage.write(self._bucket, key, page, "text/html")
        return f"s3://{self._bucket}/{key}"

    def tell(self, report: Mapping[str, Any]) -> None:
        """Make a report the newest one, unless a later window has one."""
        newest = self._read(f"{self._folder}{LATEST}")
        if newest is None or newest["window_end"] <= report["window_end"]:
            self._write(f"{self._folder}{LATEST}", report)

    def finish(self, window: Window, report: Mapping[str, Any]) -> None:
        """Write the report of a window. With it, the window is done."""
        self._write(f"{self.place(window)}report.json", report)

    def _read(self, key: str) -> Mapping[str, Any] | None:
        content = self._storage.read(self._bucket, key)
        try:
            found: Any = json.loads(content) if content else None
        except ValueError:
            return None
        return cast(Mapping[str, Any], found) if isinstance(found, dict) and "window_end" in found else None

    def _write(self, key: str, report: Mapping[str, Any]) -> None:
        self._storage.write(self._bucket, key, json.dumps(report, indent=1).encode(), "application/json")


def log_run(model: ModelSettings, window: Window, report: Mapping[str, Any], page: str) -> str:
    """Log the report as a run of the model's experiment. Returns the run's id.

    A run of the same window and the same settings is completed instead of a second one.

    Raises:
        UnavailableError: MLflow does not answer.
    """
    mlflow: Any = import_module("mlflow")
    span = f"{window.start:%Y-%m-%dT%H:%MZ}/{window.end:%Y-%m-%dT%H:%MZ}"
    try:
        client = mlflow.MlflowClient()
        experiment = client.get_experiment_by_name(model.experiment)
        known = experiment.experiment_id if experiment else client.create_experiment(model.experiment)
        wanted = f"tags.`{WINDOW_TAG}` = '{span}' AND tags.`{DIGEST_TAG}` = '{report['settings']}'"
        found = client.search_runs([known], filter_string=wanted, max_results=1)
        tags = {WINDOW_TAG: span, DIGEST_TAG: report["settings"], "model_quality.page": page, "mlflow.runName": span}
        run = found[0] if found else client.create_run(known, tags=tags)
        run_id: str = run.info.run_id
        if run.info.status != "FINISHED":
            for name, value in sorted(_metrics(report).items()):
                client.log_metric(run_id, name, value, timestamp=int(report["window_end"] * 1000), step=0)
            client.log_dict(run_id, dict(report), "report.json")
            client.set_terminated(run_id, "FINISHED", end_time=int(report["evaluated"] * 1000))
    except (mlflow.exceptions.MlflowException, OSError) as error:
        raise UnavailableError(f"MLflow: {error}") from error
    return run_id


def _metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a report by names that MLflow accepts."""
    found = {name: float(report[name]) for name in ("rows", "drift_share", "drifted", "bad") if name in report}
    for column, values in report.get("columns", {}).items():
        for name in ("score", "missing", "invalid", "out_of_range", "new_category"):
            if values[name] is not None:
                found[f"{column}/{name}"] = float(values[name])
    for name in ("accuracy", "mean_absolute_error"):
        if name in report.get("performance", {}):
            found[name] = float(report["performance"][name])
    return found
