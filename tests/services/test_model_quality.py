"""The quality of models on real servers: events as KServe sends them, moto's S3, MLflow, and the job with Evidently."""

import gzip
import json
import os
import random
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.services.predictions import (
    BUCKET,
    COLUMNS,
    MODEL,
    TRAINING,
    Jobs,
    Place,
    Row,
    bodies,
    collector,
    headers,
    jobs,
    metrics,
    mlflow,
    place,
    post,
    rows,
    times,
    window,
    write_parquet,
)
from tests.support.services.servers import tool
from workers.model_quality.log.events import event_of, prediction_id, record_of_event
from workers.model_quality.records import Kind
from workers.model_quality.settings import ModelSettings

pytestmark = pytest.mark.slow

REGISTER = """
import os, mlflow
mlflow.set_experiment("training")
with mlflow.start_run() as run:
    mlflow.log_artifact(os.environ["REFERENCE"], "model")
client = mlflow.MlflowClient()
client.create_registered_model("registered")
version = client.create_model_version("registered", f"{run.info.artifact_uri}/model", run.info.run_id)
client.set_registered_model_alias("registered", "champion", version.version)
"""


@dataclass(frozen=True)
class Platform:
    where: Place
    jobs: Jobs
    tracking: str

    def report(self, end: datetime, model: str = "fraud") -> dict[str, Any]:
        start = end - timedelta(days=1)
        return json.loads(self.where.read(f"reports/risk/{model}/{start:%Y-%m-%dT%H}--{end:%Y-%m-%dT%H}/report.json"))

    def runs(self, experiment: str) -> list[dict[str, Any]]:
        found = self.ask("experiments/get-by-name?experiment_name=" + experiment)
        wanted = {"experiment_ids": [found["experiment"]["experiment_id"]]}
        return self.ask("runs/search", wanted).get("runs", [])

    def ask(self, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(content).encode() if content else None
        url = f"{self.tracking}/api/2.0/mlflow/{path}"
        request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("quality")
    with place(folder) as where, mlflow(folder) as tracking, jobs(where, tracking) as runs:
        yield Platform(where, runs, tracking)


def settings(*models: dict[str, Any]) -> dict[str, Any]:
    return {"bucket": BUCKET, "models": list(models) or [MODEL]}


def model(name: str, **values: Any) -> dict[str, Any]:
    return {**MODEL, "name": name, "experiment": name, **values}


def lines(name: str, content: list[Row], start: datetime, hours: float = 23.0) -> dict[datetime, list[bytes]]:
    """The records that the collector makes of rows, by the hour in which it writes them."""
    by_hour: dict[datetime, list[bytes]] = {}
    known = {("risk", name): ModelSettings.model_validate(model(name))}
    for index, (row, time) in enumerate(zip(content, times(start, len(content), hours), strict=True)):
        for kind, body in bodies(row).items():
            given = {key.lower(): value for key, value in headers(kind, f"id-{index}", time, name).items()}
            record = record_of_event(event_of(given, known, time), body)
            assert record
            by_hour.setdefault(time.replace(minute=0, second=0, microsecond=0), []).append(record.line())
    return by_hour


def log(where: Place, name: str, content: list[Row], start: datetime, hours: float = 23.0) -> None:
    for hour, found in lines(name, content, start, hours).items():
        key = f"predictions/risk/{name}/{hour:%Y-%m-%d}/{hour:%H}/pod-1.jsonl.gz"
        where.put(key, gzip.compress(b"".join(found)))


def evaluated(platform: Platform, name: str, content: list[Row], **values: Any) -> dict[str, Any]:
    """The report of a model with these predictions."""
    start, end = window()
    log(platform.where, name, content, start)
    wanted = model(name, **values)
    assert platform.jobs.run(settings(wanted), f"risk/{name}", "--end", end.isoformat()) == 0, platform.jobs.log()
    return platform.report(end, name)


def nothing(_: random.Random) -> None:
    return None


def test_predictions_like_the_training_data_are_quiet(platform: Platform) -> None:
    report = evaluated(platform, "quiet", rows(1500, 2))
    assert (report["status"], report["rows"]) == ("evaluated", 1500)
    assert (report["drifted"], report["drift_share"], report["bad"]) == (False, 0.0, False)
    assert report["columns"].keys() == {"amount", "age", "country", "score"}
    assert all(each["score"] < 0.1 for each in report["columns"].values())
    assert (report["corrupt"], report["repeated"], report["unmatched"], report["left_out"]) == (0, 0, 0, 0)


def test_shifted_features_are_found(platform: Platform) -> None:
    report = evaluated(platform, "shifted", rows(1500, 3, age=lambda by: by.gauss(60, 10)))
    assert {name for name, each in report["columns"].items() if each["drifted"]} == {"age"}
    assert report["drift_share"] == pytest.approx(1 / 3)
    # A third of the features is more than driftShare.
    assert report["drifted"] is True


def test_one_shifted_prediction_is_enough(platform: Platform) -> None:
    report = evaluated(platform, "scores", rows(1500, 4, score=lambda by: by.betavariate(8, 2)))
    assert (report["drifted"], report["drift_share"]) == (True, 0.0)


@pytest.mark.parametrize(("test", "threshold"), [("jensenshannon", 0.1), ("p-value", 0.001)])
def test_other_tests_find_the_same(platform: Platform, test: str, threshold: float) -> None:
    values = {"test": test, "threshold": threshold}
    quiet = evaluated(platform, f"quiet-{test}", rows(1500, 5), **values)
    shifted = evaluated(
        platform,
        f"shifted-{test}",
        rows(1500, 6, age=lambda by: by.gauss(60, 10), country=lambda by: by.choice(["de", "es"])),
        **values,
    )
    assert quiet["drifted"] is False
    assert {name for name, each in shifted["columns"].items() if each["drifted"]} == {"age", "country"}


def test_missing_and_new_values_are_found(platform: Platform) -> None:
    changed = rows(
        1000,
        7,
        age=lambda by: None,
        amount=lambda by: by.choice([-1.0, 20.0, 50.0]),
        country=lambda by: by.choice(["de", "fr", "fr", "es", "xx"]),
    )
    report = evaluated(platform, "poor", changed)
    columns = report["columns"]
    assert (columns["age"]["missing"], columns["age"]["score"], columns["age"]["drifted"]) == (1.0, None, None)
    assert columns["amount"]["out_of_range"] == pytest.approx(1 / 3, abs=0.06)
    assert columns["country"]["new_category"] == pytest.approx(1 / 5, abs=0.05)
    assert {name: each["problems"] for name, each in columns.items() if each["bad"]} == {
        "age": ["missing"],
        "amount": ["out_of_range"],
        "country": ["new_category"],
    }
    assert report["bad"] is True


def test_very_many_categories_are_not_taken_for_new_ones(platform: Platform) -> None:
    def user(by: random.Random) -> str:
        return f"user-{by.randrange(3000)}"

    content = [{**row, "country": user(random.Random(index))} for index, row in enumerate(rows(20_000, 21))]
    write_parquet(platform.where.folder / "users.parquet", content)
    platform.where.s3.upload_file(str(platform.where.folder / "users.parquet"), TRAINING, "users.parquet")
    report = evaluated(platform, "users", rows(1500, 22, country=user), reference=f"s3://{TRAINING}/users.parquet")
    country = report["columns"]["country"]
    assert country["new_category"] < 0.02
    assert (country["drifted"], country["bad"]) == (False, False)


def test_single_category_has_no_p_value_and_no_alarm(platform: Platform) -> None:
    constant = [{**row, "country": "de"} for row in rows(500, 23)]
    write_parquet(platform.where.folder / "constant.parquet", constant)
    platform.where.s3.upload_file(str(platform.where.folder / "constant.parquet"), TRAINING, "constant.parquet")
    values = {"test": "p-value", "threshold": 0.001, "reference": f"s3://{TRAINING}/constant.parquet"}
    report = evaluated(platform, "constant", constant, **values)
    assert (report["columns"]["country"]["score"], report["drifted"]) == (None, False)


def test_training_data_may_be_an_artifact_of_a_registered_model(platform: Platform) -> None:
    program = tool("mlflow", "python")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(platform.where.folder),
        "MLFLOW_TRACKING_URI": platform.tracking,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "REFERENCE": str(platform.where.folder / "reference.parquet"),
    }
    subprocess.run([program, "-c", REGISTER], env=environment, check=True, capture_output=True, timeout=300)
    report = evaluated(platform, "registered", rows(300, 24), reference="models:/registered@champion/reference.parquet")
    assert (report["status"], report["drifted"]) == ("evaluated", False)


