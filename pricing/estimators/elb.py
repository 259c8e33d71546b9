"""Elastic Load Balancing: application and network load balancers with their capacity units and public addresses."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import flag, text
from resources.resource import Resource

_SECONDS_A_MONTH = HOURS_A_MONTH * 3600
_FREE_RULES = 10
_EVALUATIONS = 1000
_NETWORK_CAPACITY = {"TLS": (50, 3_000), "UDP": (400, 50_000), "TCP_UDP": (400, 50_000)}
_TCP_CAPACITY = (800, 100_000)
_APPLICATION_CAPACITY = (25, 3_000)
"""New connections a second, and active connections, that one capacity unit includes, besides 1 GB an hour.

Source: Elastic Load Balancing pricing, "LCU details".
"""


@prices("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
def load_balancer(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its hours, the capacity units of its share of the stack's requests, and a public address in each zone."""
    kind = text(resource.inputs, "loadBalancerType", "application")
    if kind not in ("application", "network"):
        yield Gap(f"{kind} load balancers have no estimator")
        return
    short = "alb" if kind == "application" else "nlb"
    unit = "alb-lcu" if kind == "application" else "nlb-nlcu"
    yield stack.charge(resource, "elbv2", f"{short}-hour", HOURS_A_MONTH, f"{kind} load balancer, all hours")
    units = _application(resource, stack) if kind == "application" else _network(resource, stack)
    what = f"{units:.2f} capacity units on average"
    yield stack.charge(resource, "elbv2", unit, units * HOURS_A_MONTH, what)
    if not flag(resource.inputs, "internal"):
        zones = stack.subnets(resource, "subnets") or stack.subnets(resource, "subnetMappings")
        hours = zones * HOURS_A_MONTH
        yield stack.charge(resource, "vpc", "public-ipv4-hour", hours, f"public IPv4 addresses in {zones} zones")


def _application(resource: Resource, stack: PricedStack) -> float:
    requests = stack.share(resource, stack.usage.web_requests) / _SECONDS_A_MONTH
    paid_rules = max(0, _rules(resource, stack) - _FREE_RULES)
    return max(_connections(resource, stack, _APPLICATION_CAPACITY), requests * paid_rules / _EVALUATIONS)


def _network(resource: Resource, stack: PricedStack) -> float:
    protocols = [each.inputs.get("protocol") for each in _listeners(resource, stack)]
    known = [_NETWORK_CAPACITY[each] for each in protocols if isinstance(each, str) and each in _NETWORK_CAPACITY]
    return _connections(resource, stack, min(known, default=_TCP_CAPACITY))


def _connections(resource: Resource, stack: PricedStack, capacity: tuple[int, int]) -> float:
    """The units of new connections, of active ones or of data, whichever are most."""
    usage = stack.usage
    new = stack.share(resource, usage.web_requests) * usage.new_connection_share / _SECONDS_A_MONTH
    data = stack.share(resource, usage.load_balancer_gb) / HOURS_A_MONTH
    return max(new / capacity[0], new * usage.connection_seconds / capacity[1], data)


def _rules(resource: Resource, stack: PricedStack) -> int:
    rule = f"{resource.type.partition('/')[0]}/listenerRule:ListenerRule"
    return sum(len(stack.referrers(listener, "listenerArn", rule)) for listener in _listeners(resource, stack))


def _listeners(resource: Resource, stack: PricedStack) -> list[Resource]:
    return stack.referrers(resource, "loadBalancerArn", f"{resource.type.partition('/')[0]}/listener:Listener")


@prices("aws:elb/loadBalancer:LoadBalancer")
def classic_load_balancer(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A classic load balancer in all hours, and its share of the data through the stack's classic load balancers."""
    yield stack.charge(resource, "elb", "classic-hour", HOURS_A_MONTH, "classic load balancer, all hours")
    data = stack.share(resource, stack.usage.load_balancer_gb)
    yield stack.charge(resource, "elb", "classic-data-processed", data, "data through the load balancer")
