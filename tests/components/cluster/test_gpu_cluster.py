import json
from typing import Any

import pytest

from components.cluster.gpu_cluster.control_plane import LOG_TYPES
from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.core.spec import SpecError, parse
from components.facts.versions import ADDONS, NODE_IMAGES, KubernetesVersion
from resources.resource import SECRET, Resource
from tests.support.components.clusters import (
    ADDON,
    CLUSTER,
    NAMESPACE,
    NETWORK_POLICY,
    NODE_GROUP,
    RELEASE,
    ROLE,
    SYSTEM,
    gpu_cluster,
    needs,
    statements,
)
from tests.support.components.clusters import GPU as GPU_POOL
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.planner.plans import STACKS, plan_of

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BURST: dict[str, Any] = {"name": "burst", "instance_types": ["g5.xlarge"], "maximum_gpus": 2, "maximum_vcpus": 16}
PEAK = {"name": "peak", "additional_nodes": 2, "start": "08:00", "end": "22:00"}
TEAM = {"key": "team", "value": "vision", "effect": "NO_SCHEDULE"}
OTHER_TEAM = {"key": "team", "value": "search", "effect": "NO_SCHEDULE"}
GPU = {**GPU_POOL, "taints": [OTHER_TEAM]}
KARPENTER = {"pools": [{**BURST, "taints": [TEAM]}]}


@pytest.fixture(scope="module")
def recording() -> Recording:
    return gpu_cluster(node_pools=[SYSTEM, GPU], karpenter=KARPENTER, namespaces=[{"namespace": "serving"}])


@pytest.fixture(scope="module")
def cluster(recording: Recording) -> Resource:
    return recording.one(CLUSTER)


def names(recording: Recording, resource_type: str) -> list[str]:
    return [each.name for each in recording.all(resource_type)]


def test_pulumi_eks_makes_nothing_of_its_own_choosing(cluster: Resource) -> None:
    chosen = {
        "skipDefaultSecurityGroups": True,
        "skipDefaultNodeGroup": True,
        "createInstanceRole": False,
        "createOidcProvider": False,
        "bootstrapSelfManagedAddons": False,
        "useDefaultVpcCni": True,
    }
    assert {key: cluster.inputs.get(key) for key in chosen} == chosen
    assert cluster.inputs["kubeProxyAddonOptions"]["enabled"] is False
    assert cluster.inputs["corednsAddonOptions"]["enabled"] is False


def test_control_plane_is_private_logged_and_supported(cluster: Resource) -> None:
    chosen = {
        "name": "ml",
        "version": "1.36",
        "vpcId": "vpc-1",
        "privateSubnetIds": ["subnet-a", "subnet-b"],
        "authenticationMode": "API",
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
        "enabledClusterLogTypes": list(LOG_TYPES),
        "upgradePolicy": {"supportType": "STANDARD"},
        "deletionProtection": True,
        "kubernetesServiceIpAddressRange": "172.20.0.0/16",
        "encryptionConfigKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/ml-secrets-key",
    }
    assert {key: cluster.inputs.get(key) for key in chosen} == chosen
    assert "publicAccessCidrs" not in cluster.inputs


def test_a_public_endpoint_is_open_to_the_named_addresses_alone() -> None:
    cluster = gpu_cluster(endpoint_public_cidrs=["203.0.113.0/24"]).one(CLUSTER)
    assert cluster.inputs["endpointPublicAccess"] is True
    assert cluster.inputs["publicAccessCidrs"] == ["203.0.113.0/24"]
    assert cluster.inputs["endpointPrivateAccess"] is True


def test_control_plane_waits_for_logs_grants_and_rules(recording: Recording, cluster: Resource) -> None:
    needed = needs(recording, cluster)
    assert {"ml-logs", "ml-secrets-policy", "ml-cluster-policy", "ml-role", "ml-secrets-key"} <= needed
    assert {*names(recording, INGRESS), *names(recording, EGRESS)} <= needed


