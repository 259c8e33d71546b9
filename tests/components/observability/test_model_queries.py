"""The queries of ModelService: its alerts and the triggers of its autoscaler read what is exported."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.core.spec import parse
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from tests.support.components.models import by_key, values
from tests.support.components.observability.queries import Query

PAGE = Path(__file__).parents[3] / "docs" / "runbooks.md"
KINDS = [{}, {"scaleToZero": True, "minimum": 0, "protocol": "REST"}]


def objects(changed: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    spec = parse(ModelServiceSpec, values(monitoring=True, **changed), "the model")
    return by_key(model_service_objects(spec))


@pytest.mark.parametrize("changed", KINDS, ids=["standard", "scale-to-zero"])
def test_alerts_of_a_model_read_what_is_exported(changed: dict[str, Any]) -> None:
    found = objects(changed)
    [rules] = [each for (kind, _), each in found.items() if kind == "PrometheusRule"]
    headings = set(re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    anchors = {heading.lower() for heading in headings}
    for rule in rules["spec"]["groups"][0]["rules"]:
        assert Query(rule["expr"]).problems == []
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["labels"]["owner"] == rules["metadata"]["namespace"]
        assert rule["annotations"]["runbook_url"].partition("#")[2] in anchors


def test_the_autoscaler_of_a_model_reads_what_is_exported() -> None:
    queries = [
        trigger["metadata"]["query"]
        for (kind, _), each in objects({}).items()
        if kind == "ScaledObject"
        for trigger in each["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]
    assert queries
    assert not [problem for query in queries for problem in Query(query).problems]