def test_column_that_no_record_has_is_absent(platform: Platform) -> None:
    further = {"name": "device", "kind": "category", "tensor": "device"}
    write_parquet(platform.where.folder / "devices.parquet", [{**row, "device": "phone"} for row in rows(500, 8)])
    platform.where.s3.upload_file(str(platform.where.folder / "devices.parquet"), TRAINING, "devices/1.parquet")
    report = evaluated(
        platform, "devices", rows(600, 9), columns=[*COLUMNS, further], reference=f"s3://{TRAINING}/devices/"
    )
    assert (report["columns"]["device"]["absent"], report["columns"]["device"]["missing"]) == (True, 1.0)
    assert report["columns"]["device"]["bad"] is True


def test_all_columns_empty_makes_a_report_without_scores(platform: Platform) -> None:
    empty = rows(300, 10, **dict.fromkeys(("amount", "age", "country", "score"), nothing))
    report = evaluated(platform, "empty", empty)
    assert {each["score"] for each in report["columns"].values()} == {None}
    assert (report["drifted"], report["bad"]) == (False, True)


def test_too_few_rows_are_told_and_do_not_alarm(platform: Platform) -> None:
    report = evaluated(platform, "few", rows(199, 11, age=lambda by: by.gauss(90, 1)))
    assert (report["status"], report["rows"], "drifted" in report) == ("too-few-rows", 199, False)
    assert "199 rows" in platform.jobs.log()


