"""A plan warns of what will not work in AWS although the config is valid."""

from typing import Any

import pytest

from stacks.config_warning import ConfigWarning
from stacks.warnings import warnings
from tests.support.stacks.configs import CLUSTER, GENERAL, MODEL, SECTIONS, SERVING, STORE, SYSTEM, config, read


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


def test_a_private_caller_of_another_network_is_warned_of() -> None:
    field = "gpuCluster.endpointPrivateCidrs[0]"
    moved: dict[str, Any] = {"gpuCluster__endpointPrivateCidrs": ["10.9.0.0/16"], "network__reservedCidrs": []}
    [found] = [each for each in warnings(config("prod", **moved)) if each.field == field]
    assert found.value == "10.9.0.0/16"
    assert found.remedy.startswith(
        f"Write {config('prod').network.vpc_cidr}, or add the range to network.reservedCidrs"
    )
    assert field not in warned(**moved | {"network__reservedCidrs": ["10.9.0.0/16"]})
    assert field not in warned()


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


def test_an_environment_without_overlay_is_warned_of() -> None:
    assert "delivery.environment" not in warned()
    assert "delivery.environment" in warned(delivery__environment="nightly")


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_the_environment_of_each_stack_has_an_overlay(stack: str) -> None:
    assert not [each for each in warnings(config(stack)) if each.field == "delivery.environment"]


def test_a_delivered_model_without_overlay_is_warned_of() -> None:
    fraud = {"name": "fruad", "namespace": "risk", "folder": "s3://ml-prod-models-111122223333/fraud/"}
    [warning] = [
        each
        for each in warnings(config("prod", modelServing__deliveredModels=[fraud], modelQuality=None))
        if each.field == "modelServing.deliveredModels[0].name"
    ]
    assert warning.value == "fruad"
    assert "no folder deploy/models/risk/fruad/overlays/prod beside this program" in warning.why
    assert warning.remedy.endswith("did you mean fraud?")


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_each_delivered_model_of_a_stack_has_an_overlay(stack: str) -> None:
    assert not [each for each in warnings(config(stack)) if "deliveredModels" in each.field]


POOL = {"name": "gpu", "instanceTypes": ["g4dn.xlarge"], "minimum": 2, "maximum": 2}
PEAK = {"name": "peak", "additionalNodes": 2, "start": "08:00", "end": "22:00"}


def evening(floor: dict[str, Any], peak: dict[str, Any] | None = None, **model: Any) -> list[ConfigWarning]:
    """What a stack is warned of whose model has this floor on a pool with these scheduled hours."""
    cluster = {**CLUSTER, "nodePools": [SYSTEM, GENERAL, {**POOL, "schedules": [{**PEAK, **(peak or {})}]}]}
    given = {"name": "day", "minimum": 2, "start": "08:00", **floor}
    served = {**SERVING, "models": [{**MODEL, "gpus": 1, "schedules": [given], **model}]}
    stack = read({**SECTIONS, "gpuCluster": cluster, "featureStore": STORE, "modelServing": served})
    return [each for each in warnings(stack) if "schedules" in each.field]


@pytest.mark.parametrize("end", ["21:16", "22:00", "23:30"])
def test_a_model_that_stays_until_the_ceiling_falls_is_warned_of(end: str) -> None:
    [warning] = evening({"end": end})
    assert warning.field == "modelServing.models (fraud): schedules (day).end"
    assert warning.value == end
    assert "The maximum of pool gpu falls at 22:00" in warning.why
    assert warning.remedy.startswith("End it at 21:15 or earlier.")


@pytest.mark.parametrize(
    ("floor", "peak", "model"),
    [
        ({"end": "21:15"}, {}, {}),
        # It ran before the pool grew, so it needs none of the nodes that go.
        ({"start": "05:00", "end": "22:00"}, {}, {}),
        # No replica of it is on the pool's nodes.
        ({"end": "22:00"}, {}, {"gpus": 0}),
        ({"end": "22:00", "days": ["monday"]}, {"days": ["tuesday"]}, {}),
        ({"end": "12:00"}, {}, {}),
    ],
)
def test_a_model_that_leaves_in_time_is_not_warned_of(
    floor: dict[str, Any], peak: dict[str, Any], model: dict[str, Any]
) -> None:
    assert evening(floor, peak, **model) == []


