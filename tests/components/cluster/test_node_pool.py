from typing import Any

import pytest
import yaml

from components.cluster.accelerator_software import device_plugin_configs, device_plugin_values
from components.cluster.node_pool.node_pool import subnets_in
from components.core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL
from components.core.spec import SpecError
from resources.resource import UNKNOWN, Resource
from tests.support.aws_models import service_model
from tests.support.components.clusters import KEY, NODE_GROUP, NODE_ROLE, SCHEDULE, TEMPLATE, node_pool
from tests.support.components.mocks import Recording
from tests.support.components.models import objects

TAG = "aws:autoscaling/tag:Tag"
PLACEMENT = "aws:ec2/placementGroup:PlacementGroup"


def group(**args: Any) -> dict[str, Any]:
    return dict(node_pool(**args).one(NODE_GROUP).inputs)


def template(**args: Any) -> dict[str, Any]:
    return dict(node_pool(**args).one(TEMPLATE).inputs)


@pytest.fixture(scope="module")
def plain() -> Recording:
    return node_pool()


def test_instance_metadata_needs_a_token_and_stays_on_the_node(plain: Recording) -> None:
    options = plain.one(TEMPLATE).inputs["metadataOptions"]
    assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


def test_the_disk_is_encrypted_gp3_with_the_given_key() -> None:
    [disk] = template(disk_gib=200, disk_iops=4000, disk_throughput=250)["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert disk["ebs"] == {
        "encrypted": "true",
        "kmsKeyId": KEY,
        "volumeType": "gp3",
        "volumeSize": 200,
        "iops": 4000,
        "throughput": 250,
        "deleteOnTermination": "true",
    }


def test_bottlerocket_has_two_encrypted_disks() -> None:
    made = template(instance_types=["m7i.large"], ami_family="bottlerocket")["blockDeviceMappings"]
    disks = {each["deviceName"]: each["ebs"] for each in made}
    assert {name: disk["volumeSize"] for name, disk in disks.items()} == {"/dev/xvda": 4, "/dev/xvdb": 100}
    assert {(disk["encrypted"], disk["kmsKeyId"]) for disk in disks.values()} == {("true", KEY)}


def test_everything_launched_carries_the_providers_tags(plain: Recording) -> None:
    tagged = {each["resourceType"]: each["tags"] for each in plain.one(TEMPLATE).inputs["tagSpecifications"]}
    assert tagged == {
        kind: {"owner": "ml-platform", "Name": "pool"} for kind in ("instance", "volume", "network-interface")
    }


def test_the_group_joins_the_cluster_it_was_given(plain: Recording) -> None:
    inputs = plain.one(NODE_GROUP).inputs
    assert (inputs["clusterName"], inputs["nodeRoleArn"]) == ("ml", NODE_ROLE)
    assert inputs["subnetIds"] == ["subnet-a", "subnet-b"]
    assert inputs["launchTemplate"] == {"id": "lt-pool-template", "version": "1"}
    assert plain.one(TEMPLATE).inputs["vpcSecurityGroupIds"] == ["sg-nodes"]


AMI_TYPES = [
    (["m7i.large"], "al2023", "AL2023_x86_64_STANDARD"),
    (["m7g.large"], "al2023", "AL2023_ARM_64_STANDARD"),
    (["g4dn.xlarge"], "al2023", "AL2023_x86_64_NVIDIA"),
    (["g5g.xlarge"], "al2023", "AL2023_ARM_64_NVIDIA"),
    (["inf2.xlarge"], "al2023", "AL2023_x86_64_NEURON"),
    (["m7i.large"], "bottlerocket", "BOTTLEROCKET_x86_64"),
    (["m7g.large"], "bottlerocket", "BOTTLEROCKET_ARM_64"),
    (["g4dn.xlarge"], "bottlerocket", "BOTTLEROCKET_x86_64_NVIDIA"),
    (["g5g.xlarge"], "bottlerocket", "BOTTLEROCKET_ARM_64_NVIDIA"),
]


@pytest.mark.parametrize(("types", "family", "ami_type"), AMI_TYPES)
def test_the_image_fits_architecture_accelerator_and_family(types: list[str], family: str, ami_type: str) -> None:
    assert group(instance_types=types, ami_family=family)["amiType"] == ami_type


def test_every_image_is_one_that_eks_knows() -> None:
    known = service_model("eks").shape_for("AMITypes").enum
    assert {ami_type for *_, ami_type in AMI_TYPES} <= set(known)


