"""Compares one window of a model's predictions: `python -m workers.model_quality.job <namespace>/<model>`.

Exit codes: 0, the window is evaluated, whatever was found, or has too few rows; 2, settings or arguments are wrong;
3, the training data are missing or do not fit the settings; 4, S3 or MLflow does not answer, so a new attempt may help.
"""

import json
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from workers.model_quality.job.evaluation import Labels, evaluate
from workers.model_quality.job.publishing import Reports, log_run
from workers.model_quality.job.reference import BadReferenceError, parquet_files, read_parquet, reference_rows
from workers.model_quality.job.storage import Storage, UnavailableError
from workers.model_quality.job.window import Logged, Window, logged_predictions, window_before
from workers.model_quality.log.events import prediction_id
from workers.model_quality.settings import ModelSettings, Settings, SettingsError, settings_from

_LOG = logging.getLogger("model_quality")


def main(arguments: Sequence[str]) -> int:
    """Evaluate a window. Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    parser = ArgumentParser(prog="python -m workers.model_quality.job", description=__doc__)
    parser.add_argument("model", help="<namespace>/<model>")
    parser.add_argument("--end", help="the end of the window, such as 2026-11-30T00:00Z; the newest one by default")
    given = parser.parse_args(arguments)
    try:
        settings = settings_from(os.environ)
        model = _model(settings, given.model)
        window = _window(model, given.end)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    storage = Storage(cast(Any, import_module("boto3")).client("s3"))
    try:
        _evaluate(storage, settings, model, window)
    except BadReferenceError as error:
        print(error, file=sys.stderr)
        return 3
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 4
    return 0


def _model(settings: Settings, given: str) -> ModelSettings:
    namespace, _, name = given.partition("/")
    if model := settings.model((namespace, name)):
        return model
    known = ", ".join("/".join(each.key) for each in settings.models)
    raise SettingsError(f"model = {given!r}: is not in the settings; write one of {known}")


def _window(model: ModelSettings, end: str | None) -> Window:
    now = datetime.now(UTC)
    if not end:
        return window_before(now, model.window_hours)
    try:
        wanted = datetime.fromisoformat(end)
    except ValueError:
        raise SettingsError(f"--end = {end!r}: is not a time; write one such as 2026-11-30T00:00Z") from None
    if wanted.tzinfo is None or wanted.minute or wanted.second or wanted.microsecond:
        raise SettingsError(
            f"--end = {end!r}: is not a full hour with a time zone; write one such as 2026-11-30T00:00Z"
        )
    if wanted > now:
        raise SettingsError(f"--end = {end!r}: is in the future; write a past hour")
    wanted = wanted.astimezone(UTC)
    return Window(wanted - timedelta(hours=model.window_hours), wanted)


def _evaluate(storage: Storage, settings: Settings, model: ModelSettings, window: Window) -> None:
    reports = Reports(storage, settings.bucket, model)
    digest = sha256(model.model_dump_json().encode()).hexdigest()[:16]
    done = reports.done(window)
    if done and done.get("settings") == digest:
        _LOG.info("the window until %s is done already: %s", window.end, reports.place(window))
        return
    logged = logged_predictions(storage, settings.bucket, model, window)
    report: dict[str, Any] = {
        "namespace": model.namespace,
        "model": model.name,
        "window_start": window.start.timestamp(),
        "window_end": window.end.timestamp(),
        "evaluated": datetime.now(UTC).timestamp(),
        "settings": digest,
        "reference": model.reference,
        "test": model.test,
        "threshold": model.threshold,
        "minimum_rows": model.minimum_rows,
        "rows": logged.rows,
        "corrupt": logged.corrupt,
        "repeated": logged.repeated,
        "unmatched": logged.unmatched,
        "left_out": logged.left_out,
    }
    if logged.rows < model.minimum_rows:
        report["status"] = "too-few-rows"
        _LOG.warning(
            "%d rows until %s, and minimumRows is %d: not compared", logged.rows, window.end, model.minimum_rows
        )
        reports.tell(report)
        reports.finish(window, report)
        return
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        reference = reference_rows(storage, model, folder)
        evaluation = evaluate(model, reference, logged, _labels(storage, model, logged, folder), folder)
    report |= {"status": "evaluated", **evaluation.findings}
    page = reports.write_page(window, evaluation.page)
    # The collector tells Prometheus, even if MLflow does not answer.
    reports.tell(report)
    if os.environ.get("MLFLOW_TRACKING_URI"):
        report["run_id"] = log_run(model, window, report, page)
    reports.finish(window, report)
    found = {name: report[name] for name in ("rows", "drifted", "drift_share", "bad", "corrupt")}
    _LOG.info("%s: %s", page, json.dumps(found))


def _labels(storage: Storage, model: ModelSettings, logged: Logged, folder: Path) -> Labels | None:
    if not model.labels:
        return None
    labels = folder / "labels"
    labels.mkdir()
    files = parquet_files(storage, model.labels.uri, labels)
    if not files:
        return Labels({})
    rows = read_parquet(files, ["prediction_id", "label"], f"labels.uri = {model.labels.uri!r}")
    wanted = set(logged.ids)
    pairs = zip(rows["prediction_id"].astype(str), rows["label"], strict=True)
    hashed = ((prediction_id(given), label) for given, label in pairs if label is not None)
    return Labels({id_: label for id_, label in hashed if id_ in wanted})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
