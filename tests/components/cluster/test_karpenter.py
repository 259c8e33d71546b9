import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from components.cluster.karpenter.iam import controller_policy
from components.cluster.karpenter.karpenter import EVENTS, controller_values
from components.core.account import Account
from components.core.spec import SpecError
from components.facts.versions import NODE_IMAGES
from resources.resource import Resource
from tests.support.components.clusters import KEY, NODE_ROLE, RELEASE, karpenter, needs, select, statements
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording

ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
POOL = "kubernetes:karpenter.sh/v1:NodePool"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:karpenter-interruptions-1a2b3c4"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return karpenter()


def node_class(**pool: Any) -> dict[str, Any]:
    return karpenter(**pool).one(CLASS).inputs["spec"]


def node_pool(**pool: Any) -> dict[str, Any]:
    return karpenter(**pool).one(POOL).inputs["spec"]


def required(spec: dict[str, Any]) -> dict[str, list[str]]:
    return {each["key"]: each["values"] for each in spec["template"]["spec"]["requirements"]}


def test_nodes_are_discovered_encrypted_private_and_tagged() -> None:
    spec = node_class(disk_gib=150, ami_version="v20261104")
    discovery = [{"tags": {"karpenter.sh/discovery": "ml"}}]
    assert spec["subnetSelectorTerms"] == spec["securityGroupSelectorTerms"] == discovery
    assert spec["amiSelectorTerms"] == [{"alias": "al2023@v20261104"}]
    assert spec["associatePublicIPAddress"] is False
    assert spec["tags"] == {"owner": "ml-platform"}
    [disk] = spec["blockDeviceMappings"]
    assert disk["ebs"] == {
        "encrypted": True,
        "kmsKeyID": KEY,
        "volumeType": "gp3",
        "volumeSize": "150Gi",
        "deleteOnTermination": True,
    }


