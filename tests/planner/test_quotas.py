"""Quotas to ask for are those that the plan's peak needs beyond AWS's defaults."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from planner.quotas.quota import Quota
from planner.quotas.required import quotas
from resources.resource import Resource
from tests.support.stacks.configs import SECTIONS, STORE, read

SUBNETS = ["a", "b", "c"]


def group(name: str, kind: str, maximum: int, capacity: str = "ON_DEMAND", template: str = "") -> Resource:
    return Resource(
        urn=name,
        type="aws:eks/nodeGroup:NodeGroup",
        name=name,
        property_dependencies={"launchTemplate": [template]} if template else {},
        inputs={
            "instanceTypes": [kind],
            "capacityType": capacity,
            "subnetIds": SUBNETS,
            "scalingConfig": {"minSize": 1, "maxSize": maximum},
            "updateConfig": {"maxUnavailablePercentage": 33},
        },
    )


def needed(found: Sequence[Quota]) -> dict[str, float]:
    return {quota.code: quota.needed for quota in found}


def test_gpu_nodes_at_their_raised_ceiling_and_an_update_count() -> None:
    schedule = Resource(
        urn="s",
        type="aws:autoscaling/schedule:Schedule",
        name="s",
        property_dependencies={"autoscalingGroupName": ["pool"]},
        inputs={"maxSize": 30},
    )
    # 30 at the peak, a third of them (10) more while updating, 4 vCPUs each.
    assert needed(quotas([group("pool", "g4dn.xlarge", 20), schedule])) == {"L-DB2E81BA": 160}


def test_spot_and_on_demand_are_quotas_of_their_own() -> None:
    found = quotas([group("a", "g4dn.xlarge", 1), group("b", "g5.xlarge", 1, "SPOT"), group("c", "p5.48xlarge", 1)])
    # One node, and six more while updating: two a zone.
    assert needed(found) == {"L-DB2E81BA": 28, "L-3819A6DF": 28, "L-417A185B": 7 * 192}


def test_a_capacity_block_counts_as_what_was_bought_and_no_more() -> None:
    # EKS takes its type from the template alone; nodes in a block are replaced by no others.
    template = Resource(
        urn="t",
        type="aws:ec2/launchTemplate:LaunchTemplate",
        name="t",
        inputs={"instanceType": "p5.48xlarge", "blockDeviceMappings": [{"ebs": {"volumeSize": 30 * 1024}}]},
    )
    block = group("block", "p5.48xlarge", 2, "CAPACITY_BLOCK", "t")
    bare = {key: value for key, value in block.inputs.items() if key != "instanceTypes"}
    found = quotas([template, replace(block, inputs=bare)])
    assert needed(found) == {"L-417A185B": 2 * 192, "L-7A658B76": 60}
    assert "block: 2 of a capacity block" in next(quota.why for quota in found if quota.service == "ec2")


def test_what_the_default_covers_is_not_asked_for() -> None:
    template = Resource(urn="t", type="aws:ec2/launchTemplate:LaunchTemplate", name="t")
    small = Resource(
        urn="one",
        type="aws:eks/nodeGroup:NodeGroup",
        name="one",
        inputs={"instanceTypes": ["t3.micro"], "subnetIds": ["a"], "scalingConfig": {"maxSize": 0}},
    )
    # None at the peak and two while updating make four vCPUs of the five that an account has.
    assert quotas([template, small]) == ()


@pytest.mark.parametrize("ways", [["spot", "on-demand"], ["reserved", "spot", "on-demand"], ["reserved", "spot"]])
def test_karpenter_counts_in_full_for_each_way_it_may_buy(ways: list[str]) -> None:
    """What is launched into a reservation counts as on demand, and once."""
    pool = Resource(
        urn="k",
        type="kubernetes:karpenter.sh/v1:NodePool",
        name="k",
        inputs={
            "spec": {
                "limits": {"cpu": "64"},
                "template": {
                    "spec": {
                        "requirements": [
                            {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ways},
                            {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["trn1.2xlarge"]},
                        ]
                    }
                },
            }
        },
    )
    assert needed(quotas([pool])) == {"L-2C3B7624": 64, "L-6B0D517C": 64}


def environment(kind: str, vcpus: int, *types: str) -> Resource:
    return Resource(
        urn=f"e-{kind}",
        type="aws:batch/computeEnvironment:ComputeEnvironment",
        name=f"jobs-{kind.lower()}",
        property_dependencies={"computeResources": ["t"]},
        inputs={"type": "MANAGED", "computeResources": {"type": kind, "maxVcpus": vcpus, "instanceTypes": [*types]}},
    )


def test_machines_of_batch_count_at_their_maximum() -> None:
    found = quotas([environment("EC2", 64, "g4dn.xlarge", "g5.2xlarge"), environment("SPOT", 96, "g6.xlarge")])
    # On demand, Batch may exceed the maximum by one machine, here of 8 vCPUs.
    assert needed(found) == {"L-DB2E81BA": 72, "L-3819A6DF": 96}
    assert next(iter(found)).why == "jobs-spot: up to 96 vCPUs"


def test_machines_of_batch_count_for_each_family() -> None:
    found = quotas([environment("EC2", 96, "p4d.24xlarge", "m7i.large")])
    assert needed(found) == {"L-417A185B": 96 + 96, "L-1216C47A": 96 + 2}


def test_disks_of_batch_machines_count() -> None:
    template = Resource(
        urn="t",
        type="aws:ec2/launchTemplate:LaunchTemplate",
        name="t",
        inputs={"blockDeviceMappings": [{"ebs": {"volumeSize": 1024}}]},
    )
    # 256 vCPUs are at most 64 machines of 4, with a TiB each.
    assert needed(quotas([template, environment("SPOT", 256, "g4dn.xlarge", "g4dn.2xlarge")]))["L-7A658B76"] == 64


def test_disks_of_all_nodes_at_their_peak_count() -> None:
    template = Resource(
        urn="t",
        type="aws:ec2/launchTemplate:LaunchTemplate",
        name="t",
        inputs={"blockDeviceMappings": [{"ebs": {"volumeSize": 4}}, {"ebs": {"volumeSize": 1020}}]},
    )
    found = quotas([template, group("pool", "m7i.xlarge", 60, template="t")])
    # 60 nodes and a third more (20) of one TiB each.
    assert needed(found)["L-7A658B76"] == 80


def test_addresses_and_endpoints_count() -> None:
    addresses = [Resource(urn=f"e{index}", type="aws:ec2/eip:Eip", name=f"e{index}") for index in range(6)]
    assert needed(quotas(addresses[:5])) == {}
    assert needed(quotas(addresses)) == {"L-0263D0A3": 6}


def test_vcpus_of_all_spark_applications_count_together() -> None:
    def application(name: str, cpu: object) -> Resource:
        capacity = {"cpu": cpu, "memory": "64 GB"}
        return Resource(
            urn=name, type="aws:emrserverless/application:Application", name=name, inputs={"maximumCapacity": capacity}
        )

    assert needed(quotas([application("batch", "8 vCPU"), application("streaming", "8 vCPU")])) == {}
    [found] = quotas([application("batch", "64 vCPU"), application("streaming", "8"), application("other", None)])
    assert (found.code, found.default, found.needed) == ("L-D05C8A75", 16, 72)
    assert found.why == "batch: up to 64 vCPUs; streaming: up to 8 vCPUs"


def test_training_lists_each_quota_of_its_instance_types() -> None:
    platform = {
        "name": "ml",
        "teams": [{"name": "search", "models": ["ranking/"]}],
        "instanceTypes": {"ml.g5.2xlarge": 4},
    }
    found = quotas([], read({**SECTIONS, "featureStore": STORE, "trainingPlatform": platform}))
    names = ["ml.g5.2xlarge for training job usage", "ml.g5.2xlarge for spot training job usage"]
    assert [(each.service, each.name, each.needed) for each in found] == [("sagemaker", name, 4) for name in names]
    assert [each.code for each in found] == ["L-2D6DEB3C", "L-CAEE7DB7"]
    warmed = {**platform, "warmPoolSeconds": 600}
    warm = quotas([], read({**SECTIONS, "featureStore": STORE, "trainingPlatform": warmed}))
    assert {each.name for each in warm} == {*names, "ml.g5.2xlarge for training warm pool usage"}


@pytest.mark.parametrize(("hours", "needed_seconds"), [(120, {}), (121, {"L-33A961FD": 435_600})])
def test_jobs_of_more_than_five_days_need_a_quota(hours: int, needed_seconds: dict[str, float]) -> None:
    platform = {
        "name": "ml",
        "teams": [{"name": "search", "models": ["ranking/"]}],
        "instanceTypes": {"ml.g5.2xlarge": 1},
        "maximumHours": hours,
    }
    found = quotas([], read({**SECTIONS, "featureStore": STORE, "trainingPlatform": platform}))
    assert {code: amount for code, amount in needed(found).items() if code == "L-33A961FD"} == needed_seconds


def test_a_spark_cluster_counts_its_nodes_at_their_limit() -> None:
    primary = {"instanceTypeConfigs": [{"instanceType": "m5.xlarge"}]}
    core = {"instanceTypeConfigs": [{"instanceType": "m5.2xlarge"}]}
    cluster = Resource(
        urn="c",
        type="aws:emr/cluster:Cluster",
        name="spark",
        inputs={"masterInstanceFleet": primary, "coreInstanceFleet": core},
    )
    limits = Resource(
        urn="l",
        type="aws:emr/managedScalingPolicy:ManagedScalingPolicy",
        name="limits",
        property_dependencies={"clusterId": ["c"]},
        inputs={"computeLimits": [{"maximumCapacityUnits": 64, "maximumOndemandCapacityUnits": 16}]},
    )
    # On demand 4 vCPUs of the primary node and 16; the other 48 on spot.
    assert needed(quotas([cluster, limits])) == {"L-1216C47A": 20, "L-34B43A08": 48}


def kafka(name: str, brokers: int, version: str = "3.9.x.kraft") -> Resource:
    inputs = {"numberOfBrokerNodes": brokers, "kafkaVersion": version}
    return Resource(urn=name, type="aws:msk/cluster:Cluster", name=name, inputs=inputs)


def test_brokers_count_in_each_cluster_and_together() -> None:
    # 60 brokers are what a cluster in KRaft mode may have, 30 with ZooKeeper, and 90 an account.
    assert quotas([kafka("a", 45), kafka("b", 45)]) == ()
    assert needed(quotas([kafka("a", 60), kafka("b", 33)])) == {"L-EDD31C36": 93}
    assert needed(quotas([kafka("a", 63)])) == {"L-03FD6822": 63}
    assert needed(quotas([kafka("a", 33, "3.9.x")])) == {"L-FAB9E493": 33}
    assert quotas([kafka("a", 33)]) == ()


def test_configurations_of_brokers_count() -> None:
    made = [Resource(urn=f"{n}", type="aws:msk/configuration:Configuration", name=f"{n}") for n in range(101)]
    assert needed(quotas(made)) == {"L-B2FDE22A": 101}
    assert quotas(made[1:]) == ()


@pytest.mark.parametrize(("count", "needed"), [(200, []), (201, [("L-ACB674F3", 201)])])
def test_health_checks_above_the_default_are_a_quota_to_ask_for(count: int, needed: list[tuple[str, int]]) -> None:
    kind = "aws:route53/healthCheck:HealthCheck"
    checks = [Resource(urn=f"check-{place}", type=kind, name=f"check-{place}", inputs={}) for place in range(count)]
    assert [(each.code, each.needed) for each in quotas(checks)] == needed
