"""What teams are promised is there, whatever is asked for; and what Kueue is told is what was promised."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.cluster.job_pools import GPU, PoolSpec, pools_of
from components.cluster.job_queues import cluster_queues, flavors, local_queue
from components.core.spec import SpecError, parse
from components.kubeflow.spec import KubeflowSpec
from tests.support.components.clusters import SYSTEM
from tests.support.components.definitions import faults
from tests.support.components.kubeflow import CONFIG, FRAUD, PROCESSORS, RANKING, TRAINING

SHARED: dict[str, Any] = {**TRAINING, "name": "shared", "nodes": 1, "gpus": 8}


def spec(**changes: Any) -> KubeflowSpec:
    return parse(KubeflowSpec, {**CONFIG, **changes}, "kubeflow")


def team(base: dict[str, Any], **quota: int) -> dict[str, Any]:
    return {**base, "quota": {**base["quota"], **quota}}


def promise(team: str, pool: str, gpus: int) -> dict[str, Any]:
    return {"team": team, "pool": pool, "gpus": gpus}


def amounts(queues: Sequence[dict[str, Any]], field: str) -> dict[tuple[str, str, str], int]:
    """By queue, flavor and resource."""
    return {
        (queue["metadata"]["name"], flavor["name"], resource["name"]): int(resource[field].removesuffix("Gi"))
        for queue in queues
        for group in queue["spec"]["resourceGroups"]
        for flavor in group["flavors"]
        for resource in flavor["resources"]
        if field in resource
    }


def queues(made: KubeflowSpec) -> list[dict[str, Any]]:
    return cluster_queues(made.teams, made.pools, made.guaranteed, borrowing=made.borrowing)


def test_every_object_fits_its_definition() -> None:
    made = spec()
    for manifest in (*flavors(made.pools), *queues(made), *queues(spec(borrowing=False)), local_queue(made.teams[0])):
        assert not faults(manifest)


def test_a_team_is_sure_of_its_quota_where_one_pool_has_gpus() -> None:
    nominal = amounts(queues(spec()), "nominalQuota")
    assert nominal["ranking", "training", GPU] == 6
    assert nominal["fraud", "training", GPU] == 2
    assert nominal["ranking", "processors", GPU] == 0


def test_with_gpus_come_the_processors_and_the_memory_beside_them() -> None:
    nominal = amounts(queues(spec()), "nominalQuota")
    # 85 % of 2 x 48 CPUs and 2 x 192 GiB are 81 and 326, of which ranking has 6 of 8.
    assert (nominal["ranking", "training", "cpu"], nominal["ranking", "training", "memory"]) == (60, 244)


def test_a_team_borrows_up_to_its_quota() -> None:
    made = spec(
        teams=[team(RANKING, gpus=8), team(FRAUD, gpus=5)],
        guarantees=[promise("ranking", "training", 4), promise("fraud", "training", 3)],
    )
    limits = amounts(queues(made), "borrowingLimit")
    assert (limits["ranking", "training", GPU], limits["fraud", "training", GPU]) == (4, 2)
    assert {queue["spec"]["cohortName"] for queue in queues(made)} == {"teams"}


def test_what_was_lent_is_given_back_when_it_is_wanted() -> None:
    assert all(queue["spec"]["preemption"]["reclaimWithinCohort"] == "Any" for queue in queues(spec()))


def test_without_borrowing_nobody_takes_what_is_another_s() -> None:
    for queue in queues(spec(borrowing=False)):
        assert "cohortName" not in queue["spec"]
        assert "reclaimWithinCohort" not in queue["spec"]["preemption"]
    assert not amounts(queues(spec(borrowing=False)), "borrowingLimit")


def test_work_without_gpus_fills_other_nodes_first() -> None:
    made = spec(pools=[TRAINING, PROCESSORS])
    [group] = queues(made)[0]["spec"]["resourceGroups"]
    assert [flavor["name"] for flavor in group["flavors"]] == ["processors", "training"]


def test_admitted_work_goes_to_its_pool_past_its_taint() -> None:
    processors, training = flavors(spec().pools)
    assert training["spec"]["nodeLabels"] == {"mlplatform.io/pool": "training"}
    assert training["spec"]["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert "tolerations" not in processors["spec"]


def test_work_may_choose_a_whole_gpu_or_a_share_of_one() -> None:
    made = flavors(spec(pools=[PROCESSORS, {**TRAINING, "labels": {"nvidia.com/device-plugin.config": "x"}}]).pools)
    assert [each["spec"]["nodeLabels"] for each in made] == [
        {"mlplatform.io/pool": "processors"},
        {"mlplatform.io/pool": "training", "nvidia.com/device-plugin.config": "x"},
    ]
    assert not [fault for each in made for fault in faults(each)]
    with pytest.raises(SpecError, match="at most 7"):
        spec(pools=[{**PROCESSORS, "labels": {f"label-{index}": "x" for index in range(8)}}])


def test_a_queue_takes_work_of_its_team_alone() -> None:
    ranking, fraud = queues(spec())
    assert ranking["spec"]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "ranking"}}
    assert fraud["spec"]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "fraud"}}
    assert local_queue(spec().teams[1])["spec"]["clusterQueue"] == "fraud"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"teams": [team(RANKING, gpus=7), FRAUD]},
            "guarantees = 9: guarantees exceed the 8 GPUs of pool training \\(ranking 7, fraud 2\\)",
        ),
        (
            {"teams": [team(RANKING, gpus=9)]},
            "guarantees = 9: guarantees exceed the 8 GPUs of pool training \\(ranking 9\\)",
        ),
        (
            {"pools": [PROCESSORS, TRAINING, SHARED]},
            "teams\\[0\\].quota.gpus = 6: several pools have GPUs: training, shared",
        ),
        ({"pools": [PROCESSORS]}, "no pool has GPUs"),
        (
            {"teams": [RANKING], "guarantees": [promise("ranking", "training", 7)]},
            "teams\\[0\\].quota.gpus = 6: guarantees give team ranking 7 GPUs",
        ),
        (
            {
                "pools": [PROCESSORS, TRAINING, SHARED],
                "guarantees": [promise("ranking", "training", 6), promise("fraud", "shared", 9)],
            },
            "guarantees = 9: guarantees exceed the 8 GPUs of pool shared \\(fraud 9\\)",
        ),
        (
            {"teams": [team(RANKING, gpus=20), FRAUD], "guarantees": [promise("ranking", "training", 4)]},
            "teams\\[0\\].quota.gpus = 20: the pools have 8; lower the quota",
        ),
        ({"guarantees": [promise("rankings", "training", 1)]}, "did you mean ranking"),
        ({"guarantees": [promise("ranking", "processors", 1)]}, "no pool with GPUs has this name"),
        (
            {"guarantees": [promise("fraud", "training", 1), promise("fraud", "training", 1)]},
            "guarantees\\[1\\].pool = 'training': fraud has a guarantee in it; write one only",
        ),
        (
            {"teams": [team(RANKING, cpu=500), FRAUD]},
            "teams\\[0\\].quota.cpu = 500: the pools have 217 for teams; lower the quota, or add pools",
        ),
        (
            {"teams": [team(RANKING, memory_gib=5000), FRAUD]},
            "teams\\[0\\].quota.memoryGib = 5000: the pools have 870 for teams; lower the quota, or add pools",
        ),
        (
            {"pools": [PROCESSORS, TRAINING, TRAINING]},
            "pools = \\['processors', 'training', 'training'\\]: two pools have the same name",
        ),
    ],
)
def test_a_promise_that_can_t_be_kept_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        spec(**changes)


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """Teams and pools of every size, with promises that may or may not fit."""
    whole = st.integers(0, 12)
    pools: list[dict[str, Any]] = [
        {"name": f"pool-{index}", "nodes": draw(st.integers(1, 5)), "cpu": 32, "memory_gib": 128, "gpus": draw(whole)}
        for index in range(draw(st.integers(1, 3)))
    ]
    teams: list[dict[str, Any]] = [
        {
            "name": f"team-{index}",
            "emails": [f"someone-{index}@example.com"],
            "quota": {"cpu": draw(st.integers(1, 40)), "memory_gib": 16, "gpus": draw(whole), "storage_gib": 1},
        }
        for index in range(draw(st.integers(1, 4)))
    ]
    promises = [
        promise(team["name"], pool["name"], draw(st.integers(1, 8)))
        for team in teams
        for pool in pools
        if draw(st.booleans())
    ]
    return {"teams": teams, "pools": pools, "guarantees": promises, "borrowing": draw(st.booleans())}


@given(configs())
def test_whatever_is_accepted_promises_no_more_than_there_is(config: dict[str, Any]) -> None:
    try:
        made = spec(**config)
    except SpecError:
        return
    nominal, borrowed = (amounts(queues(made), field) for field in ("nominalQuota", "borrowingLimit"))
    for pool in made.pools:
        there = {"cpu": pool.all_cpus, "memory": pool.all_memory_gib, GPU: pool.all_gpus}
        for resource, most in there.items():
            assert sum(nominal[each.name, pool.name, resource] for each in made.teams) <= most
    for each in made.teams:
        sure = sum(nominal[each.name, pool.name, GPU] for pool in made.pools)
        assert sure <= each.quota.gpus
        for pool in made.pools:
            taken = nominal[each.name, pool.name, GPU] + borrowed.get((each.name, pool.name, GPU), 0)
            assert taken <= max(each.quota.gpus, 0)
            assert taken <= pool.all_gpus


def test_pools_count_at_peak_without_the_system_pool() -> None:
    peak = {"name": "peak", "additional_nodes": 2, "start": "08:00", "end": "20:00"}
    pools = [
        SYSTEM,
        {"name": "steps", "instance_types": ["m7i.4xlarge"], "minimum": 0, "maximum": 5},
        {
            "name": "training",
            "instance_types": ["g4dn.12xlarge"],
            "minimum": 0,
            "maximum": 2,
            "schedules": [peak],
            "sharing": {"time_slicing": 2},
        },
    ]
    cluster = parse(GpuClusterSpec, {"cluster_name": "ml", "node_pools": pools}, "cluster")
    steps, training = (PoolSpec.model_validate(each) for each in pools_of(cluster))
    assert (steps.name, steps.nodes, steps.cpu, steps.memory_gib, steps.gpus) == ("steps", 5, 16, 64, 0)
    # Four nodes at the peak, of four GPUs each, that two pods share.
    assert (training.name, training.nodes, training.gpus, training.all_gpus) == ("training", 4, 8, 32)
    assert [taint.key for taint in training.taints] == ["nvidia.com/gpu"]
    assert (steps.labels, training.labels) == ({}, {"nvidia.com/device-plugin.config": "time-slicing-2"})


def test_a_cluster_with_one_pool_shares_that() -> None:
    cluster = parse(GpuClusterSpec, {"cluster_name": "ml", "node_pools": [SYSTEM], "shared_system_pool": True}, "c")
    assert [pool["name"] for pool in pools_of(cluster)] == ["system"]


def test_teams_are_promised_nothing_of_the_system_pool() -> None:
    cluster = parse(GpuClusterSpec, {"cluster_name": "ml", "node_pools": [SYSTEM]}, "cluster")
    assert pools_of(cluster) == []


@pytest.mark.parametrize(
    ("pool", "nodes", "cpu", "gpus"),
    [
        ({"instance_types": ["g4dn.12xlarge"], "maximum_gpus": 8, "maximum_vcpus": 96}, 2, 48, 4),
        # The CPUs of the limit are of one node alone.
        ({"instance_types": ["g4dn.12xlarge"], "maximum_gpus": 8, "maximum_vcpus": 95}, 1, 48, 4),
        # Of a pool of several types teams are promised what the limits admit of each.
        ({"instance_types": ["g5.xlarge", "g5.12xlarge"], "maximum_gpus": 7, "maximum_vcpus": 96}, 1, 48, 4),
        ({"instance_types": ["m7i.xlarge", "m7i.4xlarge"], "maximum_vcpus": 96}, 24, 4, 0),
    ],
)
def test_pools_of_karpenter_are_promised_up_to_their_limits(
    pool: dict[str, Any], nodes: int, cpu: int, gpus: int
) -> None:
    bought = {"name": "burst", **pool}
    given = {"cluster_name": "ml", "node_pools": [SYSTEM], "karpenter": {"pools": [bought]}}
    [found] = pools_of(parse(GpuClusterSpec, given, "cluster"))
    assert (found["name"], found["nodes"], found["cpu"], found["gpus"]) == ("burst", nodes, cpu, gpus)
    [flavor] = flavors([parse(PoolSpec, found, "pool")])
    tolerated = {each["key"] for each in flavor["spec"].get("tolerations", [])}
    assert tolerated == ({"nvidia.com/gpu"} if gpus else set())