def test_flow_logs_are_encrypted_with_a_key_of_their_own(recording: Recording) -> None:
    logs = recording.one("aws:cloudwatch/logGroup:LogGroup")
    assert (logs.inputs["name"], logs.inputs["retentionInDays"]) == ("/aws/eks/ml/cluster", 90)
    key = recording.one("aws:kms/key:Key", "ml-secrets-key")
    assert logs.inputs["kmsKeyId"].endswith(":key/ml-secrets-key")
    assert statements(key)["LogsEncrypt"]["Condition"] == {
        "ArnEquals": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/eks/ml/cluster"
        }
    }


def test_both_keys_rotate_and_can_be_won_back_for_thirty_days(recording: Recording) -> None:
    keys = recording.all("aws:kms/key:Key")
    assert [key.name for key in keys] == ["ml-secrets-key", "ml-volumes-key"]
    assert {(key.inputs["enableKeyRotation"], key.inputs["deletionWindowInDays"]) for key in keys} == {(True, 30)}


def volumes_policy(recording: Recording) -> str:
    """The grants of the volumes' key, without the account's administration by IAM."""
    content = json.loads(recording.one("aws:kms/key:Key", "ml-volumes-key").inputs["policy"])
    return json.dumps({"Statement": [each for each in content["Statement"] if each["Sid"].startswith("Volumes")]})


def test_volume_key_is_used_through_ec2_alone(recording: Recording) -> None:
    for statement in json.loads(volumes_policy(recording))["Statement"]:
        assert statement["Condition"]["StringEquals"] == {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": "ec2.us-east-1.amazonaws.com",
        }


@pytest.mark.parametrize(
    ("role", "uses"),
    [
        ("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", True),
        ("aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot", True),
        ("aws-service-role/ec2fleet.amazonaws.com/AWSServiceRoleForEC2Fleet", True),
        ("ml-karpenter-identity-role-1a2b3c4", True),
        ("ml-aws-ebs-csi-driver-role-1a2b3c4", True),
        ("somebody-with-ec2-rights", False),
        ("ml-node-role-1a2b3c4", False),
    ],
)
def test_the_volumes_key_names_its_users(recording: Recording, role: str, uses: bool) -> None:
    policy, who = volumes_policy(recording), f"arn:aws:iam::{ACCOUNT}:role/{role}"
    through = {"kms_calleraccount": ACCOUNT, "kms_viaservice": "ec2.us-east-1.amazonaws.com", "aws_principalarn": who}
    assert allows(policy, "kms:GenerateDataKeyWithoutPlaintext", "*", **through) is uses
    assert allows(policy, "kms:CreateGrant", "*", **through, kms_grantisforawsresource="true") is uses
    assert not allows(policy, "kms:CreateGrant", "*", **through, kms_grantisforawsresource="false")
    assert not allows(policy, "kms:Decrypt", "*", **{**through, "kms_viaservice": "s3.us-east-1.amazonaws.com"})


def test_the_roles_that_the_volumes_key_names_are_made(recording: Recording) -> None:
    made = {each.name for stack in STACKS for each in plan_of(stack) if each.type == ROLE}
    assert {"gpu-cluster-karpenter-identity-role", "gpu-cluster-aws-ebs-csi-driver-role"} <= made


def test_a_deleted_control_plane_makes_no_log_group_again(recording: Recording) -> None:
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", "ml-logs-policy").inputs
    [denied] = json.loads(policy["policy"])["Statement"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", ["logs:CreateLogGroup"])
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "ml-logs").inputs["name"]
    [resource] = denied["Resource"]
    assert resource == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}*"


