"""EKS add-ons, pinned for each EKS version: those that nodes need, and those that need nodes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ..core.account import Account
from ..core.iam import pod_identity_trust
from ..core.node_labels import SYSTEM_LABEL
from ..core.pods import SYSTEM_TOLERATION
from ..facts.versions import ADDONS

BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
"""DaemonSets that a node needs to become ready."""

AFTER_NODES = ("coredns", "aws-ebs-csi-driver", "metrics-server", "eks-node-monitoring-agent")
"""Add-ons that need a node to run."""

_SPREAD = [
    {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
]

_SYSTEM: Mapping[str, Any] = {"nodeSelector": {SYSTEM_LABEL: "true"}, "tolerations": [SYSTEM_TOLERATION]}
"""Runs EKS's Deployments on the cluster's system pool."""

CONFIGURATION: dict[str, Mapping[str, Any]] = {
    # Values of env are text in the add-on's schema.
    "vpc-cni": {
        "enableNetworkPolicy": "true",
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1", "AWS_VPC_K8S_CNI_LOGLEVEL": "INFO"},
    },
    "coredns": {
        "autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10},
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "topologySpreadConstraints": _SPREAD,
        **_SYSTEM,
    },
    "aws-ebs-csi-driver": {
        "controller": {"replicaCount": 2, "podDisruptionBudget": {"enabled": True}, **_SYSTEM},
        "node": {"tolerateAllTaints": True},
    },
    # Node repair detects GPU faults only through this agent. Its DCGM server, which tolerates no taint by default, must
    # run on every GPU node: without it the agent reports healthy GPUs as broken.
    "eks-node-monitoring-agent": {"dcgmAgent": {"tolerations": [{"operator": "Exists"}]}},
    "metrics-server": {"replicas": 2, "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1}, **_SYSTEM},
}
"""Values that differ from each add-on's defaults.

Source: `aws eks describe-addon-configuration` of each; of the node monitoring agent aws/eks-node-monitoring-agent
v1.7.0, charts/configuration.schema.json, and aws/containers-roadmap issue 2567.
"""

_IDENTITIES = {
    "vpc-cni": ("aws-node", "AmazonEKS_CNI_Policy"),
    "aws-ebs-csi-driver": ("ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"),
}
"""The service account and the AWS managed policy of add-ons that call AWS. Nodes do not have these permissions."""


def cluster_addon(
    name: str,
    addon: str,
    cluster_name: pulumi.Input[str],
    version: str,
    account: Account,
    opts: pulumi.ResourceOptions,
) -> aws.eks.Addon:
    """One EKS add-on with its configuration, and an IAM role if it calls AWS."""
    identities: Sequence[Mapping[str, Any]] | None = None
    if addon in _IDENTITIES:
        service_account, policy = _IDENTITIES[addon]
        role = aws.iam.Role(
            f"{name}-{addon}-role",
            assume_role_policy=pulumi.Output.from_input(cluster_name).apply(
                lambda cluster: pod_identity_trust(account.id, account.arn("eks", f"cluster/{cluster}"))
            ),
            opts=opts,
        )
        grant = aws.iam.RolePolicyAttachment(
            f"{name}-{addon}-policy", role=role.name, policy_arn=account.managed_policy(policy), opts=opts
        )
        identities = [{"role_arn": role.arn, "service_account": service_account}]
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[grant]))
    return aws.eks.Addon(
        f"{name}-{addon}",
        cluster_name=cluster_name,
        addon_name=addon,
        addon_version=ADDONS[version][addon],
        configuration_values=json.dumps(CONFIGURATION[addon]) if addon in CONFIGURATION else None,
        pod_identity_associations=identities,  # pyright: ignore[reportArgumentType] - plain mappings are inputs too
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=opts,
    )