def test_empty_window_is_told(platform: Platform) -> None:
    report = evaluated(platform, "nothing", [])
    assert (report["status"], report["rows"]) == ("too-few-rows", 0)


def test_corrupt_records_are_counted_and_skipped(platform: Platform) -> None:
    start, _ = window()
    hour = f"predictions/risk/corrupt/{start:%Y-%m-%d}/05/"
    [line] = lines("corrupt", rows(1, 1), start)[start][:1]
    torn = gzip.compress(line * 50)[:-20]
    platform.where.put(f"{hour}torn.jsonl.gz", torn)
    platform.where.put(f"{hour}plain.jsonl.gz", b"no gzip")
    bad = [b"{", b"[" * 100_000, b'{"id":"a","kind":"request","time":"x","rows":1,"columns":{}}', b"null", b"\xff"]
    bad.append(line.replace(b'"rows":1', b'"rows":1000000000'))
    platform.where.put(f"{hour}lines.jsonl.gz", gzip.compress(b"\n".join(bad)))
    platform.where.put(f"{hour}bomb.jsonl.gz", gzip.compress(b"0" * (300 << 20), 1))
    report = evaluated(platform, "corrupt", rows(400, 12))
    assert (report["rows"], report["corrupt"], report["drifted"]) == (400, 9, False)


def test_records_stored_twice_count_once(platform: Platform) -> None:
    start, end = window()
    content = rows(400, 13)
    log(platform.where, "twice", content, start)
    for key in platform.where.keys("predictions/risk/twice/"):
        platform.where.put(key.replace("pod-1", "pod-2"), platform.where.read(key))
    assert platform.jobs.run(settings(model("twice")), "risk/twice", "--end", end.isoformat()) == 0
    report = platform.report(end, "twice")
    assert (report["rows"], report["repeated"]) == (400, 800)


