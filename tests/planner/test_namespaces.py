"""The namespaces that components make are names that no team and no model gets."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.core.namespace_names import PLATFORM_NAMESPACES
from components.kubeflow.waves import WAVES
from tests.support.planner.plans import STACKS, config_of, plan_of


def _configured(stack: str) -> Iterator[str]:
    """The namespaces that the stack's own config names."""
    config = config_of(stack)
    yield from (each["namespace"] for each in config.get("gpuCluster", {}).get("namespaces", ()))
    yield from config.get("modelServing", {}).get("platform", {}).get("modelNamespaces", ())
    for team in config.get("clusterJobs", {}).get("teams", ()):
        yield team.get("namespace", f"{team['name']}-jobs")
    for section in ("delivery", "kubeflow"):
        for team in config.get(section, {}).get("teams", ()):
            yield from team.get("namespaces", [team["name"]])


def _is_namespace(inputs: Mapping[str, Any]) -> bool:
    return inputs.get("kind") == "Namespace" and "metadata" in inputs


@pytest.mark.parametrize("stack", STACKS)
def test_every_namespace_of_a_component_is_reserved(stack: str) -> None:
    made = {each.inputs["metadata"]["name"] for each in plan_of(stack) if _is_namespace(each.inputs)}
    # A stack without metrics may have a Prometheus of its own in monitoring.
    assert made - set(_configured(stack)) - {*PLATFORM_NAMESPACES, "monitoring"} == set()


def test_every_namespace_of_kubeflows_waves_is_reserved() -> None:
    assert {wave.namespace for wave in WAVES} <= set(PLATFORM_NAMESPACES)