def test_accelerators_are_kept_for_pods_that_ask_for_them() -> None:
    own = {"key": "team", "value": "vision", "effect": "NO_SCHEDULE"}
    assert group(taints=[own])["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"},
        own,
    ]
    assert group(instance_types=["trn1.2xlarge"])["taints"][0]["key"] == "aws.amazon.com/neuron"
    assert group(instance_types=["m7i.large"])["taints"] == []


def test_labels_say_what_a_node_has() -> None:
    found = group(labels={"team": "vision"})["labels"]
    assert found == {
        "team": "vision",
        "mlplatform.io/pool": "gpu",
        "nvidia.com/gpu.present": "true",
        "k8s.amazonaws.com/accelerator": "nvidia-t4",
        "mlplatform.io/nvidia-device-plugin": "true",
        "nvidia.com/device-plugin.config": "exclusive",
    }
    assert group(instance_types=["m7i.large"])["labels"] == {"mlplatform.io/pool": "gpu"}
    assert group(instance_types=["inf2.xlarge"])["labels"]["mlplatform.io/neuron"] == "true"


SHARING: list[tuple[str, dict[str, Any], str]] = [
    ("g4dn.xlarge", {}, "exclusive"),
    ("g4dn.xlarge", {"time_slicing": 4}, "time-slicing-4"),
    ("g4dn.xlarge", {"mps": 16}, "mps-16"),
    ("p4d.24xlarge", {"mig_profile": "1g.5gb"}, "mig"),
    ("p5.48xlarge", {"mig_profile": "1g.10gb", "time_slicing": 2}, "mig-time-slicing-2"),
]


@pytest.mark.parametrize(("kind", "sharing", "config"), SHARING)
def test_shared_pool_names_a_known_plugin_configuration(kind: str, sharing: dict[str, Any], config: str) -> None:
    found = group(instance_types=[kind], sharing=sharing)["labels"]
    assert found[DEVICE_PLUGIN_CONFIG_LABEL] == config
    chosen = yaml.safe_load(device_plugin_configs()[config])
    shared = chosen.get("sharing", {})
    assert chosen["flags"]["migStrategy"] == ("single" if "mig_profile" in sharing else "none")
    assert set(shared) == {
        {"time_slicing": "timeSlicing", "mps": "mps"}[key] for key in sharing if key != "mig_profile"
    }
    for mode in shared.values():
        assert mode["failRequestsGreaterThanOne"] is True
        assert mode["resources"] == [
            {"name": "nvidia.com/gpu", "replicas": sharing.get("time_slicing") or sharing["mps"]}
        ]


def test_only_pools_that_use_mps_run_its_daemon() -> None:
    assert group(sharing={"mps": 4})["labels"]["nvidia.com/mps.capable"] == "true"
    assert "nvidia.com/mps.capable" not in group(sharing={"time_slicing": 4})["labels"]


def test_bottlerocket_keeps_our_device_plugin_away() -> None:
    labels = group(ami_family="bottlerocket")["labels"]
    [term] = device_plugin_values()["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
        "nodeSelectorTerms"
    ]
    [wanted] = term["matchExpressions"]
    assert wanted["key"] not in labels
    assert group()["labels"][wanted["key"]] in wanted["values"]


@pytest.fixture(scope="module")
def fabric() -> Recording:
    return node_pool(instance_types=["p5.48xlarge"], minimum=0, maximum=4, efa=True)


def test_fabric_nodes_have_an_adapter_on_each_card(fabric: Recording) -> None:
    inputs = fabric.one(TEMPLATE).inputs
    interfaces = inputs["networkInterfaces"]
    assert [each["networkCardIndex"] for each in interfaces] == list(range(32))
    assert [each["deviceIndex"] for each in interfaces] == [0] + [1] * 31
    assert {each["interfaceType"] for each in interfaces} == {"efa"}
    assert all(each["securityGroups"] == ["sg-nodes"] for each in interfaces)
    assert all(each["associatePublicIpAddress"] == "false" for each in interfaces)
    assert "vpcSecurityGroupIds" not in inputs


def test_fabric_nodes_lie_in_one_placement_group_and_one_zone(fabric: Recording) -> None:
    assert fabric.one(PLACEMENT).inputs["strategy"] == "cluster"
    placed = fabric.one(TEMPLATE)
    assert placed.property_dependencies["placement"] == [fabric.one(PLACEMENT).urn]
    assert fabric.one(NODE_GROUP).inputs["subnetIds"] == ["subnet-a"]


def test_pools_without_fabric_have_neither(plain: Recording) -> None:
    assert plain.all(PLACEMENT) == []
    assert "networkInterfaces" not in plain.one(TEMPLATE).inputs


