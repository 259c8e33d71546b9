"""A model's objects are ones that Kubernetes and the published definitions of custom resources accept."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.spec import parse
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from tests.support.components.definitions import faults, validator
from tests.support.components.models import CACHE, CANARY, FLOOR, ON_DEMAND, models, objects, values

QUARTER = {"mode": "mps", "pods": 4}
ALL = st.one_of(
    st.just(values(canary=CANARY, schedules=[FLOOR], gpuShare=QUARTER, monitoring=True)),
    st.just(values(canary=CANARY, cache=CACHE, gpus=1)),
    st.just(values(gpus=8, egress=[{"cidr": "10.0.0.0/8", "port": 6379}])),
    st.just(values(**ON_DEMAND, canary=CANARY, cache=CACHE, gpus=1, monitoring=True)),
    models(),
)
KUBERNETES_OWN = ("ServiceAccount", "NetworkPolicy", "PodDisruptionBudget", "Service")


def every_object(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    return model_service_objects(parse(ModelServiceSpec, wanted, "model"))


@settings(max_examples=40, deadline=None)
@given(ALL)
def test_every_object_is_one_that_kubernetes_accepts(wanted: dict[str, Any]) -> None:
    judged = [each for each in every_object(wanted) if each["kind"] in KUBERNETES_OWN]
    assert len(judged) == len(KUBERNETES_OWN) - 2 * ("scaleToZero" in wanted)
    assert [told for each in judged for told in faults(each)] == []


@settings(max_examples=40, deadline=None)
@given(ALL)
def test_every_custom_resource_fits_its_published_definition(wanted: dict[str, Any]) -> None:
    custom = [each for each in every_object(wanted) if each["kind"] not in KUBERNETES_OWN]
    assert [told for each in custom for told in faults(each)] == []


def deep(value: Any, *path: str | int) -> Any:
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        ("InferenceService", ("spec", "predictor", "model"), "storageURI"),
        ("ScaledObject", ("spec",), "minReplicas"),
        ("VirtualService", ("spec", "http", 0), "timeouts"),
        ("LocalModelNamespaceCache", ("spec",), "nodeGroup"),
        ("ServiceMonitor", ("spec",), "endpoint"),
        ("PrometheusRule", ("spec", "groups", 0, "rules", 0), "expression"),
    ],
)
def test_a_field_of_nobody_is_told(kind: str, path: tuple[str | int, ...], field: str) -> None:
    found = objects(monitoring=True, cache=CACHE)
    [broken, *_] = [each for (its, name), each in found.items() if its == kind and name.startswith("fraud")]
    deep(broken, *path)[field] = "x"
    [fault] = faults(broken)
    assert f"'{field}' was unexpected" in fault


def test_a_kind_that_nobody_defines_is_told() -> None:
    with pytest.raises(LookupError, match=r"no definition of Model of serving\.kserve\.io/v1beta1"):
        validator("serving.kserve.io/v1beta1", "Model")
