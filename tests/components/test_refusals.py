"""Wrong arguments are refused before anything is registered, with field, value and remedy."""

from typing import Any

import pytest

from components.core.spec import SpecError
from tests.support.components.clusters import GPU, SYSTEM, gpu_cluster, karpenter, node_pool
from tests.support.components.mocks import Recording

RESERVATION = "cr-0123456789abcdef0"
PEAK = {"name": "peak", "additional_nodes": 10, "start": "08:00", "end": "22:00"}
P5 = ["p5.48xlarge"]


def refusal(build: Any, recording: Recording | None = None, **args: Any) -> str:
    recording = recording or Recording()
    with pytest.raises(SpecError) as error:
        build(recording, **args)
    # The component itself is known by then in the one case that needs its region; nothing in a cloud is.
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"instance_types": ["ml.g4dn.xlarge"]},
            "instance_types = ['ml.g4dn.xlarge']: ml.g4dn.xlarge is a SageMaker name; write g4dn.xlarge",
        ),
        ({"instance_types": ["g4dn.xlrage"]}, "g4dn.xlrage is not an EC2 instance type; did you mean g4dn.xlarge?"),
        ({"instance_types": []}, "instance_types = []: "),
        ({"instance_types": ["g4dn.xlarge"] * 2}, "g4dn.xlarge is named more than once; name each type once"),
        (
            {"instance_types": ["g4dn.xlarge", "g4dn.2xlarge"]},
            "instanceTypes = ['g4dn.xlarge', 'g4dn.2xlarge']: g4dn.xlarge and g4dn.2xlarge differ in architecture, "
            "accelerators or vCPUs; use a separate pool for each size",
        ),
        ({"instance_types": ["c6i.large", "c6i.xlarge"]}, "c6i.large and c6i.xlarge differ in"),
        ({"minimum": 4}, "maximum = 3: maximum must be at least minimum = 4"),
        ({"desired": 4}, "desired = 4 must be between minimum = 1 and maximum = 3"),
        ({"minimum": -1}, "minimum = -1: "),
        ({"maximum": 451}, "maximum = 451: must be at most 450"),
        ({"maximum": "many"}, "maximum = 'many': must be a whole number, such as 3"),
        ({"name": "GPU"}, "name = 'GPU': "),
        ({"disk_gib": 10}, "disk_gib = 10: must be at least 20"),
        ({"disk_throughput": 2000}, "disk_throughput = 2000: must be at most 1000"),
        ({"purchase": "reserved"}, "purchase = 'reserved': allowed: on-demand, spot, capacity-reservation"),
        ({"purchase": "on_demand"}, "did you mean on-demand?"),
        (
            {"purchase": "capacity-block"},
            "purchase = 'capacity-block': requires capacityReservationId; set it to the id",
        ),
        (
            {"purchase": "capacity-reservation", "capacity_reservation_id": RESERVATION},
            "purchase = 'capacity-reservation': requires zone; set it to the zone of the reservation",
        ),
        ({"zone": "use1-az1"}, "zone = 'use1-az1': "),
        (
            {"capacity_reservation_id": RESERVATION},
            f"capacityReservationId = '{RESERVATION}': purchase is on-demand; set it to capacity-reservation",
        ),
        ({"capacity_reservation_id": "reservation"}, "capacity_reservation_id = 'reservation': "),
        (
            {
                "instance_types": ["p4d.24xlarge", "p4de.24xlarge"],
                "purchase": "capacity-block",
                "capacity_reservation_id": RESERVATION,
                "zone": "us-east-1a",
            },
            "a capacity block has one instance type; remove all types except p4d.24xlarge",
        ),
        (
            {"instance_types": ["mac2.metal"], "purchase": "spot"},
            "purchase = 'spot': mac2.metal is not sold as spot; set it to on-demand",
        ),
        ({"efa": True}, "efa = true: g4dn.xlarge has no Elastic Fabric Adapter"),
        (
            {"instance_types": ["m7i.large"], "local_disk": True},
            "localDisk = true: m7i.large has no local NVMe disk; remove localDisk",
        ),
        (
            {"instance_types": ["m5d.large", "m5.large"], "local_disk": True},
            "localDisk = true: m5.large has no local NVMe disk",
        ),
        (
            {"instance_types": ["inf2.xlarge"], "ami_family": "bottlerocket"},
            "amiFamily = 'bottlerocket': inf2.xlarge has Neuron devices, which require al2023; set amiFamily to al2023",
        ),
        ({"ami_family": "al2"}, "ami_family = 'al2': allowed: al2023, bottlerocket; did you mean al2023?"),
        (
            {"sharing": {"time_slicing": 4, "mps": 4}},
            "timeSlicing and mps exclude each other; keep one of them",
        ),
        (
            {"instance_types": P5, "sharing": {"mps": 4, "mig_profile": "1g.10gb"}},
            "migProfile and mps exclude each other; keep one of them",
        ),
        ({"sharing": {"time_slicing": 1}}, "sharing.time_slicing = 1: must be at least 2"),
        ({"sharing": {"mps": 17}}, "sharing.mps = 17: must be at most 16"),
        (
            {"sharing": {"mig_profile": "1g.5gb"}},
            "sharing.migProfile = '1g.5gb': g4dn.xlarge has a T4, which does not support MIG",
        ),
        (
            # Both have eight A100, of 40 and of 80 GB.
            {"instance_types": ["p4d.24xlarge", "p4de.24xlarge"], "sharing": {"mig_profile": "1g.5gb"}},
            "sharing.migProfile = '1g.5gb': allowed on p4de.24xlarge: 1g.10gb",
        ),
        (
            {"instance_types": P5, "sharing": {"mig_profile": "1g.5gb"}},
            "sharing.migProfile = '1g.5gb': allowed on p5.48xlarge: 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7",
        ),
        (
            {"instance_types": ["m7i.large"], "sharing": {"mps": 2}},
            "sharing.mps = 2: m7i.large has no NVIDIA GPU; remove sharing",
        ),
        ({"ami_family": "bottlerocket", "sharing": {"mps": 2}}, "sharing.mps = 2: requires amiFamily al2023"),
        (
            {
                "instance_types": ["p6-b200.48xlarge"],
                "ami_family": "bottlerocket",
                "sharing": {"mig_profile": "1g.23gb"},
            },
            "sharing.migProfile = '1g.23gb': requires amiFamily al2023 on a B200",
        ),
        (
            {
                "instance_types": P5,
                "ami_family": "bottlerocket",
                "sharing": {"mig_profile": "1g.10gb", "time_slicing": 2},
            },
            "sharing.timeSlicing = 2: requires amiFamily al2023 together with migProfile",
        ),
        (
            {"schedules": [{key: PEAK[key] for key in PEAK if key != "end"}]},
            "schedules[0].end is missing; it is required",
        ),
        (
            {"schedules": [PEAK, {**PEAK, "name": "noon", "start": "12:00", "end": "13:00"}]},
            "schedules = ['peak', 'noon']: peak and noon overlap or adjoin, but each sets the maximum; leave time",
        ),
        (
            {"schedules": [PEAK, {**PEAK, "name": "night", "start": "22:00", "end": "06:00"}]},
            "peak and night overlap or adjoin",
        ),
        (
            {"schedules": [PEAK, PEAK]},
            "schedules = ['peak', 'peak']: peak is the name of two schedules; rename one",
        ),
        (
            {
                "schedules": [
                    PEAK,
                    {**PEAK, "name": "night", "start": "23:00", "end": "06:00", "time_zone": "Asia/Tokyo"},
                ]
            },
            "the hours of Asia/Tokyo and Etc/UTC can't be compared; use the same timeZone in all schedules",
        ),
        (
            {"schedules": [{**PEAK, "additional_nodes": 448}]},
            "maximum = 3: with additionalNodes the pool has 451 nodes; EKS allows 450; use two pools",
        ),
        ({"instanceType": ["g4dn.xlarge"]}, "instanceType is not a known field; known here: name, instance_types, "),
        ({"instanceType": ["g4dn.xlarge"]}, "did you mean instance_types?"),
        (
            {"sharing": {"mig": "1g.5gb"}},
            "sharing.mig is not a known field; known here: timeSlicing, mps, migProfile; did you mean ",
        ),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]}, "taints[0].effect = 'NoSchedule': allowed: NO_SCHEDULE, "),
    ],
)
def test_a_wrong_pool(args: dict[str, Any], message: str) -> None:
    told = refusal(node_pool, **args)
    assert told.startswith("NodePool(pool): 1 wrong\n  ")
    assert message in told


