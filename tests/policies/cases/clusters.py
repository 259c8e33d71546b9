"""What the rules on EKS clusters say, of both ways to make one."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import fails, make, passes, unknown

CLUSTER = "aws:eks/cluster:Cluster"
REMOTE = "eks:index:Cluster"
ADDON = "aws:eks/addon:Addon"
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


def remote(**inputs: Any) -> Resource:
    return make(REMOTE, inputs)


def cluster(**inputs: Any) -> Resource:
    return make(CLUSTER, inputs)


def reached(**config: Any) -> Resource:
    return cluster(vpcConfig=config)


def secrets(key: Any, kinds: Any = SECRETS) -> Resource:
    return cluster(encryptionConfig={"provider": {"keyArn": key}, "resources": kinds})


CASES = [
    passes("cluster-secrets-encryption", secrets("arn:aws:kms:us-east-1:1:key/k")),
    passes("cluster-secrets-encryption", remote(encryptionConfigKeyArn="arn:aws:kms:us-east-1:1:key/k")),
    fails("cluster-secrets-encryption", secrets(""), found="encryptionConfig names no key"),
    fails("cluster-secrets-encryption", secrets("arn", []), found="does not name secrets"),
    fails("cluster-secrets-encryption", remote(), kind="absent", found="encryptionConfigKeyArn is absent"),
    fails("cluster-secrets-encryption", cluster(), kind="absent", found="encryptionConfig names no key"),
    unknown("cluster-secrets-encryption", cluster(encryptionConfig=UNKNOWN), undecided="encryptionConfig"),
    unknown("cluster-secrets-encryption", secrets("arn", UNKNOWN), undecided="encryptionConfig.resources"),
    passes("cluster-secrets-encryption", remote(encryptionConfigKeyArn=UNKNOWN), kind="unknown"),
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
    passes("eks-logs", remote(enabledClusterLogTypes=LOGS)),
    passes("eks-logs", cluster(enabledClusterLogTypes=[*LOGS, UNKNOWN])),
    fails("eks-logs", cluster(enabledClusterLogTypes=LOGS[:3]), found="does not log controllerManager, scheduler"),
    fails("eks-logs", remote(), kind="absent", found="does not log api, audit"),
    unknown("eks-logs", remote(enabledClusterLogTypes=["api", UNKNOWN]), undecided="enabledClusterLogTypes"),
    passes("eks-authentication", remote(authenticationMode="API")),
    passes("eks-authentication", cluster(accessConfig={"authenticationMode": "API"})),
    fails("eks-authentication", remote(authenticationMode="API_AND_CONFIG_MAP"), found="is API_AND_CONFIG_MAP"),
    fails("eks-authentication", cluster(), kind="absent", found="accessConfig.authenticationMode is absent"),
    unknown("eks-authentication", cluster(accessConfig=UNKNOWN), undecided="accessConfig.authenticationMode"),
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
    passes("cluster-deletion", remote(deletionProtection=True)),
    passes("cluster-deletion", make(CLUSTER, protect=True)),
    fails("cluster-deletion", remote(deletionProtection=False), found="deletionProtection is not true"),
    fails("cluster-deletion", cluster(), kind="absent", found="deletionProtection is not true"),
    unknown("cluster-deletion", cluster(deletionProtection=UNKNOWN), undecided="deletionProtection"),
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
]
