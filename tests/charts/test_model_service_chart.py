"""The chart model-service renders the objects that the component makes, and refuses what the component refuses."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from pydantic_core import to_jsonable_python

from components.core.namespace_names import KUBERNETES_NAMESPACES, PLATFORM_NAMESPACES
from components.core.spec import SpecError, parse
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from components.serving.serving_platform.names import Runtime
from components.serving.serving_platform.runtimes import model_formats
from tests.support.charts.helm import CHART, KUBERNETES, helm, problems_of, refused_by_schema, rendered, template
from tests.support.components.models import CACHE, CANARY, FLOOR, ON_DEMAND, by_key, models, values
from tests.support.programs import needs

EXAMPLES = sorted((CHART / "ci").glob("*.yaml"))
CONTENT = ("0.7.2", "05ee803524d98339c11e02a780cdab70da0f2bd293c4798de3f40fe3fc91528d")
"""The chart's version, and the digest of its other files. A pushed version never changes, so both change together."""

needs_helm = needs("helm")


def version() -> str:
    return yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["version"]


def test_changed_chart_content_has_a_new_version() -> None:
    files = {
        str(path.relative_to(CHART)): path.read_text(encoding="utf-8")
        for path in sorted(CHART.rglob("*"))
        if path.is_file() and path.name != "Chart.yaml"
    }
    digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    assert (version(), digest) == CONTENT, "raise version in Chart.yaml, then write both to CONTENT"


def test_model_releases_name_the_chart_of_the_tree() -> None:
    root = CHART.parents[1]
    releases = [*root.glob("deploy/models/*/*/overlays/*/release.yaml"), root / "examples/model-repo/model.yaml"]
    assert {yaml.safe_load(each.read_text(encoding="utf-8"))["chartVersion"] for each in releases} == {version()}
    for overlay in root.glob("deploy/models/*/*/overlays/*/kustomization.yaml"):
        charts = yaml.safe_load(overlay.read_text(encoding="utf-8")).get("helmCharts", [])
        assert [each["version"] for each in charts] == [version()], overlay


def test_chart_has_the_fields_and_defaults_of_the_spec() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    own = ModelServiceSpec.model_json_schema(by_alias=True)
    assert set(schema["properties"]) == {*own["properties"], "global"}
    # A value with a default is required as well: otherwise `timeoutSeconds: null` removes it.
    assert set(schema["required"]) == {*own["required"], *defaults}
    spec = to_jsonable_python(parse(ModelServiceSpec, values(), "model"), by_alias=True)
    assert defaults == {name: spec[name] for name in defaults}


@needs_helm
@pytest.mark.parametrize("example", EXAMPLES, ids=[each.stem for each in EXAMPLES])
def test_helm_lint_finds_nothing(example: Path) -> None:
    told = helm("lint", "--strict", str(CHART), "--kube-version", KUBERNETES, "--values", str(example))
    assert told.returncode == 0, told.stdout + told.stderr


@needs_helm
def test_notes_name_the_address_and_the_canary(tmp_path: Path) -> None:
    chart = tmp_path / "model-service"
    shutil.copytree(CHART, chart)
    # Helm shows notes where it has a cluster only.
    include = 'notes: {{ include "model-service/templates/NOTES.txt" . | toJson }}'
    (chart / "templates" / "notes.yaml").write_text(include, encoding="utf-8")
    told = template(values(canary=CANARY), "--show-only", "templates/notes.yaml", chart=chart)
    assert told.returncode == 0, told.stderr
    notes = yaml.safe_load(told.stdout)["notes"]
    assert "https://fraud.models.example.com/v2/models/fraud/ready" in notes
    assert f"The canary {CANARY['modelUri']} answers 10 % of the requests" in notes


