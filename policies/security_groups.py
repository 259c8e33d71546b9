"""Security groups, their rules in every form, and the prefix lists that they name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from policies.engine.cidrs import are_world, is_world
from policies.engine.frameworks import checkov, cis_aws, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULES = (SECURITY_GROUP, _GROUP_RULE, _INGRESS_RULE, _EGRESS_RULE)
_PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
_PREFIX_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
_Direction = Literal["ingress", "egress"]


@rule(
    "open-ingress",
    "Security groups open only allowed ports to the internet",
    (SECURITY_GROUP, _GROUP_RULE, _INGRESS_RULE),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("EC2.18"),
        security_hub("EC2.19"),
        cis_aws("5.2"),
        cis_aws("5.3"),
        checkov("CKV_AWS_277"),
        well_architected("SEC05-BP02"),
    ],
    remediation="Name the ranges or security groups that need it; worldOpenPorts lists what a load balancer may open.",
    field="ingress",
)
def _open_ingress(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _open_to_world(resource, "ingress", stack.settings.world_open_ports)


@rule(
    "open-egress",
    "Security groups send to the internet only on allowed ports",
    (SECURITY_GROUP, _GROUP_RULE, _EGRESS_RULE),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_382"), well_architected("SEC05-BP02")],
    remediation="Send to the VPC's range, to endpoints or to prefix lists; worldEgressPorts lists what may go "
    "anywhere.",
    field="egress",
)
def _open_egress(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _open_to_world(resource, "egress", stack.settings.world_egress_ports)


@dataclass(frozen=True, slots=True)
class _Opening:
    """One rule of a security group. `path` is where it is written, empty for a resource of its own."""

    path: str
    cidrs: list[Any]
    prefix_lists: list[Any]
    protocol: Any
    first: Any
    last: Any

    def ports(self) -> range | None:
        """The TCP ports; `None` when it is of another protocol, or not known."""
        first, last = self.first, self.last
        if self.protocol not in ("tcp", "TCP", "6", 6) or not isinstance(first, float) or not isinstance(last, float):
            return None
        return range(int(first), int(last) + 1) if 0 <= first <= last <= 65535 else None

    def is_allowed(self, allowed: Sequence[int]) -> bool:
        """Whether it is about ports that may be open to everybody."""
        ports = self.ports()
        return ports is not None and all(port in allowed for port in ports)

    def traffic(self) -> str:
        """What it lets through, in words."""
        ports = self.ports()
        if ports is not None:
            return f"TCP port {ports[0]}" if len(ports) == 1 else f"TCP ports {ports[0]} to {ports[-1]}"
        return "everything" if self.protocol in ("-1", -1, "all", None) else f"{display(self.protocol)} traffic"


def _openings(resource: Resource, direction: _Direction) -> Iterator[_Opening]:
    """The rules of `direction` of a group, or the rule that a resource of its own is."""
    inputs = resource.inputs
    if resource.type == _GROUP_RULE:
        if text(read(inputs, "type")) in (direction, UNKNOWN):
            yield _opening("", inputs, "protocol")
    elif resource.type == SECURITY_GROUP:
        for index, each in enumerate(elements(read(inputs, direction))):
            yield _opening(direction if each is UNKNOWN else f"{direction}[{index}]", each, "protocol")
    elif resource.type == (_INGRESS_RULE if direction == "ingress" else _EGRESS_RULE):
        yield _opening("", inputs, "ipProtocol")


def _opening(path: str, values: Any, protocol: str) -> _Opening:
    cidrs = _all_of(values, "cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6")
    lists = _all_of(values, "prefixListIds", "prefixListId")
    first, last = number(read(values, "fromPort")), number(read(values, "toPort"))
    return _Opening(path, cidrs, lists, read(values, protocol), first, last)


def _all_of(values: Any, *fields: str) -> list[Any]:
    return [UNKNOWN] if values is UNKNOWN else [each for name in fields for each in elements(read(values, name))]


def _open_to_world(resource: Resource, direction: _Direction, allowed: Sequence[int]) -> Iterator[Result]:
    """A finding for every rule of `direction` that opens more than the `allowed` TCP ports to the world."""
    openings = [opening for opening in _openings(resource, direction) if not opening.is_allowed(allowed)]
    way = "from" if direction == "ingress" else "to"
    for opening in openings:
        worlds = [cidr for cidr in opening.cidrs if is_world(cidr)]
        where = f"{opening.path}: " if opening.path else ""
        if worlds and UNKNOWN in (opening.protocol, opening.first, opening.last):
            yield Undecided(f"{where}protocol and ports open to {worlds[0]}")
        elif worlds:
            yield Finding(f"{where}allows {opening.traffic()} {way} {', '.join(map(display, worlds))}")
        elif are_world(opening.cidrs):
            yield Finding(f"{where}allows {opening.traffic()} {way} ranges that together are the internet")
        elif UNKNOWN in opening.cidrs:
            yield Undecided(f"{where}CIDRs")
    several = [cidr for opening in openings for cidr in opening.cidrs if not is_world(cidr)]
    if len(openings) > 1 and are_world(several):
        yield Finding(f"allows traffic {way} ranges that together are the internet")


@rule(
    "open-together",
    "Rules of a security group and prefix lists do not add up to the internet",
    _RULES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("EC2.18"), security_hub("EC2.19"), well_architected("SEC05-BP02")],
    remediation="Name the ranges or security groups that need it, in one rule each.",
    field="rules of the group, entries of its prefix lists",
)
def _open_together(resource: Resource, stack: Stack) -> Iterator[Result]:
    directions: tuple[tuple[_Direction, Sequence[int]], ...] = (
        ("ingress", stack.settings.world_open_ports),
        ("egress", stack.settings.world_egress_ports),
    )
    for direction, allowed in directions:
        own = [each for each in _openings(resource, direction) if not each.is_allowed(allowed)]
        if not own:
            continue
        lists = [_prefixes(resource, opening, stack) for opening in own if opening.prefix_lists]
        for cidrs in lists:
            if are_world(cidrs):
                yield Finding(f"opens {direction} to a prefix list that holds {', '.join(map(display, cidrs[:3]))}")
            elif UNKNOWN in cidrs:
                yield Undecided("entries of a prefix list")
        siblings = [each for key in _groups(resource) for each in stack.table(_groups, *_RULES).get(key, ())]
        if len(siblings) > 1:
            openings = [opening for each in siblings for opening in _openings(each, direction)]
            cidrs = [cidr for each in openings if not each.is_allowed(allowed) for cidr in each.cidrs]
            if are_world(cidrs) and not any(map(is_world, cidrs)):
                yield Finding(f"is one of {len(siblings)} rules that together open {direction} to the internet")


def _groups(resource: Resource) -> set[str]:
    """The URN or the id of the security group that a resource is, or is a rule of."""
    if resource.type == SECURITY_GROUP:
        return {resource.urn}
    written = resource.inputs.get("securityGroupId")
    named = {written} if isinstance(written, str) else set[str]()
    return {*resource.property_dependencies.get("securityGroupId", ()), *named}


def _prefixes(resource: Resource, opening: _Opening, stack: Stack) -> list[Any]:
    """The CIDRs of the prefix lists of this stack that a rule names. Those of AWS hold a service's own addresses."""
    field = opening.path.partition("[")[0]
    keys = [field] if field else ["prefixListIds", "prefixListId"]
    found = [each for key in keys for each in stack.sources(resource, key, _PREFIX_LIST)]
    found += [each for name in opening.prefix_lists if (each := stack.named(name, _PREFIX_LIST))]
    return [cidr for each in found for cidr in _cidrs_of(each, stack)]


