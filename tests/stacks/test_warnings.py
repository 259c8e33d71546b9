"""A plan warns of what will not work in AWS although the config is valid."""

from typing import Any

import pytest

from stacks.warnings import warnings
from tests.stacks.test_choices import config


def warned(**changes: Any) -> list[str]:
    return [warning.field for warning in warnings(config("prod", **changes))]


def test_a_cluster_that_only_its_nodes_reach_is_warned_of() -> None:
    changes: dict[str, Any] = {"gpuCluster__endpointPrivateCidrs": [], "gpuCluster__endpointPublicCidrs": []}
    assert "gpuCluster.endpointPrivateCidrs" in warned(**changes)


@pytest.mark.parametrize(
    ("field", "cidr"), [("endpointPrivateCidrs", "10.9.0.0/16"), ("endpointPublicCidrs", "203.0.113.7/32")]
)
def test_a_cluster_that_the_deployer_reaches_is_not_warned_of(field: str, cidr: str) -> None:
    assert "gpuCluster.endpointPrivateCidrs" not in warned(**{f"gpuCluster__{field}": [cidr]})


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_the_deployer_of_each_stack_reaches_its_cluster(stack: str) -> None:
    assert not [each for each in warnings(config(stack)) if each.field == "gpuCluster.endpointPrivateCidrs"]


CLOSED = {"allowedCidrs": ["198.51.100.0/24"]}


def test_argo_cd_open_beside_closed_models_is_warned_of() -> None:
    assert "delivery.allowedCidrs" not in warned()
    assert "delivery.allowedCidrs" in warned(modelServing__loadBalancer=CLOSED)
    closed: dict[str, Any] = {"delivery__allowedCidrs": ["203.0.113.0/24"], "modelServing__loadBalancer": CLOSED}
    assert "delivery.allowedCidrs" not in warned(**closed)
    assert "delivery.allowedCidrs" not in warned(modelServing__loadBalancer={**CLOSED, "internal": True})