def test_the_service_role_serves_this_cluster_alone(recording: Recording) -> None:
    [trust] = json.loads(recording.one(ROLE, "ml-role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "eks.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/ml"},
    }
    use = statements(recording.one("aws:iam/rolePolicy:RolePolicy", "ml-secrets-policy"))["EnvelopeSecrets"]
    assert use["Resource"] == [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/ml-secrets-key"]


def test_no_address_reaches_the_cluster_or_its_nodes(recording: Recording) -> None:
    rules = recording.all(INGRESS)
    assert rules
    assert all(rule.inputs.get("referencedSecurityGroupId") for rule in rules)
    assert not any("cidrIpv4" in rule.inputs or "cidrIpv6" in rule.inputs for rule in rules)


def test_private_callers_reach_the_api_server_alone() -> None:
    callers = ["10.0.0.0/8", "10.0.0.0/16"]
    opened = [
        each.inputs for each in gpu_cluster(endpoint_private_cidrs=callers).all(INGRESS) if "cidrIpv4" in each.inputs
    ]
    assert [rule["cidrIpv4"] for rule in opened] == ["10.0.0.0/16", "10.0.0.0/8"]
    assert {(rule["securityGroupId"], rule["fromPort"], rule["toPort"]) for rule in opened} == {
        ("sg-ml-cluster-sg", 443, 443)
    }


def test_nodes_reach_the_world_by_https_alone(recording: Recording) -> None:
    outward = [rule.inputs for rule in recording.all(EGRESS) if "cidrIpv4" in rule.inputs]
    assert [(rule["cidrIpv4"], rule["ipProtocol"], rule["fromPort"], rule["toPort"]) for rule in outward] == [
        ("0.0.0.0/0", "tcp", 443, 443)
    ]


def test_the_cluster_gets_our_group_and_the_nodes_get_theirs(recording: Recording, cluster: Resource) -> None:
    assert "ml-cluster-sg" in str(cluster.inputs["clusterSecurityGroup"])
    for template in recording.all("aws:ec2/launchTemplate:LaunchTemplate"):
        assert template.inputs["vpcSecurityGroupIds"] == ["sg-ml-nodes-sg"]
    tags = recording.one("aws:ec2/securityGroup:SecurityGroup", "ml-nodes-sg").inputs["tags"]
    assert tags["karpenter.sh/discovery"] == "ml"


@pytest.mark.parametrize("version", list(KubernetesVersion))
def test_each_add_on_is_pinned_to_the_version_of_the_cluster(version: KubernetesVersion) -> None:
    recording = gpu_cluster(kubernetes_version=version)
    addons = {each.inputs["addonName"]: each.inputs["addonVersion"] for each in recording.all(ADDON)}
    assert addons == ADDONS[version]
    assert recording.one(CLUSTER).inputs["version"] == version


@pytest.mark.parametrize("version", list(KubernetesVersion))
def test_nodes_follow_the_version_after_plane_and_add_ons(version: KubernetesVersion) -> None:
    recording = gpu_cluster(kubernetes_version=version, node_pools=[SYSTEM, GPU])
    for group in recording.all(NODE_GROUP):
        assert (group.inputs["version"], group.inputs["releaseVersion"]) == (version, NODE_IMAGES[version]["al2023"])
        assert {"ml-eks", "ml-vpc-cni", "ml-kube-proxy", "ml-eks-pod-identity-agent"} <= needs(recording, group)


def test_every_version_has_the_same_add_ons() -> None:
    assert set(ADDONS) == set(KubernetesVersion)
    assert len({frozenset(addons) for addons in ADDONS.values()}) == 1


def test_node_repair_hears_of_broken_gpus(recording: Recording) -> None:
    """EKS takes a GPU's state from its agent alone, whose DCGM server tolerates no taint unless it is told to."""
    assert all(group.inputs["nodeRepairConfig"] == {"enabled": True} for group in recording.all(NODE_GROUP))
    agent = recording.one(ADDON, "ml-eks-node-monitoring-agent").inputs
    configuration = json.loads(agent["configurationValues"])
    assert configuration["dcgmAgent"]["tolerations"] == [{"operator": "Exists"}]


def test_nodes_wait_for_add_ons_and_software_for_nodes(recording: Recording) -> None:
    groups = names(recording, NODE_GROUP)
    for group in recording.all(NODE_GROUP):
        assert {"ml-vpc-cni", "ml-kube-proxy", "ml-eks-pod-identity-agent"} <= needs(recording, group)
    for addon in ("coredns", "aws-ebs-csi-driver", "metrics-server", "eks-node-monitoring-agent"):
        assert set(groups) <= needs(recording, recording.one(ADDON, f"ml-{addon}"))
    for addon in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent"):
        assert not set(groups) & needs(recording, recording.one(ADDON, f"ml-{addon}"))


def test_nodes_wait_for_their_rules_and_grants(recording: Recording) -> None:
    for group in recording.all(NODE_GROUP):
        needed = needs(recording, group)
        assert {"ml-https-out", "ml-api-from-nodes", "ml-node-AmazonEKSWorkerNodePolicy"} <= needed


def test_releases_wait_for_nodes_and_add_ons(recording: Recording) -> None:
    wanted = {*names(recording, NODE_GROUP), *names(recording, ADDON)}
    releases = recording.all(RELEASE)
    assert len(releases) == 5
    for release in releases:
        assert wanted <= needs(recording, release), release.name


def test_network_plugin_enforces_policies_with_prefixes(recording: Recording) -> None:
    values = json.loads(recording.one(ADDON, "ml-vpc-cni").inputs["configurationValues"])
    assert values["enableNetworkPolicy"] == "true"
    assert values["env"]["ENABLE_PREFIX_DELEGATION"] == "true"


def test_add_ons_have_roles_that_nodes_do_not_have(recording: Recording) -> None:
    for addon, account, policy in (
        ("vpc-cni", "aws-node", "AmazonEKS_CNI_Policy"),
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa", "AmazonEBSCSIDriverPolicy"),
    ):
        [identity] = recording.one(ADDON, f"ml-{addon}").inputs["podIdentityAssociations"]
        assert identity["serviceAccount"] == account
        attached = recording.one(ATTACHMENT, f"ml-{addon}-policy").inputs
        assert attached["policyArn"].endswith(f"/{policy}")
    attached = [each.inputs["policyArn"] for each in recording.all(ATTACHMENT) if each.name.startswith("ml-node-")]
    assert attached == [
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
        "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    ]


@pytest.mark.parametrize(
    "role",
    ["ml-vpc-cni-role", "ml-aws-ebs-csi-driver-role", "ml-autoscaler-identity-role", "ml-karpenter-identity-role"],
)
def test_pods_of_no_other_cluster_can_take_a_role(recording: Recording, role: str) -> None:
    [trust] = json.loads(recording.one(ROLE, role).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/ml"},
    }


ACCESS = [
    {"name": "ops", "principal_arn": f"arn:aws:iam::{ACCOUNT}:role/ops", "level": "admin"},
    {"name": "ci", "principal_arn": f"arn:aws:iam::{ACCOUNT}:role/ci", "level": "edit", "namespaces": ["serving"]},
    {"name": "lead", "principal_arn": f"arn:aws:iam::{ACCOUNT}:role/lead", "level": "admin", "namespaces": ["serving"]},
    {"name": "audit", "principal_arn": f"arn:aws:iam::{ACCOUNT}:role/audit", "level": "view"},
]


@pytest.mark.parametrize(
    ("grant", "policy", "scope"),
    [
        ("ops", "AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
        ("ci", "AmazonEKSEditPolicy", {"type": "namespace", "namespaces": ["serving"]}),
        ("lead", "AmazonEKSAdminPolicy", {"type": "namespace", "namespaces": ["serving"]}),
        ("audit", "AmazonEKSViewPolicy", {"type": "cluster"}),
    ],
)
def test_access_goes_by_entries(grant: str, policy: str, scope: dict[str, Any]) -> None:
    recording = gpu_cluster(access=ACCESS)
    entry = recording.one("aws:eks/accessEntry:AccessEntry", f"ml-access-{grant}").inputs
    bound = recording.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", f"ml-access-{grant}-policy").inputs
    assert entry["principalArn"] == bound["principalArn"] == f"arn:aws:iam::{ACCOUNT}:role/{grant}"
    assert bound["policyArn"] == f"arn:aws:eks::aws:cluster-access-policy/{policy}"
    assert bound["accessScope"] == scope


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"name": "ops-view", "level": "view"}, ":role/ops is in more than one grant; give each principal one grant"),
        ({"principal_arn": f"arn:aws:iam::{ACCOUNT}:role/dev"}, "ops is in more than one grant; give each name one"),
    ],
)
def test_gpu_cluster_refuses_two_grants_of_one_principal(second: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        gpu_cluster(access=[ACCESS[0], {**ACCESS[0], **second}])


def test_gpu_cluster_makes_no_entry_for_its_node_role(recording: Recording) -> None:
    """EKS makes the access entry of a managed node group's role, and answers a second one with 409."""
    assert recording.all("aws:eks/accessEntry:AccessEntry") == []
    profile = recording.one("aws:iam/instanceProfile:InstanceProfile")
    assert recording.one(ROLE, "ml-node-role").urn in profile.property_dependencies["role"]


def test_every_namespace_is_closed(recording: Recording) -> None:
    namespaces = {each.inputs["metadata"]["name"] for each in recording.all(NAMESPACE)}
    assert namespaces == {"serving", "gpu-system", "cluster-autoscaler", "karpenter"}
    denied = {
        each.inputs["metadata"]["namespace"]
        for each in recording.all(NETWORK_POLICY)
        if each.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }
    assert denied == namespaces


def test_the_default_storage_is_encrypted_with_the_volumes_key(recording: Recording) -> None:
    [storage] = recording.all("kubernetes:storage.k8s.io/v1:StorageClass")
    assert storage.inputs["parameters"] == {
        "type": "gp3",
        "encrypted": "true",
        "kmsKeyId": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/ml-volumes-key",
    }


def test_no_autoscaler_runs_where_no_size_can_move() -> None:
    fixed = gpu_cluster(node_pools=[{**SYSTEM, "minimum": 2, "maximum": 2}])
    assert "ml-autoscaler-release" not in names(fixed, RELEASE)
    scheduled = {"name": "peak", "additional_nodes": 1, "start": "08:00", "end": "20:00"}
    moving = gpu_cluster(node_pools=[{**SYSTEM, "minimum": 2, "maximum": 2, "schedules": [scheduled]}])
    assert "ml-autoscaler-release" in names(moving, RELEASE)


def test_device_plugins_of_other_hardware_come_with_the_hardware() -> None:
    fabric = {"name": "train", "instance_types": ["p5.48xlarge"], "minimum": 0, "maximum": 1, "efa": True}
    neuron = {"pools": [{"name": "inf", "instance_types": ["inf2.xlarge"], "maximum_gpus": 2, "maximum_vcpus": 16}]}
    plain = names(gpu_cluster(), RELEASE)
    full = names(gpu_cluster(node_pools=[SYSTEM, fabric], karpenter=neuron), RELEASE)
    assert set(full) - set(plain) == {
        "ml-gpu-software-aws-efa-k8s-device-plugin",
        "ml-gpu-software-neuron-helm-chart",
        "ml-karpenter-controller",
        "ml-karpenter-crd",
    }


def test_outputs_are_flat_and_the_kubeconfig_is_secret(recording: Recording) -> None:
    outputs = recording.outputs("ml")
    assert outputs["kubeconfig"] == SECRET
    assert outputs["cluster_name"] == "ml"
    assert outputs["oidc_issuer"] == "oidc.eks.us-east-1.amazonaws.com/id/ml"
    assert outputs["node_security_group_id"] == "sg-ml-nodes-sg"
    assert outputs["cluster_security_group_id"] == "sg-ml-cluster-sg"
    assert outputs["node_role_arn"] == f"arn:aws:iam::{ACCOUNT}:role/ml-node-role-1a2b3c4"
    assert outputs["scaling_group_names"] == {
        "system": "eks-ml-system-nodes-1a2b3c4",
        "gpu": "eks-ml-gpu-nodes-1a2b3c4",
    }


def test_the_issuer_is_trusted_by_an_iam_provider_of_ours(recording: Recording) -> None:
    provider = recording.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs
    assert provider["url"] == "https://oidc.eks.us-east-1.amazonaws.com/id/ml"
    assert provider["clientIdLists"] == ["sts.amazonaws.com"]


def test_a_preview_knows_everything_but_what_a_deployment_decides() -> None:
    recording = gpu_cluster(Recording(preview=True), node_pools=[SYSTEM, GPU], karpenter=KARPENTER)
    deployed = gpu_cluster(node_pools=[SYSTEM, GPU], karpenter=KARPENTER)
    assert sorted(each.urn for each in recording.resources) == sorted(each.urn for each in deployed.resources)


def test_kubernetes_objects_use_the_cluster_s_provider(recording: Recording) -> None:
    provider = recording.one("pulumi:providers:kubernetes")
    assert provider.inputs["kubeconfig"] == SECRET
    objects = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    assert {each.provider for each in objects} == {provider.urn}


@pytest.mark.parametrize(
    ("managed", "bought"),
    [
        ({}, {}),
        ({}, {"taints": [TEAM]}),
        ({"taints": [TEAM]}, {}),
        ({"taints": [TEAM]}, {"taints": [TEAM]}),
        ({"labels": {"team": "vision"}}, {"labels": {"team": "search"}}),
        ({"taints": [{**TEAM, "effect": "PREFER_NO_SCHEDULE"}]}, {"taints": [OTHER_TEAM]}),
        ({"instance_types": ["g6.12xlarge"]}, {}),
        (
            {"instance_types": ["inf2.xlarge"]},
            {"instance_types": ["trn1.2xlarge"], "maximum_vcpus": 32, "maximum_gpus": 4},
        ),
        ({"instance_types": ["m7i.large"]}, {"instance_types": ["m7g.large"], "maximum_gpus": None}),
        ({"minimum": 0, "maximum": 1, "schedules": [PEAK]}, {}),
        ({"minimum": 1, "maximum": 1, "schedules": [PEAK]}, {}),
    ],
)
def test_two_autoscalers_for_one_pod_are_refused(managed: dict[str, Any], bought: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"nodePools gpu and karpenter\.pools burst take the same pods"):
        gpu_cluster(node_pools=[SYSTEM, {**GPU_POOL, **managed}], karpenter={"pools": [{**BURST, **bought}]})


@pytest.mark.parametrize(
    ("managed", "bought"),
    [
        ({"taints": [TEAM]}, {"taints": [OTHER_TEAM]}),
        # A size that never moves needs no autoscaler.
        ({"minimum": 2, "maximum": 2}, {}),
        # Pods choose a share or a whole GPU by the label of the device plugin's configuration.
        ({"sharing": {"time_slicing": 4}}, {}),
        ({"sharing": {"mps": 4}}, {}),
        ({"instance_types": ["m7i.large"]}, {}),
        ({}, {"instance_types": ["m7i.large"], "maximum_gpus": None}),
        ({"instance_types": ["inf2.xlarge"]}, {}),
    ],
)
def test_pools_that_take_other_pods_may_have_two_autoscalers(managed: dict[str, Any], bought: dict[str, Any]) -> None:
    found = gpu_cluster(node_pools=[SYSTEM, {**GPU_POOL, **managed}], karpenter={"pools": [{**BURST, **bought}]})
    assert found.one("kubernetes:karpenter.sh/v1:NodePool")


def test_a_shared_system_pool_and_karpenter_take_the_same_pods() -> None:
    bought = {**BURST, "instance_types": ["m7i.large"], "maximum_gpus": None}
    assert gpu_cluster(node_pools=[SYSTEM], karpenter={"pools": [bought]})
    with pytest.raises(SpecError, match=r"nodePools system and karpenter\.pools burst take the same pods"):
        gpu_cluster(node_pools=[SYSTEM], karpenter={"pools": [bought]}, shared_system_pool=True)


CRITICAL = {"key": "CriticalAddonsOnly", "value": "", "effect": "NO_SCHEDULE"}
STEADY = {**SYSTEM, "name": "steady"}


@pytest.mark.parametrize(
    ("pools", "system"),
    [
        ([SYSTEM], "system"),
        ([GPU_POOL, SYSTEM, STEADY], "system"),
        ([STEADY, SYSTEM], "steady"),
        ([{**STEADY, "minimum": 1}, SYSTEM], "system"),
        ([STEADY, {**SYSTEM, "taints": [CRITICAL]}], "system"),
    ],
)
def test_one_pool_is_kept_for_the_platform(pools: list[dict[str, Any]], system: str) -> None:
    groups = {
        each.inputs["labels"]["mlplatform.io/pool"]: each.inputs
        for each in gpu_cluster(node_pools=pools).all(NODE_GROUP)
    }
    kept = [name for name, group in groups.items() if group["labels"].get("mlplatform.io/system") == "true"]
    assert kept == [system]
    assert groups[system]["taints"] == [CRITICAL]
    assert [name for name, group in groups.items() if CRITICAL in group["taints"]] == [system]


def test_a_system_pool_is_shared_only_when_it_is_said() -> None:
    recording = gpu_cluster(node_pools=[SYSTEM], shared_system_pool=True)
    group = recording.one(NODE_GROUP).inputs
    assert (group["taints"], group["labels"]["mlplatform.io/system"]) == ([], "true")
    assert not recording.all(ADMISSION)


ADMISSION = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"


def test_team_pods_stay_off_the_system_pool() -> None:
    wanted = [{"namespace": "serving"}, {"namespace": "probes", "pod_security": "privileged"}]
    recording = gpu_cluster(namespaces=wanted)
    rule = recording.one(ADMISSION).inputs
    binding = recording.one(f"{ADMISSION}Binding").inputs
    assert binding["spec"]["policyName"] == rule["metadata"]["name"]
    assert binding["spec"]["validationActions"] == ["Deny"]
    assert rule["spec"]["failurePolicy"] == "Fail"
    [matched] = rule["spec"]["matchConstraints"]["resourceRules"]
    # Tolerations may be added to a pod that is there.
    assert (matched["resources"], matched["operations"]) == (["pods"], ["CREATE", "UPDATE"])
    selected = binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"]
    found = {each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"] for each in recording.all(NAMESPACE)}
    assert [name for name, labels in found.items() if selected.items() <= labels.items()] == ["serving"]


def test_inherited_field_is_not_offered_in_a_section() -> None:
    pool = {"name": "burst", "instance_types": ["m7i.large"], "maximum_vcpus": 8}
    system = {"name": "system", "instance_types": ["m7i.large"], "minimum": 2, "maximum": 3}
    wanted = {"cluster_name": "ml", "node_pools": [system]}
    with pytest.raises(SpecError) as error:
        parse(GpuClusterSpec, {**wanted, "karpenter": {"pools": [pool], "isolated": True}}, "gpuCluster")
    assert "karpenter.isolated is not a known field; known here: pools, isolatedVpc; did you mean" in str(error.value)
    with pytest.raises(SpecError, match="monitoringNamespace is inherited from another section; remove it here"):
        parse(
            GpuClusterSpec,
            {**wanted, "karpenter": {"pools": [pool], "monitoring_namespace": "other"}},
            "gpuCluster",
        )
    found = parse(GpuClusterSpec, {**wanted, "monitoring_namespace": "m", "karpenter": {"pools": [pool]}}, "gpuCluster")
    assert found.karpenter
    assert found.karpenter.monitoring_namespace == "m"


def test_nodes_accept_sessions_only_where_asked() -> None:
    policy = "aws:iam/rolePolicy:RolePolicy"
    assert not [each for each in gpu_cluster().all(policy) if "sessions" in each.name]
    recording = gpu_cluster(session_manager=True)
    [grant] = [each for each in recording.all(policy) if "sessions" in each.name]
    [allowed] = json.loads(grant.inputs["policy"])["Statement"]
    # Source: Systems Manager user guide, "Add Session Manager permissions to an existing IAM role".
    assert set(allowed["Action"]) == {
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    }
    assert "node-role" in grant.inputs["role"]
