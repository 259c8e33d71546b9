"""A further application behind a ServingLoadBalancer, at a host name of its own."""

import pulumi
import pulumi_aws as aws

from .load_balancer import ServingLoadBalancer
from .security_groups import to_pods

_PRIORITY = 5
"""Before the rules of the load balancer itself, which lead every name to its own pods."""


def further_target(
    name: str,
    host: str,
    port: int,
    health_check_path: str,
    balancer: ServingLoadBalancer,
    vpc_id: pulumi.Input[str],
    node_security_group_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """The ARN of a target group for pods that answer HTTP at `port`, which requests to `host` reach.

    `host` must be one of the load balancer's alternativeNames, which give it the certificate and the DNS record.
    """
    targets = aws.lb.TargetGroup(
        f"{name}-targets",
        vpc_id=vpc_id,
        target_type="ip",
        port=port,
        protocol="HTTP",
        protocol_version="HTTP1",
        deregistration_delay=30,
        health_check=aws.lb.TargetGroupHealthCheckArgs(
            protocol="HTTP",
            port=str(port),
            path=health_check_path,
            interval=10,
            timeout=5,
            healthy_threshold=2,
            unhealthy_threshold=3,
        ),
        tags={"Name": name},
        opts=opts,
    )
    rules = to_pods(name, [port], balancer.security_group_id, node_security_group_id, opts)
    aws.lb.ListenerRule(
        f"{name}-rule",
        listener_arn=balancer.listener_arn,
        priority=_PRIORITY,
        conditions=[{"host_header": {"values": [host]}}],
        actions=[{"type": "forward", "target_group_arn": targets.arn}],
        tags={"Name": name},
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=rules)),
    )
    return targets.arn
