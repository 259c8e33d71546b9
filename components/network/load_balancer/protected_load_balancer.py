"""A firewall and the load balancer that it guards: the one way in that every component makes alike."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ...core.spec import args_of
from ..web_firewall.spec import WebFirewallArgs, WebFirewallSpec
from ..web_firewall.web_firewall import WebFirewall
from .load_balancer import LONGEST_NAME, ServingLoadBalancer
from .spec import ServingLoadBalancerArgs, ServingLoadBalancerSpec

SIGN_IN = ("cognito_user_pool_arn", "cognito_client_id", "cognito_domain", "oidc_client_secret")
SHARED = ("vpc_id", "node_security_group_id", "zone_id", "log_bucket_name")


def guarded(
    name: str,
    firewall: WebFirewallSpec,
    balancer: ServingLoadBalancerSpec,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> tuple[WebFirewall, ServingLoadBalancer]:
    """Make both, with what `args` say of the network, the zone, the log bucket and, by choice, the sign-in."""
    wall = WebFirewall(f"{name}-firewall", args_of(WebFirewallArgs, firewall), opts)
    wired = args_of(
        ServingLoadBalancerArgs,
        balancer,
        **{key: value for key, value in args.items() if key in (*SIGN_IN, *SHARED)},
        subnet_ids=args["load_balancer_subnet_ids"],
        web_acl_arn=wall.web_acl_arn,
    )
    return wall, ServingLoadBalancer(f"{name}-lb", wired, opts)


def without_room(name: str) -> str | None:
    """What is wrong with `name` where AWS has no room for it, or None."""
    most = LONGEST_NAME - len("-lb")
    return (
        f"name = {name!r}: AWS has room for {most} characters of it; choose a shorter one" if len(name) > most else None
    )
