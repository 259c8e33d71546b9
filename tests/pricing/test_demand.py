"""A pool that may be empty is not empty while models of the stack have minimums."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import component, node_class, node_group, node_pool, referring, resource

GPU = "nvidia.com/gpu"
TAINT = {"key": GPU, "value": "present", "effect": "NO_SCHEDULE"}
TOLERATION = {"key": GPU, "operator": "Exists", "effect": "NoSchedule"}


def model(least: int | None = 1, name: str = "ranking", /, **spec: Any) -> Resource:
    requests = spec.pop("requests", {"cpu": "2", "memory": "8Gi", GPU: 1})
    predictor = {"minReplicas": least, "tolerations": [TOLERATION], "model": {"resources": {"requests": requests}}}
    return resource(
        "kubernetes:serving.kserve.io/v1beta1:InferenceService",
        name,
        metadata={"name": name, "namespace": "models"},
        spec={"predictor": {**{key: value for key, value in predictor.items() if value is not None}, **spec}},
    )


def floor(start: str, end: str, pods: int) -> Resource:
    cron = {"type": "cron", "metadata": {"start": start, "end": end, "timezone": "Etc/UTC", "desiredReplicas": pods}}
    return resource(
        "kubernetes:keda.sh/v1alpha1:ScaledObject",
        metadata={"name": "ranking", "namespace": "models"},
        spec={"scaleTargetRef": {"name": "ranking-predictor"}, "triggers": [cron]},
    )


def gpu_pool(kind: str = "g4dn.xlarge", *, wanted: float = 0.0, most: float = 9.0, **inputs: Any) -> Resource:
    group = node_group((kind,), least=0.0, wanted=wanted, most=most, name=f"ml-{kind}")
    return referring(group, {}, **{"taints": [TAINT], "labels": {}, **inputs})


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage))


def nodes(*resources: Resource, **usage: Any) -> float:
    lines = [line for line in priced(*resources, **usage).lines if line.unit == "instance-hour"]
    return round(sum(line.quantity for line in lines) / 730, 4)


@pytest.mark.parametrize(
    ("models", "needed"),
    [
        ([], 0),
        ([model(0)], 0),
        ([model(1)], 1),
        ([model(None)], 1),
        ([model(3)], 3),
        ([model(2), model(1, "fraud")], 3),
        ([model(20)], 9),
        ([model(2, requests={"cpu": "1", "memory": "2Gi"})], 1),
        ([model(1, requests={"cpu": "4", GPU: 1})], 0),
        ([model(1, requests={GPU: 2})], 0),
        ([model(1, tolerations=[])], 0),
        ([model(1, nodeSelector={"team": "vision"})], 0),
        ([model(1, nodeSelector={"topology.kubernetes.io/zone": "us-east-1a"})], 1),
    ],
)
def test_an_empty_pool_costs_what_the_minimums_need(models: Sequence[Resource], needed: float) -> None:
    assert nodes(gpu_pool(), *models) == needed


def test_nodes_that_run_anyway_are_used_first() -> None:
    assert nodes(gpu_pool(wanted=3.0), model(2)) == 3
    assert nodes(gpu_pool(wanted=1.0), model(3)) == 3


def test_models_go_to_the_cheapest_pool_that_admits_them() -> None:
    result = priced(gpu_pool(), gpu_pool("g5.xlarge"), model(2))
    assert [line.urn.rpartition("::")[2] for line in result.lines if "on demand" in line.what] == ["ml-g4dn.xlarge"]


def test_pods_share_a_node_whose_gpu_is_shared() -> None:
    shared = gpu_pool(labels={"nvidia.com/device-plugin.config": "time-slicing-4"})
    assert nodes(shared, model(4, requests={"cpu": "500m", "memory": "1Gi", GPU: 1})) == 1
    assert nodes(shared, model(5, requests={"cpu": "500m", "memory": "1Gi", GPU: 1})) == 2


@pytest.mark.parametrize(
    ("terms", "needed"),
    [
        ([{"key": "kind", "operator": "In", "values": ["exclusive"]}], 1),
        ([{"key": "kind", "operator": "In", "values": ["shared"]}], 0),
        ([{"key": "kind", "operator": "DoesNotExist"}], 0),
        ([{"key": "kind", "operator": "Exists"}, {"key": "gone", "operator": "NotIn", "values": ["x"]}], 1),
    ],
)
def test_affinities_choose_the_pool(terms: Sequence[Mapping[str, Any]], needed: float) -> None:
    required = {"nodeSelectorTerms": [{"matchExpressions": list(terms)}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    assert nodes(gpu_pool(labels={"kind": "exclusive"}), model(1, affinity=affinity)) == needed


def test_a_minimum_of_the_day_counts_in_its_hours() -> None:
    # 1 node all hours, and 3 more for 14 of 24 hours: 1 + 3 * 14 / 24.
    assert nodes(gpu_pool(), model(1), floor("0 8 * * *", "0 22 * * *", 4)) == 2.75


def test_a_minimum_of_working_days_counts_on_them() -> None:
    # 1 more for 10 hours on 5 of 7 days.
    assert nodes(gpu_pool(), model(1), floor("0 8 * * 1-5", "0 18 * * 1-5", 2)) == round(1 + 50 / 168, 4)


def test_a_karpenter_pool_costs_what_the_minimums_need() -> None:
    wanted = {"node.kubernetes.io/instance-type": ["g4dn.xlarge"], "karpenter.sh/capacity-type": ["on-demand"]}
    pool = node_pool(wanted, {"cpu": 40})
    disk = node_class({"volumeType": "gp3", "volumeSize": "100Gi"})
    assert nodes(pool, disk, karpenter_limit_share=0.1) == 1
    assert nodes(pool, disk, model(3), karpenter_limit_share=0.1) == 3


def test_average_nodes_can_not_be_below_what_models_need() -> None:
    result = priced(gpu_pool(), model(3), average_nodes={"g4dn.xlarge": 1})
    assert nodes(gpu_pool(), model(3), average_nodes={"g4dn.xlarge": 1}) == 3
    assert "3 nodes of this pool always run" in result.faults[0]


def test_deployments_count_as_well() -> None:
    pod = {"containers": [{"resources": {"limits": {"cpu": "3", "memory": "4Gi"}}}], "tolerations": [TOLERATION]}
    made = resource("kubernetes:apps/v1:Deployment", spec={"replicas": 2, "template": {"spec": pod}})
    assert nodes(gpu_pool(), made) == 2


def test_an_empty_managed_pool_says_what_its_limit_costs() -> None:
    # 9 x 730 x 0.526 = 3,455.82
    [line] = [each for each in priced(gpu_pool()).lines if each.unit == "instance-hour"]
    assert line.what == "priced at 0: usage states no nodes; its limit of 9 x g4dn.xlarge costs 3,455.82 a month"
    assert line.monthly == 0
    [line] = [each for each in priced(gpu_pool(), model()).lines if each.unit == "instance-hour"]
    assert line.what == "1 x g4dn.xlarge on demand"
