"""Cases of the rules in policies/eks.py."""

from datetime import date
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

CLUSTER = "aws:eks/cluster:Cluster"
REMOTE = "eks:index:Cluster"
ADDON = "aws:eks/addon:Addon"
OFF = '{"enableNetworkPolicy": "false"}'
LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
WORLD = "0.0.0.0/0"
SECRETS = ["secrets"]
GIVEN = {
    "vpcId": "vpc-1",
    "clusterSecurityGroup": UNKNOWN,
    "serviceRole": UNKNOWN,
    "skipDefaultSecurityGroups": True,
    "skipDefaultNodeGroup": True,
    "createInstanceRole": False,
}
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SUBNET = "aws:ec2/subnet:Subnet"


def remote(**inputs: Any) -> Resource:
    return make(REMOTE, inputs)


def cluster(**inputs: Any) -> Resource:
    return make(CLUSTER, inputs)


def reached(**config: Any) -> Resource:
    return cluster(vpcConfig=config)


def secrets(key: Any, kinds: Any = SECRETS) -> Resource:
    return cluster(encryptionConfig={"provider": {"keyArn": key}, "resources": kinds})


VPC = make("aws:ec2/vpc:Vpc")


def subnet(zone: Any) -> Resource:
    inputs = {} if zone is None else {"availabilityZone": zone}
    return make(SUBNET, inputs, name=f"in-{zone}", refers={"vpcId": [VPC]})


A, B, C = subnet("us-east-1a"), subnet("us-east-1b"), subnet("us-east-1c")
SOMEWHERE, LATER = subnet(None), subnet(UNKNOWN)


def cluster_in(*subnets: Resource, ids: Any = UNKNOWN) -> Resource:
    return make(CLUSTER, {"vpcConfig": {"subnetIds": ids}}, refers={"vpcConfig": subnets})


def remote_in(*subnets: Resource, ids: Any = UNKNOWN) -> Resource:
    return make(REMOTE, {"privateSubnetIds": ids}, refers={"privateSubnetIds": subnets})


def group(*subnets: Resource, template: Resource | None = None, **inputs: Any) -> Resource:
    refers = {"subnetIds": subnets, "launchTemplate": [template] if template else []}
    return make(NODE_GROUP, {"subnetIds": UNKNOWN, **inputs}, refers=refers)


def cni(configuration: Any) -> Resource:
    return make(ADDON, {"addonName": "vpc-cni", "configurationValues": configuration})


def sized(least: Any, size: Any, most: Any) -> Resource:
    return make(NODE_GROUP, {"scalingConfig": {"minSize": least, "desiredSize": size, "maxSize": most}})


