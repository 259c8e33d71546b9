"""The list of exported metrics agrees with the pinned exporters and with our own worker."""

import csv
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from components.facts import versions
from tests.support.components.observability.queries import exported_metrics
from workers.feature_ingest.health import Health
from workers.model_quality.log.metrics import Metrics
from workers.model_quality.settings import ModelSettings

FOLDER = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_exporter_has_a_source_and_metrics() -> None:
    exporters = {row["exporter"] for row in rows("exporters.csv") if row["source"]}
    assert exporters == {row["exporter"] for row in rows("exported_metrics.csv")}


def test_metrics_were_compared_with_the_pinned_exporters() -> None:
    changed = [
        f"{row['exporter']}: {row['pin']} is {found}, and the metrics were compared with {row['pinned']}; read the "
        "source again, then change both files"
        for row in rows("exporters.csv")
        if row["pin"] and (found := pinned(row["pin"])) != row["pinned"]
    ]
    assert not changed


def pinned(name: str) -> str:
    pin = getattr(versions, name)
    if isinstance(pin, versions.Upstream):
        return pin.release
    return (pin.release or pin.version) if isinstance(pin, versions.Chart) else image_version(pin)


def image_version(image: str) -> str:
    return image.rpartition(":")[2].removesuffix("-full")


def test_metrics_are_listed_once() -> None:
    names = [row["metric"] for row in rows("exported_metrics.csv")]
    assert names == sorted(set(names))


REPORT = {
    "evaluated": 1.0,
    "window_end": 1.0,
    "rows": 9,
    "status": "evaluated",
    "drifted": True,
    "drift_share": 0.5,
    "columns": {"age": {"score": 1.0, "drifted": True, "bad": False, "missing": 0.0}},
    "performance": {"accuracy": 0.9, "bad": False},
}


def test_the_collector_of_predictions_exports_what_is_listed() -> None:
    column = {"name": "age", "kind": "number", "tensor": "age"}
    values = {"namespace": "risk", "name": "fraud", "reference": "s3://a/b", "experiment": "fraud", "columns": [column]}
    model = ModelSettings.model_validate(values)
    metrics = Metrics([model], 0.0)
    metrics.has_come(model.key, "rejected", "no-json")
    metrics.has_report(model, REPORT)
    assert samples(metrics.registry) == listed("model-quality")


def test_the_ingestion_of_features_exports_what_is_listed() -> None:
    health = Health()
    health.has_read({"0": 1}, joined=True)
    health.has_written(1, rejected=0, empty=0)
    health.has_failed()
    exported = samples(health.metrics)
    assert exported == listed("feature-ingest")
    assert exported.keys() <= exported_metrics().keys()


def samples(registry: CollectorRegistry) -> dict[str, set[str]]:
    """The labels of each sample of a registry."""
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def listed(exporter: str) -> dict[str, set[str]]:
    """The labels of each metric that the list has of an exporter."""
    return {
        row["metric"]: set(row["labels"].split()) for row in rows("exported_metrics.csv") if row["exporter"] == exporter
    }