def _cidrs_of(prefix_list: Resource, stack: Stack) -> list[Any]:
    own = [read(entry, "cidr") for entry in elements(read(prefix_list.inputs, "entries"))]
    others = stack.referrers(prefix_list, "prefixListId", _PREFIX_ENTRY)
    return [*own, *(read(entry.inputs, "cidr") for entry in others)]


@rule(
    "open-prefix-list",
    "Prefix lists do not hold the internet",
    (_PREFIX_LIST, _PREFIX_ENTRY),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EC2.18"), well_architected("SEC05-BP02")],
    remediation="List the ranges that are known. A rule that is open to everybody says so itself.",
    field="entries",
)
def _open_prefix_list(resource: Resource, _: Stack) -> Iterator[Result]:
    entries = elements(read(resource.inputs, "entries")) if resource.type == _PREFIX_LIST else [resource.inputs]
    cidrs = [read(entry, "cidr") for entry in entries]
    if are_world(cidrs):
        yield Finding("holds the internet, which the rules that name it do not show")
    elif UNKNOWN in cidrs:
        yield Undecided("entries")


@rule(
    "node-group-ssh",
    "Node groups do not open SSH to the internet",
    "aws:eks/nodeGroup:NodeGroup",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_100"), well_architected("SEC05-BP02")],
    remediation="Leave remoteAccess out and use Session Manager, or name sourceSecurityGroupIds.",
    field="remoteAccess",
)
def _node_ssh(group: Resource, _: Stack) -> Iterator[Result]:
    access = read(group.inputs, "remoteAccess")
    if access is UNKNOWN:
        yield Undecided("remoteAccess")
    elif is_set(read(access, "ec2SshKey")) and not is_set(read(access, "sourceSecurityGroupIds")):
        yield Finding("opens SSH to every address, because remoteAccess names no sourceSecurityGroupIds")