@pytest.mark.parametrize(("purchase", "capacity_type"), [("on-demand", "ON_DEMAND"), ("spot", "SPOT")])
def test_capacity_is_bought_as_asked(purchase: str, capacity_type: str) -> None:
    assert group(purchase=purchase)["capacityType"] == capacity_type
    assert "capacityReservationSpecification" not in template(purchase=purchase)


RESERVED = {"capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}}


def test_a_reservation_is_targeted() -> None:
    reservation: dict[str, Any] = {"capacity_reservation_id": "cr-0123456789abcdef0", "zone": "us-east-1b"}
    recording = node_pool(purchase="capacity-reservation", **reservation)
    assert recording.one(TEMPLATE).inputs["capacityReservationSpecification"] == RESERVED
    assert recording.one(NODE_GROUP).inputs["capacityType"] == "ON_DEMAND"
    assert recording.one(NODE_GROUP).inputs["instanceTypes"] == ["g4dn.xlarge"]


def test_a_capacity_block_names_its_type_in_the_template_alone() -> None:
    recording = node_pool(
        instance_types=["p5.48xlarge"],
        purchase="capacity-block",
        capacity_reservation_id="cr-0123456789abcdef0",
        zone="us-east-1b",
    )
    inputs = recording.one(TEMPLATE).inputs
    assert inputs["capacityReservationSpecification"] == RESERVED
    assert inputs["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert inputs["instanceType"] == "p5.48xlarge"
    group = recording.one(NODE_GROUP).inputs
    assert group["capacityType"] == "CAPACITY_BLOCK"
    assert "instanceTypes" not in group


def test_a_pool_of_one_zone_has_its_subnet_alone() -> None:
    reserved: dict[str, Any] = {"purchase": "capacity-reservation", "capacity_reservation_id": "cr-0123456789abcdef0"}
    assert group(**reserved, zone="us-east-1b")["subnetIds"] == ["subnet-b"]
    assert group(zone="us-east-1a")["subnetIds"] == ["subnet-a"]
    assert group()["subnetIds"] == ["subnet-a", "subnet-b"]
    with pytest.raises(
        SpecError, match="zone = 'us-east-1d': the pool has no subnet there; write a zone of its subnets: us-east-1a"
    ):
        subnets_in("us-east-1d", {"subnet-a": "us-east-1a"})
    with pytest.raises(SpecError, match="eu-west-1a is not a zone of us-east-1"):
        node_pool(zone="eu-west-1a")


ZONES = ["us-east-1a", "us-east-1b"]
PEAK = {"name": "peak", "additional_nodes": 5, "start": "08:00", "end": "22:00"}


def test_a_pool_with_zonal_volumes_is_one_group_a_zone() -> None:
    recording = node_pool(zones=ZONES, minimum=0, desired=3, maximum=5, schedules=[PEAK])
    groups = {each.name: each.inputs for each in recording.all(NODE_GROUP)}
    assert {name: each["subnetIds"] for name, each in groups.items()} == {
        "pool-us-east-1a-nodes": ["subnet-a"],
        "pool-us-east-1b-nodes": ["subnet-b"],
    }
    sizes = [each["scalingConfig"] for each in groups.values()]
    # Together they are the pool's: 0 to 5 nodes, 3 at first, 10 at the peak, which EKS is told as the maximum.
    assert {key: sum(size[key] for size in sizes) for key in ("minSize", "desiredSize", "maxSize")} == {
        "minSize": 0,
        "desiredSize": 3,
        "maxSize": 10,
    }
    assert {each["labels"]["mlplatform.io/pool"] for each in groups.values()} == {"gpu"}
    ceilings = {each.name: each.inputs["maxSize"] for each in recording.all(SCHEDULE)}
    assert ceilings == {
        "pool-us-east-1a-peak-start": 6,
        "pool-us-east-1a-peak-end": 3,
        "pool-us-east-1b-peak-start": 4,
        "pool-us-east-1b-peak-end": 2,
    }
    for each in (*recording.all(SCHEDULE), *recording.all(TAG)):
        [owner] = each.property_dependencies["autoscalingGroupName"]
        assert owner.rpartition("::")[2].removesuffix("-nodes") in each.name
    assert len(recording.all(TEMPLATE)) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"zones": ["us-east-1a", "us-east-1a"]}, "named more than once"),
        ({"zones": ["us-east-1"]}, "is not a valid zone"),
        ({"zones": ZONES, "zone": "us-east-1a"}, "zone puts all nodes into one zone; keep one"),
        ({"zones": ZONES, "minimum": 0, "maximum": 1}, "maximum = 1: each of the 2 zones has a group; write 2 or more"),
        (
            {"zones": ZONES, "schedules": [{**PEAK, "additional_nodes": 1}]},
            "additionalNodes = 1: each of the 2 zones has a group",
        ),
        ({"zones": ["us-east-1a", "eu-west-1a"]}, "eu-west-1a is not a zone of us-east-1"),
    ],
)
def test_zones_that_make_no_groups_are_refused(args: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        node_pool(**args)


HINTS = "k8s.io/cluster-autoscaler/node-template/resources/"


def hints_of(recording: Recording) -> dict[str, str]:
    tags = [each.inputs for each in recording.all(TAG)]
    assert {tag["autoscalingGroupName"] for tag in tags} == {"eks-pool-nodes-1a2b3c4"}
    found = {tag["tag"]["key"]: tag["tag"]["value"] for tag in tags}
    return {key.removeprefix(HINTS): value for key, value in found.items() if key.startswith(HINTS)}


@pytest.mark.parametrize(
    ("args", "hints"),
    [
        ({"instance_types": ["g4dn.12xlarge"]}, {"nvidia.com/gpu": "4"}),
        ({"instance_types": ["g4dn.12xlarge"], "sharing": {"time_slicing": 4}}, {"nvidia.com/gpu": "16"}),
        ({"instance_types": ["g4dn.xlarge"], "sharing": {"mps": 3}}, {"nvidia.com/gpu": "3"}),
        (
            {"instance_types": ["p4d.24xlarge"], "sharing": {"mig_profile": "1g.5gb", "time_slicing": 2}},
            {"nvidia.com/gpu": "112"},
        ),
        ({"instance_types": ["p5.48xlarge"], "efa": True}, {"nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32"}),
        ({"instance_types": ["inf2.24xlarge"]}, {"aws.amazon.com/neuron": "6"}),
        ({"instance_types": ["m7i.large"]}, {}),
    ],
)
def test_autoscaler_knows_nodes_of_an_empty_pool(args: dict[str, Any], hints: dict[str, str]) -> None:
    found = hints_of(node_pool(minimum=0, maximum=2, **args))
    assert gibibytes(found.pop("ephemeral-storage")) > 0
    assert found == hints


def gibibytes(quantity: str) -> int:
    return int(quantity.removesuffix("Gi"))


@pytest.mark.parametrize(
    ("args", "disk_gib"),
    [
        ({"instance_types": ["m7i.large"], "disk_gib": 20}, 20),
        ({"instance_types": ["m7i.large"], "disk_gib": 16384}, 16384),
        ({"instance_types": ["m7i.large"]}, 100),
        # 125 GB of its own are 116 GiB.
        ({"instance_types": ["g4dn.xlarge"], "disk_gib": 200}, 116),
        ({"instance_types": ["p5.48xlarge"]}, 28311),
    ],
)
def test_empty_pool_offers_the_disk_left_for_pods(args: dict[str, Any], disk_gib: int) -> None:
    """The kubelet of EKS's images keeps back 1 GiB and 10 % of the file system."""
    recording = node_pool(minimum=0, maximum=2, **args)
    tag = recording.one(TAG, "pool-ephemeral-storage").inputs["tag"]
    assert tag["propagateAtLaunch"] is False
    offered = gibibytes(tag["value"])
    assert 0.8 * disk_gib - 1 <= offered <= 0.9 * disk_gib - 1


def test_empty_pool_offers_every_resource_pods_request() -> None:
    """The cluster autoscaler knows CPU, memory, pods and GPUs of a type; the rest it reads from tags."""
    service = objects(gpus=1)["InferenceService", "fraud"]
    model = service["spec"]["predictor"]["model"]["resources"]["requests"]
    offered = hints_of(node_pool(minimum=0, maximum=2))
    assert set(model) - {"cpu", "memory"} <= offered.keys()


def test_a_pool_that_always_has_a_node_needs_no_hints(plain: Recording) -> None:
    assert hints_of(plain) == {}


def test_preview_knows_sizes_but_not_the_scaling_group() -> None:
    schedule = {"name": "peak", "additional_nodes": 1, "start": "08:00", "end": "22:00"}
    recording = node_pool(Recording(preview=True), schedules=[schedule])
    found: list[Resource] = recording.all(SCHEDULE)
    assert [each.inputs["autoscalingGroupName"] for each in found] == [UNKNOWN, UNKNOWN]
    assert {each.inputs["maxSize"] for each in found} == {3, 4}


def test_outputs_name_the_group_and_its_template(plain: Recording) -> None:
    outputs = plain.outputs("pool")
    assert outputs["scaling_group_name"] == "eks-pool-nodes-1a2b3c4"
    assert outputs["launch_template_id"] == "lt-pool-template"
    assert outputs["node_group_name"] == "pool-nodes-1a2b3c4"
