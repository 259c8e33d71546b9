"""ServingLoadBalancer: an Application Load Balancer with its certificate, names, listeners and target groups."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from .certificate import alias, certificate
from .failover_spec import FailoverRole, without_switch
from .security_groups import security_group
from .sign_in import authenticate, missing
from .spec import ServingLoadBalancerArgs, ServingLoadBalancerSpec

LONGEST_NAME = 19
"""A name of a load balancer or target group has at most 32 characters, with our suffix and eight of Pulumi's."""

_NOT_FOUND = json.dumps({"error": {"code": 404, "message": "No service has this name."}})


class ServingLoadBalancer(Component[ServingLoadBalancerArgs, ServingLoadBalancerSpec]):
    """An ALB in front of a gateway on a cluster, with TLS. A TargetGroupBinding registers the gateway's pods.

    The program creates and deletes it, without a controller in the cluster. REST and gRPC have separate target groups
    with the same pods. The DNS records are created after the firewall association and all listeners.
    """

    load_balancer_arn: pulumi.Output[str]
    """The load balancer's ARN."""
    dns_name: pulumi.Output[str]
    """The load balancer's DNS name at AWS."""
    url: pulumi.Output[str]
    """The address for clients, resolved after the DNS records exist."""
    security_group_id: pulumi.Output[str]
    """The load balancer's security group; pods behind it see its addresses."""
    rest_target_group_arn: pulumi.Output[str]
    """The target group of REST requests, for a TargetGroupBinding."""
    grpc_target_group_arn: pulumi.Output[str]
    """The target group of gRPC requests, for a TargetGroupBinding; empty without gRPC."""
    listener_arn: pulumi.Output[str]
    """The HTTPS listener, for further rules."""
    certificate_arn: pulumi.Output[str]
    """The certificate, once it is valid."""

    def __init__(self, name: str, args: ServingLoadBalancerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ServingLoadBalancerArgs, ServingLoadBalancerSpec, opts)
        spec = self._spec
        group, rules = security_group(name, spec, args["vpc_id"], args["node_security_group_id"], self._child)
        balancer = self._balancer(group)
        rest = self._targets("rest", "HTTP1")
        grpc = self._targets("grpc", "GRPC") if spec.grpc else None
        proven = bool(spec.failover and spec.failover.role is FailoverRole.SECONDARY)
        self.certificate_arn = certificate(name, spec.names, args["zone_id"], self._child, proven=proven)
        listener = self._listener(balancer)
        ready = [*rules, *self._rules(listener, rest, grpc), self._redirect(balancer), *self._firewall(balancer)]
        last, switch = pulumi.ResourceOptions(parent=self, depends_on=ready), args.get("failover_health_check_id")
        records = [alias(name, domain, balancer, args["zone_id"], last, spec.failover, switch) for domain in spec.names]
        self.load_balancer_arn = balancer.arn
        self.dns_name = balancer.dns_name
        self.url = pulumi.Output.all(*(record.id for record in records)).apply(lambda _: f"https://{spec.domain}")
        self.security_group_id = group.id
        self.rest_target_group_arn = rest.arn
        self.grpc_target_group_arn = grpc.arn if grpc else pulumi.Output.from_input("")
        self.listener_arn = listener.arn
        self._publish()

    def _problem(self) -> str | None:
        if len(self._name) > LONGEST_NAME:
            return f"name = {self._name!r}: AWS allows {LONGEST_NAME} characters; choose a shorter name"
        return without_switch(self._spec.failover, self._args) or missing(self._spec.sign_in, self._args)

    def _balancer(self, group: aws.ec2.SecurityGroup) -> aws.lb.LoadBalancer:
        spec = self._spec
        return aws.lb.LoadBalancer(
            f"{self._name}-alb",
            load_balancer_type="application",
            internal=spec.internal,
            security_groups=[group.id],
            subnets=self._args["subnet_ids"],
            access_logs={"bucket": self._args["log_bucket_name"], "prefix": self._name, "enabled": True},
            enable_deletion_protection=spec.deletion_protection,
            idle_timeout=spec.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            # The gateway routes by the original Host header.
            preserve_host_header=True,
            tags={"Name": self._name},
            opts=self._child,
        )

    def _targets(self, role: str, version: str) -> aws.lb.TargetGroup:
        spec = self._spec
        return aws.lb.TargetGroup(
            f"{self._name}-{role}",
            vpc_id=self._args["vpc_id"],
            target_type="ip",
            port=spec.gateway_port,
            protocol=spec.gateway_protocol,
            protocol_version=version,
            # Requests to models differ widely in duration, so the pod with the fewest open requests gets the next one.
            load_balancing_algorithm_type="least_outstanding_requests",
            deregistration_delay=spec.deregistration_seconds,
            health_check=_health_check(spec, version),
            tags={"Name": f"{self._name}-{role}"},
            opts=self._child,
        )

    def _listener(self, balancer: aws.lb.LoadBalancer) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{self._name}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=str(self._spec.tls_policy),
            certificate_arn=self.certificate_arn,
            default_actions=[
                {
                    "type": "fixed-response",
                    "fixed_response": {
                        "content_type": "application/json",
                        "message_body": _NOT_FOUND,
                        "status_code": "404",
                    },
                }
            ],
            routing_http_response_server_enabled=False,
            routing_http_response_strict_transport_security_header_value="max-age=31536000",
            opts=self._child,
        )

    def _redirect(self, balancer: aws.lb.LoadBalancer) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{self._name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[
                {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}}
            ],
            opts=self._child,
        )

    def _rules(
        self, listener: aws.lb.Listener, rest: aws.lb.TargetGroup, grpc: aws.lb.TargetGroup | None
    ) -> list[aws.lb.ListenerRule]:
        """Rules in order of priority. Sign-in is first, so that no content type bypasses it."""
        spec = self._spec
        own = _hosts(spec.names)
        rules: list[aws.lb.ListenerRule] = []
        if spec.sign_in:
            signed_in = [authenticate(spec.sign_in, self._args), _forward(rest)]
            rules.append(self._rule(listener, "sign-in", 10, [_hosts(spec.sign_in.hosts)], signed_in))
        if grpc:
            is_grpc = {"http_header": {"http_header_name": "Content-Type", "values": ["application/grpc*"]}}
            rules.append(self._rule(listener, "grpc", 20, [own, is_grpc], [_forward(grpc)]))
        rules.append(self._rule(listener, "rest", 30, [own], [_forward(rest)]))
        return rules

    def _rule(
        self, listener: aws.lb.Listener, role: str, priority: int, conditions: list[Any], actions: list[Any]
    ) -> aws.lb.ListenerRule:
        return aws.lb.ListenerRule(
            f"{self._name}-{role}-rule",
            listener_arn=listener.arn,
            priority=priority,
            conditions=conditions,
            actions=actions,
            tags={"Name": f"{self._name}-{role}"},
            opts=self._child,
        )

    def _firewall(self, balancer: aws.lb.LoadBalancer) -> list[pulumi.Resource]:
        acl = self._args.get("web_acl_arn")
        if acl is None:
            return []
        association = aws.wafv2.WebAclAssociation(
            f"{self._name}-firewall", resource_arn=balancer.arn, web_acl_arn=acl, opts=self._child
        )
        return [association]


def _health_check(spec: ServingLoadBalancerSpec, version: str) -> aws.lb.TargetGroupHealthCheckArgs:
    grpc = version == "GRPC"
    apart = not grpc and spec.health_check_port != spec.gateway_port
    return aws.lb.TargetGroupHealthCheckArgs(
        protocol="HTTP" if apart else spec.gateway_protocol,
        port=None if grpc else str(spec.health_check_port),
        path="/AWS.ALB/healthcheck" if grpc else spec.health_check_path,
        # A gateway answers an unknown method with code 12, and answers with 14 when it cannot serve at all.
        matcher="0,12" if grpc else None,
        interval=10,
        timeout=5,
        healthy_threshold=2,
        unhealthy_threshold=3,
    )


def _hosts(names: Sequence[str]) -> dict[str, Any]:
    return {"host_header": {"values": list(names)}}


def _forward(targets: aws.lb.TargetGroup) -> dict[str, Any]:
    return {"type": "forward", "target_group_arn": targets.arn}