def drawn(count: int) -> list[dict[str, Any]]:
    """Models for one start of Helm. As a test of its own, hypothesis would start Helm for each."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(models())
    def collect(model: dict[str, Any]) -> None:
        found.append(model)

    collect()
    return found


YAML_TRAPS = values(name="true", namespace="null", labels={"on": "1e3", "y": "0x1F"}, modelUri="s3://yes/0x1F/")
LARGE_NUMBERS = values(latencyMilliseconds=3_600_000, monitoring=True)
ROUNDED_UP = values(minimum=67, maximum=167, canary={**CANARY, "percent": 3})
SAME_CANARY = values(cache=CACHE, canary={**CANARY, "modelUri": values()["modelUri"]})


@needs_helm
def test_chart_renders_what_the_component_makes(tmp_path: Path) -> None:
    wanted = [
        *(yaml.safe_load(example.read_text(encoding="utf-8")) for example in EXAMPLES),
        *[YAML_TRAPS, LARGE_NUMBERS, ROUNDED_UP, SAME_CANARY],
        *drawn(100),
    ]
    for model, objects in zip(wanted, rendered(wanted, tmp_path / "batch"), strict=True):
        expected = model_service_objects(parse(ModelServiceSpec, model, "model"))
        assert by_key(objects) == by_key(json.loads(json.dumps(expected))), model


OTHER = {**FLOOR, "name": "night"}
WRONG: dict[str, dict[str, Any]] = {
    **{f"namespace {name}": {"namespace": name} for name in (*PLATFORM_NAMESPACES, *KUBERNETES_NAMESPACES, "kube-x")},
    **{
        f"a format of {other} for {runtime}": {"runtime": str(runtime), "modelFormat": model_formats(other)[0]}
        for runtime in Runtime
        for other in Runtime
        if runtime != other
    },
    "name of a canary": {"name": "fraud-canary"},
    "host of another domain": {"host": "fraud.example.org"},
    "host two labels below": {"host": "a.fraud.models.example.com"},
    "host that is the domain": {"host": "models.example.com"},
    "host that ends like the domain": {"host": "fraudmodels.example.com"},
    "a file for a folder": {"modelUri": "s3://acme-models/fraud/model.onnx"},
    "a canary's file": {"canary": {**CANARY, "modelUri": "s3://acme-models/fraud/model.onnx"}},
    "no format": {"runtime": "mlserver"},
    "whole GPUs and a part": {"gpus": 1, "gpuShare": {"mode": "mps", "pods": 4}},
    "bounds crossed": {"minimum": 5, "maximum": 4},
    "floor below the floor": {"schedules": [FLOOR, {**OTHER, "minimum": 1}]},
    "floor above the ceiling": {"schedules": [FLOOR, {**OTHER, "minimum": 11}]},
    "a night": {"schedules": [{**FLOOR, "start": "20:00", "end": "08:00"}]},
    "no time at all": {"schedules": [{**FLOOR, "start": "08:00", "end": "08:00"}]},
    "nobody to answer": {"minimum": 0},
    "neither REST nor gRPC": {"scaleToZero": True, "minimum": 0},
    "a protocol of a model that answers both": {"protocol": "REST"},
    "zero and two": {**ON_DEMAND, "minimum": 2},
    "zero and a floor": {**ON_DEMAND, "schedules": [FLOOR]},
    "zero and a host": {**ON_DEMAND, "host": "f.models.example.com"},
    "zero and a long name": {**ON_DEMAND, "name": "f" * 37},
}
"""Values that no single field's schema refuses, and that the spec does."""


@needs_helm
def test_chart_refuses_in_the_words_of_the_component(tmp_path: Path) -> None:
    wanted = [values(**changes) for changes in WRONG.values()]
    for model, problems in zip(wanted, problems_of(wanted, tmp_path / "batch"), strict=True):
        with pytest.raises(SpecError) as refused:
            parse(ModelServiceSpec, model, "model")
        assert refused.value.problems[0] in problems


@needs_helm
def test_refused_chart_lists_every_problem() -> None:
    told = template(values(minimum=0, protocol="REST"))
    assert told.returncode != 0
    assert "minimum = 0 leaves no replica to answer; set 1 or more, or set scaleToZero" in told.stderr
    assert "protocol = REST is for models with scaleToZero" in told.stderr


WRONG_FIELDS: list[dict[str, Any]] = [
    {"minimum": -1},
    {"protocol": "grpc", "scaleToZero": True, "minimum": 0},
    {"maximum": None},
    {"timeoutSeconds": None},
    {"runtime": "torchserve"},
    {"domain": "Models.example.com"},
    {"modelUri": "gs://acme/fraud/"},
    {"cpu": "two"},
    {"replicas": 3},
    {"labels": {"team": "a b"}},
    {"labels": {"team/": "risk"}},
    {"canary": {**CANARY, "percent": 101}},
    {"schedules": [{**FLOOR, "days": ["mon"]}]},
    {"schedules": [{**FLOOR, "days": list[str]()}]},
    {"schedules": [{**FLOOR, "days": ["monday", "monday"]}]},
    {"egress": [{"cidr": "10.0.0.256/32", "port": 443}]},
    {"egress": [{"cidr": "10.0.0.0/33", "port": 443}]},
]