def test_an_evening_after_midnight_is_the_next_day_s() -> None:
    night = {"start": "20:00", "end": "00:30"}
    [warning] = evening({"start": "20:00", "end": "23:50"}, night)
    assert warning.remedy.startswith("End it at 23:45 or earlier.")
    assert evening({"start": "20:00", "end": "23:45"}, night) == []


def test_models_that_no_prometheus_counts_are_warned_of() -> None:
    field = "modelServing.platform.monitoring"
    unmeasured: dict[str, Any] = {"metrics": None}
    assert field not in warned()
    assert field in warned(**unmeasured)
    assert field not in warned(**unmeasured, modelServing__platform__monitoring=True)
    assert field not in warned(**unmeasured, modelServing__deliveredModels=[], modelQuality=None)
    [told] = [each for each in warnings(config("staging", **unmeasured)) if each.field == field]
    assert "No Prometheus counts the requests of ranking, embeddings, fraud." in told.why
    assert "monitoring" in told.remedy


SERVED = {
    "name": "extra",
    "namespace": "search",
    "modelUri": "s3://ml-prod-models-111122223333/extra/1/",
    "runtime": "triton",
    "gpus": 1,
    "cpu": "3",
    "memory": "12Gi",
    "minimum": 2,
    "maximum": 31,
    "targetConcurrency": 4,
}


def test_a_maximum_above_the_pools_is_warned_of() -> None:
    field = "modelServing.models[0].maximum"
    [told] = [each for each in warnings(config("prod", modelServing__models=[SERVED])) if each.field == field]
    assert "have room for 30 replicas at their peak" in told.why
    assert field not in warned(modelServing__models=[{**SERVED, "maximum": 30}])


def test_a_quota_above_all_gpus_is_warned_of() -> None:
    team = {"name": "search", "groups": ["search"], "quota": {"gpus": 31}}
    risk = {"name": "risk", "groups": ["risk"]}
    pools: dict[str, Any] = {
        "gpuCluster__nodePools": [PLATFORM, {**GPU, "maximum": 30}],
        "clusterJobs": None,
        "featureServices": None,
        "featureIngest": None,
    }
    assert "delivery.teams[0].quota.gpus" in warned(delivery__teams=[team, risk], **pools)
    within = [{**team, "quota": {"gpus": 30}}, risk]
    assert "delivery.teams[0].quota.gpus" not in warned(delivery__teams=within, **pools)


BURST = {"name": "general", "instanceTypes": ["m7i.large"], "maximumVcpus": 16}
PLATFORM = {"name": "system", "instanceTypes": ["m7i.xlarge"], "minimum": 3, "maximum": 6}
GPU = {"name": "inference", "instanceTypes": ["g4dn.xlarge"], "minimum": 20, "maximum": 20}
TAINT = {"key": "team", "value": "vision", "effect": "NO_SCHEDULE"}


@pytest.mark.parametrize(
    ("changes", "warns"),
    [
        ({"nodePools": [PLATFORM, GPU]}, True),
        ({"nodePools": [PLATFORM, GPU], "karpenter": {"pools": [{**BURST, "taints": [TAINT]}]}}, True),
        ({"nodePools": [PLATFORM, GPU], "karpenter": {"pools": [BURST]}}, False),
        ({"nodePools": [PLATFORM, GPU, {**PLATFORM, "name": "general"}]}, False),
        ({"nodePools": [PLATFORM, GPU], "sharedSystemPool": True}, False),
    ],
)
def test_pods_without_a_gpu_that_find_no_node_are_warned_of(changes: dict[str, Any], warns: bool) -> None:
    found = warned(clusterJobs=None, **{f"gpuCluster__{field}": value for field, value in changes.items()})
    assert ("gpuCluster.nodePools" in found) is warns
