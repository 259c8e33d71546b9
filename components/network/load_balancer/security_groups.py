"""The security group of a load balancer, and its rules."""

from collections.abc import Sequence
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from .spec import ServingLoadBalancerSpec

_LISTENED = (80, 443)


def security_group(
    name: str,
    spec: ServingLoadBalancerSpec,
    vpc_id: pulumi.Input[str],
    nodes: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
    """The load balancer's security group, and all rules that a request needs."""
    group = aws.ec2.SecurityGroup(
        f"{name}-alb-sg", description="Load balancer", vpc_id=vpc_id, tags={"Name": f"{name}-alb"}, opts=opts
    )
    rules: list[pulumi.Resource] = [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-{port}-from-{cidr.replace('/', '-')}",
            security_group_id=group.id,
            cidr_ipv4=str(IPv4Network(cidr)),
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="clients" if port == 443 else "clients that are redirected",
            opts=opts,
        )
        for cidr in spec.allowed_cidrs
        for port in _LISTENED
    ]
    rules += to_pods(name, sorted({spec.gateway_port, spec.health_check_port}), group.id, nodes, opts)
    if spec.sign_in:
        rules.append(
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-to-sign-in",
                security_group_id=group.id,
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                description="the provider's token and user-info endpoints",
                opts=opts,
            )
        )
    return group, rules


def to_pods(
    name: str,
    ports: Sequence[int],
    balancer: pulumi.Input[str],
    nodes: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Lets the security group `balancer` reach `ports` of the pods in the security group `nodes`."""
    rules: list[pulumi.Resource] = []
    for port in ports:
        rules.append(
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-to-gateway-{port}",
                security_group_id=balancer,
                referenced_security_group_id=nodes,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="the gateway",
                opts=opts,
            )
        )
        rules.append(
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-gateway-{port}",
                security_group_id=nodes,
                referenced_security_group_id=balancer,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="the load balancer, to the gateway",
                opts=opts,
            )
        )
    return rules