@needs_helm
def test_schema_refuses_what_the_spec_refuses_of_one_field(tmp_path: Path) -> None:
    wanted = [{**values(), **changes} for changes in WRONG_FIELDS]
    for model in wanted:
        with pytest.raises(SpecError):
            parse(ModelServiceSpec, model, "model")
    refused = refused_by_schema(wanted, tmp_path / "batch")
    assert [changes for changes, is_refused in zip(WRONG_FIELDS, refused, strict=True) if not is_refused] == []


def bounds(schema: dict[str, Any]) -> Iterator[int]:
    """Each bound of a number in a JSON schema."""
    for key, value in schema.items():
        if key in ("minimum", "maximum") and isinstance(value, int):
            yield value
        elif isinstance(value, dict):
            yield from bounds(cast(dict[str, Any], value))


BOUNDS = sorted({bound + step for bound in bounds(ModelServiceSpec.model_json_schema()) for step in (-1, 0, 1)})
ODD_NUMBERS = (None, True, 1.5, "one", *BOUNDS)
ODD_TEXTS = (
    *(None, 1, "", "a b", "A", "a.b", "-a", "a-", "x-canary", "kube-x", "REST", "onnx", "0m", "1.5Gi"),
    *("s3://b/f", "s3://models/*/", "s3://models/f", "24:00", "8:00", "Europe/Nowhere", "http://x y"),
    *("10.0.0.1/8", "10.0.0.0/40", "999.0.0.0/8", "a.models.example.com"),
    *("x" * length for length in (32, 33, 36, 37, 40, 41, 46, 47, 63, 64)),
    *("a." * 94 + "io", "a." * 94 + "com"),
)
"""Values that are wrong for some field, by their length, form or type, and values beside them that are right."""


STANDARD = values(
    host="f.models.example.com",
    modelFormat="onnx",
    gpuShare={"mode": "mps", "pods": 4},
    schedules=[{**FLOOR, "days": ["monday", "friday"], "timeZone": "Asia/Tokyo"}],
    canary=CANARY,
    cache=CACHE,
    egress=[{"cidr": "10.40.0.0/16", "port": 6379}],
    labels={"team": "risk"},
)

ZERO = values(**ON_DEMAND, gpus=1, monitoring=True)


def changed(target: Any) -> Iterator[Any]:
    """`target` with one value replaced, removed or added, at any depth."""
    match target:
        case dict():
            fields = cast(dict[str, Any], target)
            yield from (None, 1, [], {**fields, "unknown": 1})
            for name, value in fields.items():
                yield {other: fields[other] for other in fields if other != name}
                yield from ({**fields, name: each} for each in changed(value))
        case list():
            items = cast(list[Any], target)
            yield from (None, 1, {}, [*items, *items])
            for index, value in enumerate(items):
                yield from ([*items[:index], each, *items[index + 1 :]] for each in changed(value))
        case str():
            yield from ODD_TEXTS
        case bool():
            yield from (None, 2, "maybe", not target)
        case _:
            yield from ODD_NUMBERS


def is_refused(model: dict[str, Any]) -> bool:
    try:
        parse(ModelServiceSpec, model, "model")
    except SpecError:
        return True
    return False


@needs_helm
def test_chart_refuses_what_the_component_refuses_and_no_more(tmp_path: Path) -> None:
    text = (CHART / "values.schema.json").read_text(encoding="utf-8")
    schema: Any = jsonschema.Draft202012Validator(json.loads(text))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    changes = [*changed(STANDARD), *changed(ZERO)]
    wanted = [defaults | cast(dict[str, Any], model) for model in changes if isinstance(model, dict)]
    left = [model for model in wanted if schema.is_valid(model)]
    problems = problems_of(left, tmp_path / "batch")
    # As JSON, for Python takes True for 1.
    accepted = {json.dumps(model) for model, told in zip(left, problems, strict=True) if not told}
    # The chart does not know the names of time zones.
    judged = [model for model in wanted if "Europe/Nowhere" not in json.dumps(model)]
    assert [model for model in judged if is_refused(model) == (json.dumps(model) in accepted)] == []
    assert len(accepted) > 200
    assert len(wanted) - len(accepted) > 1000