SUPPORT = "upgradePolicy.supportType"
CASES = [
    passes("eks-support-end", make(CLUSTER, {"version": "1.35"})),
    passes("eks-support-end", make(CLUSTER, {"version": "1.34"}), settings={"supportNotice": 5}),
    fails("eks-support-end", make(REMOTE, {"version": "1.34"}), found="on 2026-12-02, in 11 days"),
    passes("eks-support-end", make(CLUSTER), kind="absent"),
    unknown("eks-support-end", make(CLUSTER, {"version": UNKNOWN}), undecided="version"),
    fails("eks-support-end", make(CLUSTER, {"version": "1.34"}), settings={"supportNotice": 11}, found="in 11 days"),
    passes("eks-support-end", make(CLUSTER, {"version": "1.34"}), today=date(2026, 12, 2)),
    *of_input("eks-upgrade-policy", remote, SUPPORT, "STANDARD", "EXTENDED", "is EXTENDED", absent="takes as EXTENDED"),
    passes("eks-upgrade-policy", make(CLUSTER, {"upgradePolicy": {"supportType": "STANDARD"}})),
    unknown("eks-upgrade-policy", make(CLUSTER, {"upgradePolicy": UNKNOWN}), undecided="upgradePolicy.supportType"),
    passes("eks-version", make(CLUSTER, {"version": "1.35"})),
    passes("eks-version", make(REMOTE, {"version": "1.34"})),
    fails("eks-version", make(REMOTE, {"version": "1.33"}), found="1.33 left standard support on 2026-07-29"),
    fails("eks-version", make(CLUSTER, {"version": "1.30"}), found="also out of extended support"),
    fails("eks-version", make(CLUSTER, {"version": "1.21"}), found="also out of extended support"),
    fails("eks-version", make(CLUSTER, {"version": "latest"}), found="is not a Kubernetes version"),
    fails("eks-version", make(CLUSTER), kind="absent", found="has no version"),
    unknown("eks-version", make(CLUSTER, {"version": UNKNOWN}), undecided="version"),
    fails(
        "eks-version", make(CLUSTER, {"version": "1.33"}), today=date(2027, 7, 29), found="also out of extended support"
    ),
    passes("cluster-secrets-encryption", secrets("arn:aws:kms:us-east-1:1:key/k")),
    passes("cluster-secrets-encryption", remote(encryptionConfigKeyArn="arn:aws:kms:us-east-1:1:key/k")),
    fails("cluster-secrets-encryption", secrets(""), found="encryptionConfig names no key"),
    fails("cluster-secrets-encryption", secrets("arn", []), found="does not name secrets"),
    fails("cluster-secrets-encryption", remote(), kind="absent", found="encryptionConfigKeyArn is absent"),
    fails("cluster-secrets-encryption", cluster(), kind="absent", found="encryptionConfig names no key"),
    unknown("cluster-secrets-encryption", cluster(encryptionConfig=UNKNOWN), undecided="encryptionConfig"),
    unknown("cluster-secrets-encryption", secrets("arn", UNKNOWN), undecided="encryptionConfig.resources"),
    passes("cluster-secrets-encryption", remote(encryptionConfigKeyArn=UNKNOWN), kind="unknown"),
    *of_input(
        "eks-authentication", remote, "authenticationMode", "API", "CONFIG_MAP", "is CONFIG_MAP", absent="is absent"
    ),
    passes("eks-authentication", cluster(accessConfig={"authenticationMode": "API"})),
    fails("eks-authentication", cluster(), kind="absent", found="accessConfig.authenticationMode is absent"),
    unknown("eks-authentication", cluster(accessConfig=UNKNOWN), undecided="accessConfig.authenticationMode"),
    passes("eks-endpoint", remote(endpointPrivateAccess=True, endpointPublicAccess=False)),
    passes("eks-endpoint", reached(endpointPrivateAccess="true", endpointPublicAccess="false")),
    passes(
        "eks-endpoint",
        remote(endpointPrivateAccess=True, endpointPublicAccess=True, publicAccessCidrs=["203.0.113.0/24"]),
    ),
    passes(
        "eks-endpoint",
        reached(endpointPrivateAccess=True, endpointPublicAccess=True, publicAccessCidrs=["203.0.113.128/25"]),
        settings={"publicEndpointCidrs": ["203.0.113.0/24"]},
    ),
    fails(
        "eks-endpoint",
        remote(endpointPrivateAccess=True, endpointPublicAccess=True, publicAccessCidrs=[WORLD]),
        found="publicAccessCidrs holds 0.0.0.0/0",
    ),
    fails(
        "eks-endpoint",
        remote(endpointPrivateAccess=True, publicAccessCidrs=["0.0.0.0/1", "128.0.0.0/1"]),
        found="publicAccessCidrs holds 0.0.0.0/1",
    ),
    fails(
        "eks-endpoint",
        remote(endpointPrivateAccess=True, endpointPublicAccess=True, publicAccessCidrs=["198.51.100.0/24"]),
        settings={"publicEndpointCidrs": ["203.0.113.0/24"]},
        found="which publicEndpointCidrs does not allow",
    ),
    fails(
        "eks-endpoint",
        remote(),
        kind="absent",
        found=("has no private endpoint", "endpointPublicAccess is absent, which AWS takes as true"),
    ),
    fails("eks-endpoint", cluster(), kind="absent", found=("has no private endpoint", "open to the world")),
    unknown(
        "eks-endpoint",
        remote(endpointPrivateAccess=UNKNOWN, endpointPublicAccess=UNKNOWN),
        undecided=("endpointPrivateAccess", "endpointPublicAccess"),
    ),
    unknown(
        "eks-endpoint",
        reached(endpointPrivateAccess=True, endpointPublicAccess=True, publicAccessCidrs=UNKNOWN),
        undecided="publicAccessCidrs",
    ),
    fails("eks-endpoint", remote(endpointPublicAccess=UNKNOWN), kind="unknown", found="has no private endpoint"),
    fails(
        "eks-endpoint",
        remote(endpointPrivateAccess=True, publicAccessCidrs=[WORLD]),
        settings={"publicEndpointCidrs": ["203.0.113.0/24"]},
        found="open to the world",
    ),
    passes("eks-left-alone", remote(**GIVEN)),
    fails("eks-left-alone", remote(**{**GIVEN, "skipDefaultSecurityGroups": False}), found="skipDefaultSecurityGroups"),
    fails("eks-left-alone", remote(**{**GIVEN, "skipDefaultNodeGroup": False}), found="skipDefaultNodeGroup"),
    fails("eks-left-alone", remote(**{**GIVEN, "createInstanceRole": True}), found="createInstanceRole is true"),
    fails(
        "eks-left-alone",
        remote(),
        kind="absent",
        found=(
            "skipDefaultSecurityGroups is not true",
            "skipDefaultNodeGroup is not true",
            "vpcId is absent",
            "clusterSecurityGroup is absent",
            "serviceRole is absent",
        ),
    ),
    unknown(
        "eks-left-alone",
        remote(**{**GIVEN, "skipDefaultSecurityGroups": UNKNOWN, "createInstanceRole": UNKNOWN}),
        undecided=("skipDefaultSecurityGroups", "createInstanceRole"),
    ),
    passes("eks-logs", remote(enabledClusterLogTypes=LOGS)),
    passes("eks-logs", cluster(enabledClusterLogTypes=[*LOGS, UNKNOWN])),
    fails("eks-logs", cluster(enabledClusterLogTypes=LOGS[:3]), found="does not log controllerManager, scheduler"),
    fails("eks-logs", remote(), kind="absent", found="does not log api, audit"),
    unknown("eks-logs", remote(enabledClusterLogTypes=["api", UNKNOWN]), undecided="enabledClusterLogTypes"),
    passes("addon-version", make(ADDON, {"addonVersion": "v1.20.4-eksbuild.1"})),
    passes("addon-version", remote(useDefaultVpcCni=True, kubeProxyAddonOptions={"enabled": False})),
    fails(
        "addon-version",
        remote(useDefaultVpcCni=False, kubeProxyAddonOptions={"enabled": True}),
        found=("useDefaultVpcCni is not true", "kubeProxyAddonOptions.enabled is not false"),
    ),
    fails("addon-version", make(ADDON), kind="absent", found="addonVersion is absent"),
    passes("addon-version", make(ADDON, {"addonVersion": UNKNOWN}), kind="unknown"),
    unknown(
        "addon-version",
        remote(useDefaultVpcCni=UNKNOWN, kubeProxyAddonOptions={"enabled": False}),
        undecided="useDefaultVpcCni",
    ),
    *of_input("cluster-deletion", cluster, "deletionProtection", True, False, "deletionProtection is not true"),
    passes("cluster-deletion", remote(deletionProtection=True)),
    passes("cluster-deletion", make(CLUSTER, protect=True)),
    fails("cluster-deletion", remote(deletionProtection=False), found="deletionProtection is not true"),
    passes("cluster-zones", A, B, cluster_in(A, B)),
    passes("cluster-zones", A, B, remote_in(A, B)),
    fails("cluster-zones", A, remote_in(A), found="spans 1 zone; this stack requires 2"),
    fails("cluster-zones", remote_in(ids=["subnet-1"]), found="names 1 subnet, fewer than 2 zones"),
    fails("cluster-zones", make(CLUSTER), kind="absent", found="names no subnets"),
    unknown("cluster-zones", A, SOMEWHERE, cluster_in(A, SOMEWHERE), undecided="zones of vpcConfig"),
    unknown("cluster-zones", cluster_in(ids=["subnet-1", "subnet-2"]), undecided="zones of vpcConfig"),
    unknown("cluster-zones", cluster(vpcConfig={"subnetIds": [UNKNOWN]}), undecided="zones of vpcConfig"),
    unknown("cluster-zones", SOMEWHERE, cluster_in(SOMEWHERE, ids=["subnet-1"]), undecided="zones of vpcConfig"),
    passes("node-group-size", sized(0, 2.0, 4)),
    fails("node-group-size", sized(0, 6, 4), found="desiredSize 6 is above maxSize 4"),
    fails("node-group-size", sized(3, 2, 4), found="minSize 3 is above desiredSize 2"),
    fails("node-group-size", sized(0, 0, 0), found="can never start a node"),
    fails(
        "node-group-size",
        make("aws:autoscaling/group:Group", {"minSize": 3, "maxSize": 1}),
        kind="absent",
        found="minSize 3 is above maxSize 1",
    ),
    passes("node-group-size", make(NODE_GROUP), kind="absent"),
    unknown("node-group-size", sized(0, UNKNOWN, 4), undecided="desiredSize"),
    passes("node-group-zones", A, B, group(A, B)),
    passes("node-group-zones", A, group(A, capacityType="CAPACITY_BLOCK")),
    passes(
        "node-group-zones",
        A,
        make(LAUNCH_TEMPLATE, {"placement": {"groupName": "efa"}}),
        group(A, template=make(LAUNCH_TEMPLATE)),
    ),
    fails("node-group-zones", A, group(A), found="spans 1 zone"),
    fails("node-group-zones", make(NODE_GROUP), kind="absent", found="names no subnets"),
    unknown("node-group-zones", A, LATER, group(A, LATER), undecided="zones of subnetIds"),
    passes("network-policy-engine", cni('{"enableNetworkPolicy": "true"}')),
    passes("network-policy-engine", make(ADDON, {"addonName": "other", "configurationValues": OFF})),
    passes("network-policy-engine", make(ADDON), kind="absent"),
    fails("network-policy-engine", cni(OFF), found="configurationValues.enableNetworkPolicy"),
    unknown("network-policy-engine", cni(UNKNOWN), undecided="configurationValues.enableNetworkPolicy"),
]
