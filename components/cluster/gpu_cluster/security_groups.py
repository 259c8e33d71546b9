"""The security groups of a cluster, and their rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class SecurityGroups:
    """The security groups of the control plane's interfaces, and of the nodes and their pods."""

    cluster: aws.ec2.SecurityGroup | None
    """The group that is made; None for a cluster that exists."""
    cluster_id: pulumi.Output[str]
    nodes: aws.ec2.SecurityGroup
    rules: list[pulumi.Resource]


def security_groups(
    name: str,
    cluster_name: str,
    vpc_id: pulumi.Input[str],
    callers: Sequence[str],
    opts: pulumi.ResourceOptions,
    existing_id: str | None = None,
) -> SecurityGroups:
    """Security groups with the minimum rules of EKS. `callers` (CIDR) may reach the API server too.

    With `existing_id`, the control plane has this group, and only rules are added to it.

    Source: EKS user guide, "View Amazon EKS security group requirements for clusters". DNS, time and instance metadata
    are not filtered by security groups.
    """
    cluster = None
    if not existing_id:
        cluster = aws.ec2.SecurityGroup(
            f"{name}-cluster-sg",
            description="Control plane interfaces",
            vpc_id=vpc_id,
            tags={"Name": f"{name}-cluster"},
            opts=opts,
        )
    cluster_id = cluster.id if cluster else pulumi.Output.from_input(existing_id or "")
    nodes = aws.ec2.SecurityGroup(
        f"{name}-nodes-sg",
        description="Nodes and their pods",
        vpc_id=vpc_id,
        # Karpenter and the load balancer controller find the group by these tags.
        tags={
            "Name": f"{name}-nodes",
            "karpenter.sh/discovery": cluster_name,
            f"kubernetes.io/cluster/{cluster_name}": "owned",
        },
        opts=opts,
    )
    ingress = {
        "api-from-nodes": (cluster_id, nodes.id, 443, 443),
        "kubelet-and-webhooks-from-cluster": (nodes.id, cluster_id, 1025, 65535),
        "webhooks-from-cluster": (nodes.id, cluster_id, 443, 443),
    }
    rules: list[pulumi.Resource] = [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-{rule}",
            security_group_id=into,
            referenced_security_group_id=source,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            description=rule.replace("-", " "),
            opts=opts,
        )
        for rule, (into, source, first, last) in ingress.items()
    ]
    rules += [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-api-from-{cidr.replace('/', '-')}",
            security_group_id=cluster_id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description=f"API server from {cidr}",
            opts=opts,
        )
        for cidr in callers
    ]
    # All protocols between nodes: pods use any ports, and fabric adapters use none.
    among: dict[str, Any] = {
        "security_group_id": nodes.id,
        "referenced_security_group_id": nodes.id,
        "ip_protocol": "-1",
    }
    rules.append(aws.vpc.SecurityGroupIngressRule(f"{name}-nodes-in", description="among nodes", opts=opts, **among))
    rules.append(aws.vpc.SecurityGroupEgressRule(f"{name}-nodes-out", description="among nodes", opts=opts, **among))
    rules.append(
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-https-out",
            security_group_id=nodes.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="AWS APIs, registries and the API server",
            opts=opts,
        )
    )
    return SecurityGroups(cluster, cluster_id, nodes, rules)