def test_every_wrong_field_is_told_at_once() -> None:
    told = refusal(node_pool, disk_gib=1, purchase="free", colour="red")
    assert told.startswith("NodePool(pool): 3 wrong")
    assert [line.split(" ")[2] for line in told.splitlines()[1:]] == ["disk_gib", "purchase", "colour"]


def test_type_the_region_lacks_is_refused_with_similar_ones() -> None:
    told = refusal(node_pool, Recording(region="ap-south-2"))
    assert (
        "instanceTypes = ['g4dn.xlarge']: g4dn.xlarge is not offered in ap-south-2; like it there: g6.xlarge, g6e"
        in told
    )


def test_a_cluster_refuses_a_pool_of_a_type_that_the_region_lacks() -> None:
    args = {"node_pools": [{**SYSTEM, "instance_types": ["m7i.large"]}, GPU]}
    told = refusal(gpu_cluster, Recording(region="ap-south-2"), **args)
    assert "nodePools[1].instanceTypes = ['g4dn.xlarge']: g4dn.xlarge is not offered in ap-south-2" in told


def test_karpenter_refuses_a_type_that_the_region_lacks() -> None:
    told = refusal(karpenter, Recording(region="ap-south-2"), instance_types=["g6.xlarge", "g4dn.xlarge"])
    assert "pools[0].instanceTypes = ['g6.xlarge', 'g4dn.xlarge']: g4dn.xlarge is not offered in ap-south-2" in told


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ({"instance_types": ["ml.g5.xlarge"]}, "ml.g5.xlarge is a SageMaker name; write g5.xlarge, its name in EC2"),
        ({"instance_types": ["g5.xlagre"]}, "did you mean g5.xlarge?"),
        ({"maximum_gpus": None}, "pools[0].maximumGpus = null: g5.xlarge has accelerators; write the maximum of all"),
        ({"spot": False, "on_demand": False}, "pools[0].onDemand = false: spot is false too; set one of"),
        (
            {"instance_types": ["g5.xlarge", "m7i.large"]},
            "pools[0].instanceTypes = ['g5.xlarge', 'm7i.large']: mixes accelerators or architectures; use one pool",
        ),
        (
            {"instance_types": ["inf2.xlarge"], "ami_family": "bottlerocket"},
            "amiFamily = 'bottlerocket': inf2.xlarge has Neuron",
        ),
        ({"ami_version": "newest"}, "pools[0].ami_version = 'newest': "),
        ({"maximum_vcpus": 0}, "pools[0].maximum_vcpus = 0: "),
        ({"consolidation": "always"}, "pools[0].consolidation = 'always': allowed: empty, underutilized"),
        ({"schedules": []}, "pools[0].schedules is not a known field"),
    ],
)
def test_a_wrong_karpenter_pool(pool: dict[str, Any], message: str) -> None:
    told = refusal(karpenter, **pool)
    assert told.startswith("Karpenter(karpenter): 1 wrong\n  ")
    assert message in told


