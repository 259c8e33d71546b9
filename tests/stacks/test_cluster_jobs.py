"""The section `clusterJobs` against the other sections of a stack."""

from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.cluster_jobs import jobs_spec
from stacks.config import StackConfig
from tests.support.stacks.configs import config, read, sections_of

Change = dict[str, Any]


def stack(**changes: Any) -> StackConfig:
    """Prod with fields replaced by their dotted paths."""
    sections = sections_of("prod")
    for path, value in changes.items():
        *parents, last = path.split("__")
        target: Any = sections
        for parent in parents:
            target = target[int(parent) if parent.isdigit() else parent]
        if value is None:
            del target[last]
        else:
            target[int(last) if last.isdigit() else last] = value
    return read(sections)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"clusterJobs__poolNames": ["train"]}, "clusterJobs.poolNames[0] = 'train': gpuCluster has no such pool"),
        ({"clusterJobs__poolNames": ["train"]}, "did you mean training?"),
        ({"clusterJobs__poolNames": ["system"]}, "the system pool is the platform's; name one of"),
        ({"clusterJobs__poolNames": ["training", "training"]}, "the pool is named more than once"),
        ({"clusterJobs__poolNames": []}, "clusterJobs.poolNames"),
        ({"clusterJobs__sparePool": {"name": "inference", "nodes": 21}}, "20 nodes of pool inference run at all hours"),
        ({"clusterJobs__sparePool": {"name": "training", "nodes": 1}}, "the pool is in poolNames too"),
        ({"clusterJobs__sparePool": {"name": "general", "nodes": 1}}, "the pool has no GPUs"),
        ({"clusterJobs__sparePool": {"name": "gpus", "nodes": 1}}, "has nodes that run anyway; name one of"),
        ({"clusterJobs__pools": []}, "a stack reads it from gpuCluster; remove it"),
        ({"clusterJobs__teams__0__name": "serch"}, "delivery.teams has no team serch"),
        ({"clusterJobs__teams__0__namespace": "risk-jobs"}, "named more than once"),
        ({"clusterJobs__teams__0__namespace": "risk"}, "the namespace belongs to team risk in delivery.teams"),
        ({"clusterJobs__teams__0__quota": {"gpus": 7}}, "guarantees exceed the 8 GPUs of pool training"),
        ({"delivery__teams__1__quota": {"cpu": 12, "memoryGib": 61, "gpus": 5}}, "the queue guarantees 13"),
        ({"delivery__teams__1__quota": {"cpu": 16, "memoryGib": 61, "gpus": 1}}, "the queue guarantees 2"),
        ({"featureServices__trackingServer__clientNamespaces": ["serch-jobs"]}, "did you mean search-jobs?"),
    ],
)
def test_jobs_that_do_not_fit_the_stack_are_refused(changes: Change, told: str) -> None:
    with pytest.raises(SpecError) as error:
        stack(**changes)
    assert told in str(error.value)


def test_kubeflow_has_its_own_queues() -> None:
    sections = sections_of("kubeflow")
    with pytest.raises(SpecError, match="kubeflow installs Kueue and Trainer itself"):
        read({**sections, "clusterJobs": sections_of("prod")["clusterJobs"]})


def test_jobs_need_a_cluster_and_data() -> None:
    sections = sections_of("prod")
    small = {name: sections[name] for name in ("environment", "cost", "network", "clusterJobs")}
    with pytest.raises(SpecError, match="clusterJobs needs gpuCluster"):
        read(small)
    with pytest.raises(SpecError, match="clusterJobs needs featureStore"):
        read({**small, "gpuCluster": sections["gpuCluster"]})


def test_pools_of_jobs_are_those_of_the_cluster() -> None:
    found = config("prod")
    assert found.cluster_jobs
    assert found.gpu_cluster
    spec = jobs_spec(found.cluster_jobs, found.gpu_cluster)
    assert [(pool.name, pool.nodes, pool.gpus, pool.spot) for pool in spec.pools] == [("training", 8, 1, True)]
    assert spec.spare
    assert (spec.spare.name, spec.spare.nodes, spec.spare.gpus) == ("inference", 8, 1)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_nodes_for_jobs_cost_nothing_without_jobs(name: str) -> None:
    cluster = config(name).gpu_cluster
    assert cluster
    managed = {pool.name: pool.minimum for pool in cluster.node_pools}
    bought = {pool.name: 0 for pool in (cluster.karpenter.pools if cluster.karpenter else ())}
    assert {**managed, **bought}["training"] == 0
