"""An EKS cluster that exists already: nodes and software are added to it, and its control plane is left as it is."""

import json
from collections.abc import Iterator
from typing import Any, TypedDict, TypeVar

import pulumi
import pulumi_aws as aws
from pydantic import Field

from ...core.spec import Spec

Answer = TypeVar("Answer")

MADE_ONLY = ("endpoint_public_cidrs", "endpoint_private_cidrs", "service_cidr", "log_retention_days")
"""The fields that only a control plane made here has."""


class ExistingClusterConfig(TypedDict):
    """An EKS cluster that exists."""

    security_group_id: str
    """The security group of the control plane's interfaces, to which the rules of the new nodes are added."""


class ExistingClusterSpec(Spec):
    """An EKS cluster that exists."""

    security_group_id: str = Field(
        pattern=r"^sg-[0-9a-f]{8,17}$",
        description="The security group of the control plane's interfaces, to which the rules of the new nodes are "
        "added: resourcesVpcConfig.clusterSecurityGroupId of aws eks describe-cluster.",
    )


def found_cluster(name: str, options: pulumi.InvokeOptions) -> "aws.eks.GetClusterResult":
    """What AWS says about the cluster; in a plan, which has no account, only its name, endpoint and authority."""
    return aws.eks.get_cluster(name=name, opts=options)


def differences(spec: ExistingClusterSpec, name: str, version: str, found: "aws.eks.GetClusterResult") -> Iterator[str]:
    """Why the cluster cannot be used.

    Source: Amazon EKS user guide, "Grant IAM users access to Kubernetes with EKS access entries" (authentication mode)
    and "View Amazon EKS security group requirements for clusters".
    """
    modes = {each.authentication_mode for each in _answer(found.access_configs) or ()}
    if modes == {"CONFIG_MAP"}:
        yield (
            f"clusterName = {name}: its authentication mode is CONFIG_MAP, so it has no access entries; change it to "
            "API_AND_CONFIG_MAP or API"
        )
    actual = _answer(found.version)
    if actual not in (None, version):
        yield f"kubernetesVersion = {version}: {name} has {actual}; write it, because nodes get this version"
    vpc = _answer(found.vpc_config)
    groups = (vpc.cluster_security_group_id, *vpc.security_group_ids) if vpc else ()
    if groups and spec.security_group_id not in groups:
        yield (
            f"existing.securityGroupId = {spec.security_group_id}: is not a group of {name}; write one of "
            f"{', '.join(dict.fromkeys(groups))}"
        )


def kubeconfig(found: "aws.eks.GetClusterResult", region: str) -> str:
    """A kubeconfig, as JSON, whose tokens come from the AWS CLI.

    Source: Amazon EKS user guide, "Connect kubectl to an EKS cluster by creating a kubeconfig file".
    """
    name = found.name
    command: dict[str, Any] = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
    }
    authority = found.certificate_authorities[0].data
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": found.endpoint, "certificate-authority-data": authority}}
            ],
            "users": [{"name": "aws", "user": {"exec": command}}],
            "contexts": [{"name": "aws", "context": {"cluster": name, "user": "aws"}}],
            "current-context": "aws",
        }
    )


def issuer(found: "aws.eks.GetClusterResult") -> str:
    """The issuer of the cluster's service account tokens, without https://; empty in a plan."""
    identities = _answer(found.identities)
    return identities[0].oidcs[0].issuer.removeprefix("https://") if identities else ""


def _answer(value: Answer) -> Answer | None:
    """What AWS answers; None in a plan, which asks no account."""
    return value
