"""Spark on EMR worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.table import load_table
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import component, resource

APPLICATION = "aws:emrserverless/application:Application"
USED = {"vcpuHours": 1000, "memoryGbHours": 4000, "storageGbHours": 2000}


def priced(*resources: Resource, **spark: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage.model_validate({"spark": spark}))


def application(name: str = "batch", **inputs: Any) -> Resource:
    return resource(APPLICATION, name, **{"architecture": "ARM64", **inputs})


def warm(role: str, count: Any, cpu: Any = "4 vCPU", memory: Any = "16 GB", **disk: Any) -> dict[str, Any]:
    worker = {"cpu": cpu, "memory": memory, **disk}
    config = {"workerCount": count, "workerConfiguration": worker}
    return {"initialCapacityType": role, "initialCapacityConfig": config}


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


def test_jobs_are_charged_by_vcpu_memory_and_disk_hours() -> None:
    # 1,000 x 0.0420992, 4,000 x 0.0046228, 2,000 x 0.000111.
    assert monthly(priced(application(), **USED)) == {
        "vCPUs of Spark jobs": 42.0992,
        "memory of Spark jobs": 18.4912,
        "disks of Spark jobs above 20 GB": 0.222,
    }


def test_a_job_of_two_workers_costs_the_same_at_all_hours() -> None:
    # 2 workers of 2 vCPUs and 8 GB, 730 hours: 2,920 x 0.0420992 + 11,680 x 0.0046228 = 122.929664 + 53.994304.
    result = priced(application("streaming"), vcpuHours=2920, memoryGbHours=11680)
    assert result.monthly == pytest.approx(176.923968)


def test_x86_costs_a_quarter_more_and_is_the_default() -> None:
    # 1,000 x 0.052624, 4,000 x 0.0057785.
    for architecture in ("X86_64", None):
        found = monthly(priced(application(architecture=architecture), **USED))
        assert (found["vCPUs of Spark jobs"], found["memory of Spark jobs"]) == (52.624, 23.114)


def test_arm_is_advised_for_workers_on_x86() -> None:
    # 52.624 + 23.114 = 75.738 on x86, 42.0992 + 18.4912 = 60.5904 on ARM; disks cost the same.
    [saving] = priced(application(architecture="X86_64"), **USED).savings
    assert saving.monthly == 15.15
    assert "ARM (Graviton) for workers of Spark jobs costs 60.59 instead of 75.74 USD a month" in saving.what
    assert priced(application(), **USED).savings == ()


def test_warm_workers_that_no_job_uses_are_advised_against() -> None:
    # 4 vCPUs and 16 GB x 730 h: 2,920 x 0.0420992 + 11,680 x 0.0046228 = 122.929664 + 53.994304.
    [saving] = priced(application(initialCapacities=[warm("Driver", 1.0)]), vcpuHours=0, memoryGbHours=0).savings
    assert saving.monthly == 176.92
    assert "no warm worker while no job runs costs 0.00 instead of 176.92" in saving.what


def test_applications_share_what_the_stack_uses() -> None:
    result = priced(application("batch"), application("streaming"), **USED)
    assert [line.quantity for line in result.lines if line.what == "vCPUs of Spark jobs"] == [500, 500]


def test_warm_workers_are_charged_while_no_job_uses_them() -> None:
    # 1 x 4 + 2 x 8 = 20 vCPUs, 16 + 2 x 32 = 80 GB, 2 x (100 - 20) = 160 GB of disk; 100 h, of which jobs use 25.
    capacities = [warm("Driver", 1.0), warm("Executor", 2.0, "8 vCPU", "32 GB", disk="100 GB")]
    spark = {"vcpuHours": 0, "memoryGbHours": 0, "startedHours": 100, "warmUsedShare": 0.25}
    result = priced(application(initialCapacities=capacities), **spark)
    assert {line.what: line.quantity for line in result.lines} == {
        "unused vCPUs of warm workers": 1500,
        "unused memory of warm workers": 6000,
        "unused disks of warm workers": 12000,
    }
    # 1,500 x 0.0420992 + 6,000 x 0.0046228 + 12,000 x 0.000111 = 63.1488 + 27.7368 + 1.332.
    assert result.monthly == pytest.approx(92.2176)


def test_warm_workers_are_started_in_all_hours_by_default() -> None:
    found = priced(application(initialCapacities=[warm("Driver", 1.0)]), vcpuHours=0, memoryGbHours=0)
    assert {line.what: line.quantity for line in found.lines}["unused vCPUs of warm workers"] == 4 * 730


@pytest.mark.parametrize(
    ("capacity", "reason"),
    [
        (warm("Driver", 1.0, cpu="four"), "cpu 'four' is not like 4 vCPU or 16 GB"),
        (warm("Driver", UNKNOWN), "workerCount"),
        ({"initialCapacityConfig": {"workerCount": 2}}, "workers without a size"),
    ],
)
def test_warm_workers_of_unknown_size_are_unpriced(capacity: dict[str, Any], reason: str) -> None:
    result = priced(application(initialCapacities=[capacity]), **USED)
    assert reason in next(iter(result.reasons.values()))
    # What jobs use still counts.
    assert result.monthly > 60


def test_a_region_without_a_price_is_a_gap() -> None:
    result = estimate([component(), application(region="sa-east-1")], region="us-east-1", usage=Usage())
    assert [gap.subject for gap in result.gaps] == ["emr-serverless vcpu-hour-arm", "emr-serverless gb-hour-arm"]


CLUSTER = "aws:emr/cluster:Cluster"
FLEET = "aws:emr/instanceFleet:InstanceFleet"


def types(*kinds: str, weight: float = 8.0) -> list[dict[str, Any]]:
    disk = {"size": 100.0, "type": "gp3", "volumesPerInstance": 1.0}
    return [{"instanceType": kind, "weightedCapacity": weight, "ebsConfigs": [disk]} for kind in kinds]


def on_ec2() -> Resource:
    """A primary node m5.xlarge, and 16 vCPUs of core nodes m5.2xlarge."""
    primary = {"instanceTypeConfigs": types("m5.xlarge", weight=1.0), "targetOnDemandCapacity": 1.0}
    core = {"instanceTypeConfigs": types("m5.2xlarge"), "targetOnDemandCapacity": 16.0}
    return resource(CLUSTER, "ml", masterInstanceFleet=primary, coreInstanceFleet=core)


def test_a_cluster_on_ec2_costs_its_instances_emr_and_disks() -> None:
    # 730 x 0.192 and 2 x 730 x 0.384; EMR 730 x 0.048 and 1,460 x 0.096; 100 GB and 200 GB of gp3 at 0.08.
    assert monthly(priced(on_ec2())) == {
        "1 x m5.xlarge on demand": 140.16,
        "2 x m5.2xlarge on demand": 560.64,
        "EMR for primary nodes m5.xlarge": 35.04,
        "EMR for core nodes m5.2xlarge": 140.16,
        "1 x volume of primary nodes of 100 GB gp3": 8,
        "2 x volume of core nodes of 100 GB gp3": 16,
    }


def test_a_cluster_that_ends_when_idle_costs_the_hours_it_runs() -> None:
    result = priced(on_ec2(), clusterHours=73)
    assert result.monthly == pytest.approx(priced(on_ec2()).monthly / 10)
    # A commitment would be paid for in all hours.
    assert not [saving for saving in result.savings if "commitment" in saving.what]


def test_task_nodes_are_charged_on_spot_for_the_hours_that_usage_states() -> None:
    fleet = resource(FLEET, "task", instanceTypeConfigs=types("m5.2xlarge"))
    spot = load_table("us-east-1").price("ec2", "m5.2xlarge").spot
    assert spot
    # 5,840 vCPU-hours of 8 vCPUs are 730 hours.
    found = priced(fleet, taskVcpuHours=5840)
    assert found.monthly == pytest.approx(730 * (spot + 0.096) + 8)
    idle = priced(fleet)
    assert idle.monthly == 0
    assert "usage.spark.taskVcpuHours states none" in idle.lines[0].what


def test_an_instance_type_without_a_price_of_emr_is_a_gap() -> None:
    primary = {"instanceTypeConfigs": types("m7g.xlarge", weight=1.0), "targetOnDemandCapacity": 1.0}
    result = priced(resource(CLUSTER, "ml", masterInstanceFleet=primary))
    assert [gap.subject for gap in result.gaps] == ["emr uplift m7g.xlarge"]


def test_jobs_on_eks_cost_emrs_part_beside_the_nodes() -> None:
    # 1,000 x 0.01012 and 4,000 x 0.00111125.
    virtual = resource("aws:emrcontainers/virtualCluster:VirtualCluster", "ml")
    assert monthly(priced(virtual, **USED)) == {
        "EMR for vCPUs of Spark jobs on EKS": 10.12,
        "EMR for memory of Spark jobs on EKS": 4.445,
    }
