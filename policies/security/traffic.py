"""What security groups let through, wherever it is written: inline, or as a rule of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from policies.engine.rule import Finding, Result, Undecided
from policies.inputs import each, is_world, number, read, shown, text
from pricing.resource import UNKNOWN, Resource

Direction = Literal["ingress", "egress"]

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE_OF_GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

_LONE_RULES: dict[str, Direction] = {INGRESS_RULE: "ingress", EGRESS_RULE: "egress"}


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule of a security group."""

    path: str
    cidrs: list[Any]
    protocol: Any
    first: Any
    last: Any


def openings(resource: Resource, direction: Direction) -> Iterator[Opening]:
    """The rules of `direction` that a resource holds."""
    inputs = resource.inputs
    if resource.type == RULE_OF_GROUP:
        kind = text(read(inputs, "type"))
        if kind in (direction, UNKNOWN):
            yield _opening("", inputs, "protocol")
    elif resource.type in _LONE_RULES:
        if _LONE_RULES[resource.type] == direction:
            yield _opening("", inputs, "ipProtocol")
    else:
        for index, rule in enumerate(each(read(inputs, direction))):
            yield _opening(direction if rule is UNKNOWN else f"{direction}[{index}]", rule, "protocol")


def judge(resource: Resource, direction: Direction, allowed: Sequence[int]) -> Iterator[Result]:
    """A finding for every rule of `direction` that opens more than the `allowed` TCP ports to the world."""
    for opening in openings(resource, direction):
        worlds = [cidr for cidr in opening.cidrs if is_world(cidr)]
        ports = _ports(opening)
        closed = ports is not None and all(port in allowed for port in ports)
        if closed:
            continue
        where = f"{opening.path}: " if opening.path else ""
        if UNKNOWN in (opening.protocol, opening.first, opening.last) and worlds:
            yield Undecided(f"{where}protocol and ports open to {worlds[0]}")
        elif worlds:
            way = "from" if direction == "ingress" else "to"
            yield Finding(f"{where}lets {_named(opening)} {way} {', '.join(map(shown, worlds))}")
        elif UNKNOWN in opening.cidrs:
            yield Undecided(f"{where}CIDRs")


def _opening(path: str, rule: Any, protocol: str) -> Opening:
    fields = ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6")
    cidrs = [UNKNOWN] if rule is UNKNOWN else [cidr for name in fields for cidr in each(read(rule, name))]
    return Opening(
        path=path,
        cidrs=cidrs,
        protocol=read(rule, protocol),
        first=number(read(rule, "fromPort")),
        last=number(read(rule, "toPort")),
    )


def _ports(opening: Opening) -> range | None:
    """The TCP ports of an opening; `None` when it is of another protocol, or not known."""
    if opening.protocol not in ("tcp", "TCP", "6", 6):
        return None
    if not isinstance(opening.first, float) or not isinstance(opening.last, float):
        return None
    if not 0 <= opening.first <= opening.last <= 65535:
        return None
    return range(int(opening.first), int(opening.last) + 1)


def _named(opening: Opening) -> str:
    ports = _ports(opening)
    if ports is not None:
        return f"TCP port {ports[0]}" if len(ports) == 1 else f"TCP ports {ports[0]} to {ports[-1]}"
    if opening.protocol in ("-1", -1, "all", None):
        return "everything"
    return f"{shown(opening.protocol)} traffic"
