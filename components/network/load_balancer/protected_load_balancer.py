"""A load balancer behind a firewall, as several components use it."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ...core.spec import args_of
from ..web_firewall.spec import WebFirewallArgs, WebFirewallSpec
from ..web_firewall.web_firewall import WebFirewall
from .load_balancer import LONGEST_NAME, ServingLoadBalancer
from .spec import ServingLoadBalancerArgs, ServingLoadBalancerSpec

SIGN_IN = ("cognito_user_pool_arn", "cognito_client_id", "cognito_domain", "oidc_client_secret")
SHARED = ("vpc_id", "node_security_group_id", "zone_id", "log_bucket_name", "failover_health_check_id")


def protected_load_balancer(
    name: str,
    firewall: WebFirewallSpec,
    balancer: ServingLoadBalancerSpec,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> tuple[WebFirewall, ServingLoadBalancer]:
    """Create both. `args` has the network, the zone, the log bucket and optionally the sign-in."""
    wall = WebFirewall(f"{name}-firewall", args_of(WebFirewallArgs, firewall), opts)
    wired = args_of(
        ServingLoadBalancerArgs,
        balancer,
        **{key: value for key, value in args.items() if key in (*SIGN_IN, *SHARED)},
        subnet_ids=args["load_balancer_subnet_ids"],
        web_acl_arn=wall.web_acl_arn,
    )
    return wall, ServingLoadBalancer(f"{name}-lb", wired, opts)


def name_too_long(name: str) -> str | None:
    """The problem of a `name` that is too long for AWS; None without a problem."""
    most = LONGEST_NAME - len("-lb")
    return f"name = {name!r}: AWS allows {most} characters; choose a shorter name" if len(name) > most else None