def test_second_run_of_a_window_changes_nothing(platform: Platform) -> None:
    evaluated(platform, "again", rows(300, 14))
    before, runs = platform.where.snapshot(), platform.runs("again")
    _, end = window()
    assert platform.jobs.run(settings(model("again")), "risk/again", "--end", end.isoformat()) == 0
    assert platform.where.snapshot() == before
    assert platform.runs("again") == runs
    assert len(runs) == 1


def test_older_window_leaves_the_newest_report(platform: Platform) -> None:
    evaluated(platform, "older", rows(300, 15))
    newest = platform.where.read("reports/risk/older/latest.json")
    _, end = window(2)
    assert platform.jobs.run(settings(model("older")), "risk/older", "--end", end.isoformat()) == 0
    assert platform.report(end, "older")["status"] == "too-few-rows"
    assert platform.where.read("reports/risk/older/latest.json") == newest


def test_run_of_mlflow_has_the_numbers_and_the_report(platform: Platform) -> None:
    report = evaluated(platform, "tracked", rows(300, 16, age=lambda by: by.gauss(60, 10)))
    [run] = platform.runs("tracked")
    measured = {each["key"]: each["value"] for each in run["data"]["metrics"]}
    assert run["info"]["status"] == "FINISHED"
    assert run["info"]["run_id"] == report["run_id"]
    assert (measured["drifted"], measured["rows"]) == (1.0, 300.0)
    assert measured["age/score"] == pytest.approx(report["columns"]["age"]["score"])
    tags = {each["key"]: each["value"] for each in run["data"]["tags"]}
    page = platform.where.read(tags["model_quality.page"].removeprefix(f"s3://{BUCKET}/"))
    assert b"<html" in page
    assert b"amount" in page
    listed = platform.ask(f"artifacts/list?run_id={run['info']['run_id']}")
    assert [each["path"] for each in listed["files"]] == ["report.json"]


def test_lost_mlflow_fails_and_a_later_run_completes(platform: Platform) -> None:
    start, end = window()
    log(platform.where, "lost", rows(300, 17), start)
    wanted = settings(model("lost"))
    assert platform.jobs.run(wanted, "risk/lost", "--end", end.isoformat(), tracking="http://127.0.0.1:9") == 4
    # Prometheus is told, though.
    assert json.loads(platform.where.read("reports/risk/lost/latest.json"))["drifted"] is False
    assert platform.jobs.run(wanted, "risk/lost", "--end", end.isoformat()) == 0
    assert platform.report(end, "lost")["run_id"] == platform.runs("lost")[0]["info"]["run_id"]


def test_labels_measure_the_error(platform: Platform) -> None:
    content = rows(300, 18)
    labels = [{"prediction_id": f"id-{index}", "label": row["score"] + 0.25} for index, row in enumerate(content)]
    write_parquet(platform.where.folder / "labels.parquet", [*labels, {"prediction_id": "unknown", "label": 1.0}])
    platform.where.s3.upload_file(str(platform.where.folder / "labels.parquet"), TRAINING, "labels/1.parquet")
    wanted = {"uri": f"s3://{TRAINING}/labels/", "prediction": "score", "maximum": 0.2}
    report = evaluated(platform, "labelled", content, labels=wanted)
    assert report["performance"]["mean_absolute_error"] == pytest.approx(0.25)
    assert (report["performance"]["labelled"], report["performance"]["bad"]) == (300, True)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"reference": f"s3://{TRAINING}/nowhere/"}, "has no Parquet file"),
        ({"columns": [*COLUMNS, {"name": "colour", "kind": "category", "tensor": "c"}]}, "has no column colour"),
        ({"columns": [{**COLUMNS[2], "kind": "number"}]}, "values that are not numbers"),
        ({"reference": "models:/nobody@champion/reference.parquet"}, "models:/nobody"),
    ],
)
def test_wrong_training_data_end_with_3(platform: Platform, values: dict[str, Any], told: str) -> None:
    start, end = window()
    name = f"wrong-{len(told)}"
    log(platform.where, name, rows(300, 19), start)
    assert platform.jobs.run(settings(model(name, **values)), f"risk/{name}", "--end", end.isoformat()) == 3
    assert told in platform.jobs.log()
    assert not platform.where.keys(f"reports/risk/{name}/")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("risk/unknown",), "write one of risk/fraud"),
        (("risk/fraud", "--end", "yesterday"), "is not a time"),
        (("risk/fraud", "--end", "2026-01-01T00:30Z"), "is not a full hour"),
        (("risk/fraud", "--end", "2026-01-01T00:00"), "time zone"),
        (("risk/fraud", "--end", "2999-01-01T00:00Z"), "in the future"),
    ],
)
def test_wrong_arguments_end_with_2(platform: Platform, arguments: tuple[str, ...], told: str) -> None:
    assert platform.jobs.run(settings(), *arguments) == 2
    assert told in platform.jobs.log()