def test_instance_metadata_needs_a_token_and_stays_on_the_node() -> None:
    options = node_class()["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


@pytest.mark.parametrize(
    ("pool", "volume", "policy"),
    [
        ({"instance_types": ["g5.xlarge"]}, "30Gi", "RAID0"),
        ({"instance_types": ["g5.xlarge"], "disk_gib": 150}, "150Gi", "RAID0"),
        ({"instance_types": ["g5.xlarge"], "local_disk": False}, "100Gi", None),
        ({"instance_types": ["g4dn.xlarge", "g5.xlarge", "g6.xlarge"]}, "30Gi", "RAID0"),
        # One type without a disk of its own would have 30 GiB for all its images.
        ({"instance_types": ["m5d.large", "m5.large"], "maximum_gpus": None}, "100Gi", None),
        ({"instance_types": ["m7i.large"], "maximum_gpus": None}, "100Gi", None),
    ],
)
def test_own_disks_carry_containers_where_every_type_has_some(
    pool: dict[str, Any], volume: str, policy: str | None
) -> None:
    spec = node_class(**pool)
    assert spec["blockDeviceMappings"][0]["ebs"]["volumeSize"] == volume
    assert spec.get("instanceStorePolicy") == policy
    assert ("FastImagePull: true" in spec.get("userData", "")) is (policy is not None)
    assert not faults({"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "spec": spec})


def test_a_pool_without_own_disks_is_not_told_to_use_them() -> None:
    with pytest.raises(SpecError, match=r"localDisk = true: m7i\.large has no local NVMe disk"):
        node_class(instance_types=["m7i.large"], maximum_gpus=None, local_disk=True)


def test_bottlerocket_keeps_its_system_apart() -> None:
    spec = node_class(ami_family="bottlerocket", local_disk=False)
    sizes = {each["deviceName"]: each["ebs"]["volumeSize"] for each in spec["blockDeviceMappings"]}
    assert sizes == {"/dev/xvda": "4Gi", "/dev/xvdb": "100Gi"}
    assert all(each["ebs"]["encrypted"] for each in spec["blockDeviceMappings"])
    assert spec["amiSelectorTerms"] == [{"alias": f"bottlerocket@v{NODE_IMAGES['1.36']['bottlerocket'].split('-')[0]}"}]


def test_nodes_have_the_image_of_managed_pools_unless_it_is_said() -> None:
    releases = {images["al2023"].split("-")[1] for images in NODE_IMAGES.values()}
    [release] = releases
    assert node_class()["amiSelectorTerms"] == [{"alias": f"al2023@v{release}"}]
    assert node_class(ami_version="latest")["amiSelectorTerms"] == [{"alias": "al2023@latest"}]


def test_node_takes_as_many_pods_as_its_smallest_type() -> None:
    """g5.xlarge: 4 interfaces of 15 addresses, each but the first of an interface a prefix of 16: over 110."""
    assert node_class(instance_types=["g5.xlarge"])["kubelet"]["maxPods"] == 110
    assert node_class(instance_types=["g5.xlarge", "g5.48xlarge"], maximum_vcpus=192)["kubelet"]["maxPods"] == 110
    assert node_class(instance_types=["g5.48xlarge"], maximum_vcpus=192, maximum_gpus=8)["kubelet"]["maxPods"] == 250
    assert node_class(instance_types=["t3.nano"], maximum_gpus=None)["kubelet"]["maxPods"] == 34


@pytest.mark.parametrize(
    ("choice", "bought"),
    [({}, ["spot", "on-demand"]), ({"on_demand": False}, ["spot"]), ({"spot": False}, ["on-demand"])],
)
def test_spot_comes_first_where_it_may_be_bought(choice: dict[str, bool], bought: list[str]) -> None:
    assert required(node_pool(**choice))["karpenter.sh/capacity-type"] == bought


RESERVATION, OTHER = "cr-0123456789abcdef0", "cr-0123456789abcdef1"
TYPE_OF_RESERVATION = "karpenter.k8s.aws/capacity-reservation-type"


def test_reservations_are_used_before_anything_is_bought() -> None:
    pool: dict[str, Any] = {"capacity_reservation_ids": [RESERVATION, OTHER]}
    assert node_class(**pool)["capacityReservationSelectorTerms"] == [{"id": RESERVATION}, {"id": OTHER}]
    wanted = required(node_pool(**pool))
    assert wanted["karpenter.sh/capacity-type"] == ["reserved", "spot", "on-demand"]
    # Nodes that are bought lack the label: a pool that asked for it could buy none.
    assert TYPE_OF_RESERVATION not in wanted
    assert "capacityReservationSelectorTerms" not in node_class()


def test_a_pool_may_be_of_reservations_alone() -> None:
    spec = node_pool(capacity_reservation_ids=[RESERVATION], spot=False, on_demand=False)
    assert required(spec)["karpenter.sh/capacity-type"] == ["reserved"]


def test_nodes_of_a_capacity_block_are_launched_into_it_alone() -> None:
    pool: dict[str, Any] = {"instance_types": ["p5.48xlarge"], "maximum_gpus": 8, "maximum_vcpus": 192}
    pool |= {"capacity_block_ids": [RESERVATION], "spot": False, "on_demand": False}
    recording = karpenter(**pool)
    wanted = required(recording.one(POOL).inputs["spec"])
    assert wanted["karpenter.sh/capacity-type"] == ["reserved"]
    assert wanted[TYPE_OF_RESERVATION] == ["capacity-block"]
    for kind in (CLASS, POOL):
        assert not faults(recording.one(kind).inputs)


@pytest.mark.parametrize(
    ("pool", "told"),
    [
        ({"capacity_reservation_ids": ["cr-1"]}, "'cr-1' is not a valid id of a capacity reservation"),
        ({"capacity_reservation_ids": [RESERVATION, RESERVATION]}, "named more than once"),
        ({"capacity_block_ids": [RESERVATION]}, "set spot and onDemand to false"),
        (
            {
                "capacity_block_ids": [RESERVATION],
                "spot": False,
                "on_demand": False,
                "capacity_reservation_ids": [OTHER],
            },
            "remove capacityReservationIds",
        ),
        (
            {
                "capacity_block_ids": [RESERVATION],
                "spot": False,
                "on_demand": False,
                "instance_types": ["p5.48xlarge", "p5en.48xlarge"],
            },
            "a capacity block has one instance type",
        ),
        ({"spot": False, "on_demand": False}, "onDemand = false: spot is false too"),
        ({"instance_types": ["trn2u.48xlarge"], "on_demand": False}, "is not sold as spot; set onDemand to true"),
    ],
)
def test_capacity_that_cannot_be_bought_is_refused(pool: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        karpenter(**pool)


def test_a_pool_is_bounded() -> None:
    assert node_pool(maximum_gpus=4, maximum_vcpus=32)["limits"] == {"cpu": "32", "nvidia.com/gpu": "4"}
    assert node_pool(instance_types=["inf2.xlarge"])["limits"] == {"cpu": "32", "aws.amazon.com/neuron": "4"}
    assert node_pool(instance_types=["m7i.large"], maximum_gpus=None)["limits"] == {"cpu": "32"}


def test_limits_that_admit_no_node_are_refused() -> None:
    with pytest.raises(SpecError, match=r"maximumVcpus = 32: admits no node of g5\.48xlarge; write 192"):
        karpenter(instance_types=["g5.48xlarge"])


def test_a_pool_chooses_among_its_types_alone() -> None:
    types = ["g5g.xlarge", "g5g.2xlarge"]
    found = required(node_pool(instance_types=types))
    assert found["node.kubernetes.io/instance-type"] == types
    assert found["kubernetes.io/arch"] == ["arm64"]


@pytest.mark.parametrize(("choice", "policy"), [("underutilized", "WhenEmptyOrUnderutilized"), ("empty", "WhenEmpty")])
def test_nodes_go_when_they_are_not_needed_a_tenth_at_a_time(choice: str, policy: str) -> None:
    spec = node_pool(consolidation=choice, consolidate_after_minutes=15, expire_after_hours=48)
    assert spec["disruption"] == {
        "consolidationPolicy": policy,
        "consolidateAfter": "15m",
        "budgets": [{"nodes": "10%"}],
    }
    assert spec["template"]["spec"]["expireAfter"] == "48h"


def test_accelerators_are_tainted_and_labelled() -> None:
    own = {"key": "team", "value": "vision", "effect": "NO_EXECUTE"}
    template = node_pool(taints=[own], labels={"team": "vision"})["template"]
    assert template["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "team", "value": "vision", "effect": "NoExecute"},
    ]
    assert template["metadata"]["labels"] == {
        "team": "vision",
        "mlplatform.io/pool": "burst",
        "nvidia.com/gpu.present": "true",
        "mlplatform.io/nvidia-device-plugin": "true",
        "nvidia.com/device-plugin.config": "exclusive",
    }
    plain = node_pool(instance_types=["m7i.large"], maximum_gpus=None)["template"]
    assert (plain["spec"]["taints"], plain["metadata"]["labels"]) == ([], {"mlplatform.io/pool": "burst"})


@pytest.mark.parametrize(
    "types", [["g4dn.xlarge"], ["g4dn.xlarge", "g5.xlarge", "g6.xlarge"], ["g5.xlarge", "g4dn.xlarge"]]
)
def test_no_label_of_a_pool_names_a_gpu_that_a_node_may_lack(types: list[str]) -> None:
    labels = node_pool(instance_types=types)["template"]["metadata"]["labels"]
    models = {"t4", "a10g", "l4"}
    assert not [value for value in labels.values() if models & set(re.split(r"[^a-z0-9]+", value.lower()))]


def test_the_pool_takes_its_own_class(recording: Recording) -> None:
    reference = recording.one(POOL).inputs["spec"]["template"]["spec"]["nodeClassRef"]
    own = recording.one(CLASS).inputs
    assert reference == {"group": "karpenter.k8s.aws", "kind": own["kind"], "name": own["metadata"]["name"]}


def test_all_five_kinds_of_news_reach_the_queue(recording: Recording) -> None:
    rules = {each.name: json.loads(each.inputs["eventPattern"]) for each in recording.all(RULE)}
    assert sorted((pattern["source"][0], pattern["detail-type"][0]) for pattern in rules.values()) == [
        ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
        ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
        ("aws.health", "AWS Health Event"),
    ]
    for event in EVENTS:
        target = recording.one(TARGET, f"karpenter-{event}-target")
        assert target.inputs["arn"] == QUEUE
        assert target.property_dependencies["rule"] == [recording.one(RULE, f"karpenter-{event}").urn]


def test_the_queue_is_encrypted_and_forgets_stale_news(recording: Recording) -> None:
    queue = recording.one("aws:sqs/queue:Queue").inputs
    assert (queue["sqsManagedSseEnabled"], queue["messageRetentionSeconds"]) == (True, 300)


def test_only_the_rules_write_into_the_queue_and_only_over_tls(recording: Recording) -> None:
    found = statements(recording.one("aws:sqs/queuePolicy:QueuePolicy"))
    assert set(found) == {"RulesSend", "TlsOnly"}
    assert found["RulesSend"]["Principal"] == {"Service": "events.amazonaws.com"}
    arns = [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/karpenter-{event}-1a2b3c4" for event in EVENTS]
    assert found["RulesSend"]["Condition"] == {"ArnEquals": {"aws:SourceArn": arns}}
    assert found["TlsOnly"]["Effect"] == "Deny"
    assert found["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {each["Resource"] for each in found.values()} == {QUEUE}


@pytest.fixture(scope="module")
def policy(recording: Recording) -> dict[str, dict[str, Any]]:
    return statements(recording.one("aws:iam/rolePolicy:RolePolicy"))


READS = re.compile(
    r"^(ec2:Describe|ssm:GetParameter$|pricing:GetProducts$|iam:(Get|List)InstanceProfile|eks:DescribeCluster$)"
)


def writes(policy: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from (each for each in policy.values() if not all(READS.match(action) for action in each["Action"]))


def test_what_the_controller_changes_is_scoped(policy: dict[str, dict[str, Any]]) -> None:
    for statement in writes(policy):
        assert "*" not in statement["Resource"]
        assert not any("*" in action for action in statement["Action"])
    unconditional = [each["Sid"] for each in writes(policy) if "Condition" not in each]
    # What a node is launched from is the account's own; the queue is named.
    assert unconditional == ["LaunchFrom", "HearInterruptions"]


def test_the_controller_ends_and_tags_what_the_cluster_owns_alone(policy: dict[str, dict[str, Any]]) -> None:
    for sid in ("EndOwn", "TagOwnInstances", "LaunchFromOwnTemplates"):
        condition = policy[sid]["Condition"]
        assert condition["StringEquals"]["aws:ResourceTag/kubernetes.io/cluster/ml"] == "owned"
        assert condition["StringLike"]["aws:ResourceTag/karpenter.sh/nodepool"] == "*"
    for sid in ("LaunchTagged", "TagAtLaunch"):
        equals = policy[sid]["Condition"]["StringEquals"]
        assert equals["aws:RequestTag/kubernetes.io/cluster/ml"] == "owned"
        assert equals["aws:RequestTag/eks:eks-cluster-name"] == "ml"


def test_controller_passes_the_node_role_to_ec2_alone(policy: dict[str, dict[str, Any]]) -> None:
    assert policy["PassNodeRole"]["Resource"] == [NODE_ROLE]
    services = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
    assert policy["PassNodeRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": services}}
    assert policy["HearInterruptions"]["Resource"] == [QUEUE]


def test_other_partitions_get_their_own_arns() -> None:
    at = Account(id="123456789012", region="us-gov-west-1", partition="aws-us-gov")
    text = controller_policy(at, "ml", "arn:aws-us-gov:iam::123456789012:role/n", "arn:aws-us-gov:sqs:x:y:z")
    arns = re.findall(r"arn:([a-z-]+):", text)
    assert arns
    assert set(arns) == {"aws-us-gov"}


def test_karpenter_makes_no_entry_for_a_given_node_role(recording: Recording) -> None:
    """EKS makes the access entry of a managed node group's role, and answers a second one with 409."""
    assert recording.all(ACCESS_ENTRY) == []


def test_karpenter_lets_in_the_node_role_it_makes() -> None:
    recording = karpenter(node_role_name=None, node_role_arn=None)
    role = recording.one("aws:iam/role:Role", "karpenter-node-role")
    arn = f"arn:aws:iam::{ACCOUNT}:role/karpenter-node-role-1a2b3c4"
    entry = recording.one(ACCESS_ENTRY)
    assert entry.inputs == {"clusterName": "ml", "principalArn": arn, "type": "EC2_LINUX"}
    assert recording.one("aws:iam/instanceProfile:InstanceProfile").property_dependencies["role"] == [role.urn]
    assert statements(recording.one("aws:iam/rolePolicy:RolePolicy"))["PassNodeRole"]["Resource"] == [arn]
    ready = needs(recording, recording.one(RELEASE, "karpenter-controller"))
    assert {"karpenter-nodes-access", "karpenter-node-AmazonEKSWorkerNodePolicy"} <= ready


@pytest.mark.parametrize("left_out", ["node_role_name", "node_role_arn"])
def test_karpenter_refuses_half_a_node_role(left_out: str) -> None:
    with pytest.raises(SpecError, match="nodeRoleName and nodeRoleArn belong together: set both or neither"):
        karpenter(**{left_out: None})


def test_the_profile_is_ours_so_that_the_controller_makes_none(recording: Recording) -> None:
    profile = recording.one("aws:iam/instanceProfile:InstanceProfile")
    assert profile.inputs["role"] == "nodes"
    assert recording.one(CLASS).inputs["spec"]["instanceProfile"] == "karpenter-nodes-profile-1a2b3c4"


def test_the_chart_is_told_cluster_queue_and_account(recording: Recording) -> None:
    values = recording.one(RELEASE, "karpenter-controller").inputs["values"]
    assert values["settings"] == {"clusterName": "ml", "interruptionQueue": "karpenter-interruptions-1a2b3c4"}
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert values["serviceAccount"]["name"] == association["serviceAccount"]
    assert recording.one(RELEASE, "karpenter-controller").inputs["namespace"] == association["namespace"]


def test_definitions_come_first_and_from_their_own_chart(recording: Recording) -> None:
    controller = recording.one(RELEASE, "karpenter-controller")
    assert controller.inputs["skipCrds"] is True
    assert "karpenter-crd" in needs(recording, controller)
    assert recording.one(RELEASE, "karpenter-crd").inputs["version"] == controller.inputs["version"]


def test_pools_wait_for_the_controller_and_its_rights(recording: Recording) -> None:
    pool: Resource = recording.one(POOL)
    assert {"karpenter-controller", "karpenter-burst-class", "karpenter-crd"} <= needs(recording, pool)
    needed = needs(recording, recording.one(RELEASE, "karpenter-controller"))
    assert {each.name for each in recording.all(TARGET)} <= needed
    assert {
        "karpenter-queue-policy",
        "karpenter-identity-association",
        "karpenter-identity-controller",
        "karpenter-apis",
        "karpenter-namespace-default-deny",
    } <= needed


def test_outputs_name_the_queue_and_the_pools(recording: Recording) -> None:
    assert recording.outputs("karpenter") == {
        "queue_name": "karpenter-interruptions-1a2b3c4",
        "pool_names": ["burst"],
    }


def test_replicas_survive_the_loss_of_a_node(recording: Recording) -> None:
    values = recording.one(RELEASE, "karpenter-controller").inputs["values"]
    assert values["replicas"] == 2
    resources = select(values, "controller", "resources")
    assert set(resources) == {"requests", "limits"}


def test_its_metrics_are_read_from_the_monitoring_namespace_alone() -> None:
    policy = karpenter().one("kubernetes:networking.k8s.io/v1:NetworkPolicy", "karpenter-metrics").inputs["spec"]
    [rule] = policy["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 8080}]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert policy["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "karpenter"}}


@pytest.mark.parametrize(("isolated", "told"), [(False, None), (True, True)])
def test_without_a_way_out_prices_are_not_asked_for(isolated: bool, told: bool | None) -> None:
    values = controller_values("ml", "queue", isolated)
    assert values["settings"].get("isolatedVPC") is told
