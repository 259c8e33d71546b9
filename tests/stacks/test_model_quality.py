"""The section `modelQuality`: what it needs of the other sections, and the settings that the programs read."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.observability.model_quality.settings import settings_document
from components.observability.model_quality.spec import ModelQualitySpec
from stacks.config import NAMESPACE, StackConfig, parse_config
from stacks.model_quality_warnings import overlay_warnings
from stacks.warnings import warnings
from tests.support.planner.plans import config_of
from workers.model_quality.settings import Settings

Section = dict[str, Any]


def changed(change: Callable[[Section], None]) -> str:
    """What is refused of prod with a change of the section."""
    config = deepcopy(dict(config_of("prod")))
    change(config)
    with pytest.raises(SpecError) as refused:
        parse_config({f"{NAMESPACE}:{name}": json.dumps(section) for name, section in config.items()})
    return str(refused.value)


def put(**values: Any) -> Callable[[Section], None]:
    return lambda config: config["modelQuality"]["models"][0].update(values)


def without_mlflow(config: Section) -> None:
    put(reference="models:/fraud@champion/a.parquet")(config)
    del config["featureServices"]


def with_a_taken_name(config: Section) -> None:
    config["modelQuality"]["bucket"] = "ml-prod-raw-111122223333"


def with_the_name_of_logs(config: Section) -> None:
    config["modelQuality"]["bucket"] = "ml-prod-logs-111122223333"


def with_the_name_of_a_trail(config: Section) -> None:
    config["modelQuality"]["bucket"] = f"{config['audit']['name']}-trail-111122223333"


def with_the_name_of_the_cluster_state(config: Section) -> None:
    config["modelQuality"]["bucket"] = "ml-prod-cluster-state-111122223333"


def without_models(config: Section) -> None:
    for name in ("modelServing", "delivery", "userPool"):
        del config[name]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put(name="frauds"), "modelQuality.models[0].name = 'risk/frauds': modelServing has no model risk/frauds"),
        (put(reference="s3://elsewhere/a.parquet"), "modelQuality.models[0].reference"),
        (without_mlflow, "it is an artifact of MLflow; add featureServices.trackingServer"),
        (put(labels={"uri": "s3://elsewhere/labels/", "prediction": "score"}), "models[0].labels.uri"),
        (with_a_taken_name, "a bucket of this name"),
        (with_the_name_of_logs, "featureStore has a bucket of this name"),
        (with_the_name_of_a_trail, "audit has a bucket of this name"),
        (with_the_name_of_the_cluster_state, "recovery has a bucket of this name"),
        (without_models, "needs modelServing"),
    ],
    ids=[
        "model",
        "bucket",
        "no MLflow",
        "labels",
        "name of a bucket",
        "name of logs",
        "name of a trail",
        "cluster state",
        "no models",
    ],
)
def test_a_section_that_does_not_fit_is_refused(change: Callable[[Section], None], told: str) -> None:
    assert told in changed(change)


MODEL: Section = {
    "name": "churn",
    "namespace": "search",
    "modelUri": "s3://ml-prod-models-111122223333/churn/1/",
    "runtime": "mlserver",
    "modelFormat": "sklearn",
    "cpu": "1",
    "memory": "2Gi",
    "minimum": 1,
    "maximum": 2,
    "targetConcurrency": 8,
}


def test_logged_model_without_a_collector_is_refused() -> None:
    model = {**MODEL, "predictionLogs": {"mode": "all"}}
    told = changed(lambda config: config["modelServing"].update(models=[model]))
    assert "modelServing.models[0].predictionLogs = 'all': modelQuality.models has no search/churn" in told


def test_watched_model_without_logs_is_refused() -> None:
    def watch(config: Section) -> None:
        config["modelServing"]["models"] = [MODEL]
        put(name="churn", namespace="search")(config)

    assert "the model has no predictionLogs, so nothing comes" in changed(watch)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_programs_read_the_settings_of_a_stack(stack: str) -> None:
    spec = parse(ModelQualitySpec, config_of(stack)["modelQuality"], "modelQuality")
    settings = Settings.model_validate_json(settings_document(spec))
    [model] = settings.models
    assert (settings.bucket, model.key, model.late_after_hours) == (spec.bucket, ("risk", "fraud"), 30)
    assert [(each.name, each.tensor, each.output) for each in model.columns][-2:] == [
        ("largest", "features", False),
        ("score", "score", True),
    ]


def test_one_side_of_a_watched_model_is_refused() -> None:
    def watch(config: Section) -> None:
        config["modelServing"]["models"] = [{**MODEL, "predictionLogs": {"mode": "request"}}]
        put(name="churn", namespace="search")(config)

    assert "modelQuality.models[0].predictions = ['score']: predictionLogs of the model has mode request" in changed(
        watch
    )


def overlay(folder: Path, logs: str) -> StackConfig:
    """The config of prod, whose overlay of fraud in `folder` has these logs."""
    values = folder / "deploy/models/risk/fraud/overlays/prod/values.yaml"
    values.parent.mkdir(parents=True)
    values.write_text(f"name: fraud\n{logs}\n", encoding="utf-8")
    return config_with("prod")


def config_with(stack: str, **sections: Any) -> StackConfig:
    given = {**config_of(stack), **sections}
    return parse_config({f"{NAMESPACE}:{name}": json.dumps(each) for name, each in given.items() if each is not None})


@pytest.mark.parametrize(
    ("logs", "field", "why"),
    [
        ("", "modelQuality.models[0].name", "has no predictionLogs"),
        ("predictionLogs: {mode: response}", "modelQuality.models[0].features", "features are always missing"),
        ("predictionLogs: {mode: request}", "modelQuality.models[0].predictions", "predictions are always missing"),
    ],
)
def test_overlay_that_does_not_log_what_is_watched_is_told(tmp_path: Path, logs: str, field: str, why: str) -> None:
    [told] = overlay_warnings(overlay(tmp_path, logs), tmp_path / "deploy")
    assert told.field == field
    assert why in told.why


def test_overlay_that_logs_without_being_watched_is_told(tmp_path: Path) -> None:
    overlay(tmp_path, "predictionLogs: {mode: all}")
    [told] = overlay_warnings(config_with("prod", modelQuality=None), tmp_path / "deploy")
    assert (told.field, told.value) == ("modelServing.deliveredModels[2].name", "fraud")
    assert "Its events are refused" in told.why


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_overlays_of_the_stacks_log_what_is_watched(stack: str) -> None:
    assert not [
        each for each in warnings(config_with(stack)) if "predictionLogs" in each.remedy or "mode" in each.remedy
    ]