def test_missing_bucket_ends_with_4(platform: Platform) -> None:
    wanted = {"bucket": "not-there", "models": [MODEL]}
    assert platform.jobs.run(wanted, "risk/fraud") == 4


def test_whole_path_from_events_to_metrics(platform: Platform) -> None:
    """Events come in, the job compares them, and the collector tells Prometheus."""
    where, now = platform.where, datetime.now(UTC)
    wanted = model("path", window_hours=1)
    with collector(where, settings(wanted)) as url:
        for index, row in enumerate(rows(300, 20, age=lambda by: by.gauss(60, 10))):
            for kind, body in bodies(row).items():
                assert post(url, headers(kind, f"id-{index}", now, "path"), body) == 200
        assert post(url, headers(Kind.REQUEST, "x", now, "unknown"), b"{}") == 400
        assert post(url, headers(Kind.REQUEST, "x", now, "path"), b"[" * 2_000_000) == 413
        assert post(url, headers(Kind.REQUEST, "x", now, "path"), b"not json") == 400
        assert post(url, headers(Kind.REQUEST, "x", now, "path"), b"") == 200
        told = metrics(url)
        labels = 'model="path",model_namespace="risk",outcome'
        counts = {name: told[f'prediction_log_events_total{{{labels}="{name}"}}'] for name in ("accepted", "rejected")}
        assert counts == {"accepted": 600.0, "rejected": 2.0}
        assert told[f'prediction_log_events_total{{{labels}="ignored"}}'] == 1.0
        assert not where.keys("predictions/risk/path/")
    # It wrote what waited when it ended.
    [key] = where.keys("predictions/risk/path/")
    stored = gzip.decompress(where.read(key))
    assert b"somebody@example.com" not in stored
    assert prediction_id("id-0").encode() in stored
    assert b'"id-0"' not in stored
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    moved = end - timedelta(hours=2)
    records = stored.replace(now.isoformat(timespec="microseconds").encode(), moved.isoformat().encode())
    where.put(f"predictions/risk/path/{moved:%Y-%m-%d}/{moved:%H}/pod.jsonl.gz", gzip.compress(records))
    wanted_end = moved + timedelta(hours=1)
    assert platform.jobs.run(settings(wanted), "risk/path", "--end", wanted_end.isoformat()) == 0, platform.jobs.log()
    with collector(where, settings(wanted)) as url:
        told = {}
        while 'model_drift_detected{model="path",model_namespace="risk"}' not in told:
            told = metrics(url)
    own = 'model="path",model_namespace="risk"'
    assert told[f"model_drift_detected{{{own}}}"] == 1.0
    assert told[f"model_quality_rows{{{own}}}"] == 300.0
    assert told[f"model_quality_window_end_timestamp_seconds{{{own}}}"] == wanted_end.timestamp()
    assert told[f'model_drift_score{{column="age",{own}}}'] > 0.2
    assert told[f'model_quality_problem_share{{column="age",{own},problem="missing"}}'] == 0.0


def test_collector_with_wrong_settings_names_them(platform: Platform, tmp_path: Path) -> None:
    environment = platform.where.environment({"bucket": "b", "models": [], "colour": 1})
    program = tool("prediction-log", "python")
    done = subprocess.run(
        [program, "-m", "workers.model_quality.log"], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "colour" in done.stderr