def test_karpenter_without_pools() -> None:
    told = refusal(gpu_cluster, karpenter={"pools": []})
    assert "karpenter.pools = []: " in told


ACCESS = {"name": "ops", "principal_arn": "arn:aws:iam::123456789012:role/ops", "level": "admin"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"kubernetes_version": 1.36},
            'kubernetes_version = 1.36: must be text, because YAML reads 1.30 as 1.3; write it in quotes: "1.36"',
        ),
        (
            {"kubernetes_version": "1.34"},
            "kubernetes_version = '1.34': EKS 1.34 leaves standard support on 2026-12-02; allowed: 1.35, 1.36",
        ),
        ({"kubernetes_version": "1.37"}, "kubernetes_version = '1.37': allowed: 1.35, 1.36; did you mean 1.36?"),
        ({"service_cidr": "172.20.0.0"}, "service_cidr = '172.20.0.0': is not an IPv4 range"),
        ({"service_cidr": "203.0.113.0/24"}, "inside one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"),
        (
            {"service_cidr": "10.0.0.1/16"},
            "service_cidr = '10.0.0.1/16': has bits set beyond its prefix; write 10.0.0.0/16",
        ),
        ({"endpoint_public_cidrs": ["office"]}, "'office'"),
        (
            {"endpoint_private_cidrs": ["52.94.0.0/22"]},
            "52.94.0.0/22 is a public range; move it to endpointPublicCidrs",
        ),
        ({"endpoint_private_cidrs": ["10.0.0.0/33"]}, "write address/prefix, such as 10.0.0.0/16"),
        (
            {"log_retention_days": 100},
            "log_retention_days = 100: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, ",
        ),
        ({"log_retention_days": 100}, "nearest: 90"),
        (
            {"node_pools": [GPU]},
            "nodePools needs a pool with minimum 2 or more, without accelerators and taints: the cluster's DNS, "
            "controllers and autoscaler run there",
        ),
        ({"node_pools": [{**SYSTEM, "minimum": 1}]}, "nodePools needs a pool with minimum 2 or more"),
        (
            {"node_pools": [SYSTEM, SYSTEM]},
            "nodePools = 'system': two pools have this name; give each pool its own name",
        ),
        ({"node_pools": []}, "node_pools = []: "),
        ({"cluster_name": "-ml"}, "cluster_name = '-ml': "),
        ({"access": [{**ACCESS, "level": "owner"}]}, "access[0].level = 'owner': allowed: admin, edit, view"),
        ({"access": [{**ACCESS, "principal_arn": "ops"}]}, "access[0].principal_arn = 'ops': "),
        ({"namespaces": [{"namespace": "Serving"}]}, "namespaces[0].namespace = 'Serving': "),
        (
            {"namespaces": [{"namespace": "serving", "pod_security": "strict"}]},
            "namespaces[0].pod_security = 'strict': allowed: restricted, baseline, privileged; did you mean ",
        ),
        ({"nodepools": []}, "nodepools is not a known field; known here: cluster_name, existing"),
        ({"node_pools": [{**SYSTEM, "instanceType": "m7i.large"}]}, "node_pools[0].instanceType is not a known field"),
    ],
)
def test_a_wrong_cluster(args: dict[str, Any], message: str) -> None:
    told = refusal(gpu_cluster, **args)
    assert told.startswith("GpuCluster(ml): 1 wrong\n  ")
    assert message in told


def test_managed_and_karpenter_pools_cannot_share_a_name() -> None:
    pool = {"name": "system", "instance_types": ["g5.xlarge"], "maximum_gpus": 1, "maximum_vcpus": 4}
    assert "karpenter.pools = 'system': two pools have this name; give each pool its own name" in refusal(
        gpu_cluster, karpenter={"pools": [pool]}
    )
