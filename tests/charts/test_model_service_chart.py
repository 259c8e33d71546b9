"""The Helm chart says of a model what the component says: the same objects, the same refusals, the same defaults."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from components.core.spec import SpecError, parse
from components.serving.model_service.chart import VERSION, chart_files, write
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from tests.components.models import CANARY, FLOOR, ON_DEMAND, by_key, models, values
from tests.tools import needs

CHART = Path(__file__).parents[2] / "charts" / "model-service"
EXAMPLES = sorted((CHART / "ci").glob("*.yaml"))
KUBERNETES = "1.36.0"
CONTENT = ("0.3.0", "2f42cd15991432eb3987db9259e74ce16b7d732eaf796a17d59195ef83c08058")
"""The chart's version, and the digest of its other files. A pushed version never changes, so both change together."""

needs_helm = needs("helm")


def helm(*arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
    stdin = None if given is None else json.dumps(given)
    return subprocess.run(["helm", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=60)


def rendered(wanted: object) -> subprocess.CompletedProcess[str]:
    return helm("template", "release", str(CHART), "--kube-version", KUBERNETES, "--values", "-", given=wanted)


def test_the_chart_in_the_tree_is_the_one_that_is_written_from_the_component() -> None:
    found = {
        str(path.relative_to(CHART)): path.read_text(encoding="utf-8")
        for path in CHART.rglob("*")
        if path.is_file() and path not in EXAMPLES
    }
    assert found == chart_files(), "run: python -m components.serving.model_service.chart"


def test_changed_chart_content_has_a_new_version() -> None:
    files = {name: text for name, text in chart_files().items() if name != "Chart.yaml"}
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    assert (VERSION, digest) == CONTENT, (
        "raise VERSION of components.serving.model_service.chart, then write both to CONTENT"
    )


def test_model_releases_name_the_chart_of_the_tree() -> None:
    root = CHART.parents[1]
    releases = [*root.glob("deploy/models/*/*/overlays/*/release.yaml"), root / "examples/model-repo/model.yaml"]
    assert {yaml.safe_load(each.read_text(encoding="utf-8"))["chartVersion"] for each in releases} == {VERSION}
    for overlay in root.glob("deploy/models/*/*/overlays/*/kustomization.yaml"):
        charts = yaml.safe_load(overlay.read_text(encoding="utf-8")).get("helmCharts", [])
        assert [each["version"] for each in charts] == [VERSION], overlay


def test_writing_takes_away_templates_that_are_no_more(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "old.yaml").write_text("kind: Old\n")
    write(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(chart_files())


def test_the_schema_asks_for_what_the_spec_asks_for_and_knows_no_other_field() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    own = ModelServiceSpec.model_json_schema(by_alias=True)
    assert set(schema["properties"]) == {*own["properties"], "global"}
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {*own["required"], *defaults}


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.stem for each in EXAMPLES])
def test_the_examples_are_models(example: Path) -> None:
    wanted = yaml.safe_load(example.read_text(encoding="utf-8"))
    assert model_service_objects(parse(ModelServiceSpec, wanted, example.stem))


@needs_helm
@pytest.mark.parametrize("example", EXAMPLES, ids=[each.stem for each in EXAMPLES])
def test_helm_finds_no_fault(example: Path) -> None:
    told = helm("lint", "--strict", str(CHART), "--kube-version", KUBERNETES, "--values", str(example))
    assert told.returncode == 0, told.stdout + told.stderr


def same(wanted: dict[str, Any]) -> None:
    told = rendered(wanted)
    assert told.returncode == 0, told.stderr
    objects = [each for each in yaml.safe_load_all(told.stdout) if each]
    expected = model_service_objects(parse(ModelServiceSpec, wanted, "model"))
    assert by_key(objects) == by_key(json.loads(json.dumps(expected)))


@needs_helm
@pytest.mark.parametrize("example", EXAMPLES, ids=[each.stem for each in EXAMPLES])
def test_an_example_is_rendered_as_the_component_makes_it(example: Path) -> None:
    same(yaml.safe_load(example.read_text(encoding="utf-8")))


@needs_helm
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_every_model_is_rendered_as_the_component_makes_it(wanted: dict[str, Any]) -> None:
    same(wanted)


@needs_helm
def test_a_name_that_yaml_would_take_for_something_else_stays_a_name() -> None:
    same(values(name="true", namespace="null", labels={"on": "1e3"}, modelUri="s3://yes/0x1F/"))


@needs_helm
def test_a_large_number_is_not_written_with_an_exponent() -> None:
    same(values(latencyMilliseconds=3_600_000, monitoring=True))


OTHER = {**FLOOR, "name": "night"}
WRONG: dict[str, dict[str, Any]] = {
    "namespace of the platform": {"namespace": "istio-system"},
    "namespace of Kubernetes": {"namespace": "kube-system"},
    "name of a canary": {"name": "fraud-canary"},
    "host of another domain": {"host": "fraud.example.org"},
    "host two labels below": {"host": "a.fraud.models.example.com"},
    "host that is the domain": {"host": "models.example.com"},
    "a file for a folder": {"modelUri": "s3://acme-models/fraud/model.onnx"},
    "a canary's file": {"canary": {**CANARY, "modelUri": "s3://acme-models/fraud/model.onnx"}},
    "no format": {"runtime": "mlserver"},
    "a format of another runtime": {"modelFormat": "sklearn"},
    "whole GPUs and a part": {"gpus": 1, "gpuShare": {"mode": "mps", "pods": 4}},
    "bounds crossed": {"minimum": 5, "maximum": 4},
    "floor below the floor": {"schedules": [FLOOR, {**OTHER, "minimum": 1}]},
    "floor above the ceiling": {"schedules": [FLOOR, {**OTHER, "minimum": 11}]},
    "a night": {"schedules": [{**FLOOR, "start": "20:00", "end": "08:00"}]},
    "nobody to answer": {"minimum": 0},
    "neither REST nor gRPC": {"scaleToZero": True, "minimum": 0},
    "a protocol of a model that answers both": {"protocol": "REST"},
    "zero and two": {**ON_DEMAND, "minimum": 2},
    "zero and a floor": {**ON_DEMAND, "schedules": [FLOOR]},
    "zero and a host": {**ON_DEMAND, "host": "f.models.example.com"},
    "zero and a long name": {**ON_DEMAND, "name": "f" * 37},
    "no time at all": {"schedules": [{**FLOOR, "start": "08:00", "end": "08:00"}]},
}
"""Values that no single field's schema refuses, and that the spec does."""


@needs_helm
@pytest.mark.parametrize("changes", list(WRONG.values()), ids=list(WRONG))
def test_what_the_component_refuses_the_chart_refuses_in_the_same_words(changes: dict[str, Any]) -> None:
    wanted = values(**changes)
    with pytest.raises(SpecError) as refused:
        parse(ModelServiceSpec, wanted, "model")
    [sentence] = refused.value.problems
    told = rendered(wanted)
    assert told.returncode != 0
    assert sentence in told.stderr


WRONG_FIELDS: list[dict[str, Any]] = [
    {"minimum": -1},
    {"protocol": "grpc", "scaleToZero": True, "minimum": 0},
    {"maximum": None},
    {"runtime": "torchserve"},
    {"domain": "Models.example.com"},
    {"modelUri": "gs://acme/fraud/"},
    {"cpu": "two"},
    {"replicas": 3},
    {"labels": {"team": "a b"}},
    {"canary": {**CANARY, "percent": 101}},
    {"schedules": [{**FLOOR, "days": ["mon"]}]},
    {"schedules": [{**FLOOR, "days": list[str]()}]},
]


@needs_helm
@pytest.mark.parametrize("changes", WRONG_FIELDS)
def test_what_the_spec_refuses_of_one_field_the_schema_refuses(changes: dict[str, Any]) -> None:
    wanted = values(**changes)
    with pytest.raises(SpecError):
        parse(ModelServiceSpec, wanted, "model")
    told = rendered(wanted)
    assert told.returncode != 0
    assert "values don't meet the specifications of the schema" in told.stderr


@needs_helm
def test_a_default_cannot_be_taken_away() -> None:
    told = rendered({**values(), "timeoutSeconds": None})
    assert told.returncode != 0
    assert "timeoutSeconds" in told.stderr
