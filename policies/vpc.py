"""Networks: subnets and their zones, NAT gateways, endpoints, flow logs and security groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from policies.engine.cidrs import is_world
from policies.engine.frameworks import cis_aws, finops, fsbp, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule, stack_rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, first, number, read, text
from resources.resource import UNKNOWN, Resource, Unknown

SUBNET = "aws:ec2/subnet:Subnet"
VPC = "aws:ec2/vpc:Vpc"
_NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_FLOW_LOG = "aws:ec2/flowLog:FlowLog"
_SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@dataclass(slots=True)
class _Layout:
    """The zones and NAT gateways of one VPC. `unknown` is set when a subnet's zone can't be read."""

    vpc: str
    zones: set[str] = field(default_factory=set[str])
    gateways: list[Resource] = field(default_factory=list[Resource])
    unknown: bool = False


def _layouts(stack: Stack) -> Mapping[str, _Layout]:
    """The layout of every VPC by the VPC's URN, or by its parent's where the VPC is not of this stack."""
    found: dict[str, _Layout] = {}
    for subnet in stack.of_type(SUBNET):
        vpc, zone = _vpc_of(subnet, stack), zone_of(subnet)
        layout = found.setdefault(vpc, _Layout(vpc))
        layout.unknown |= zone is None
        layout.zones |= {zone} if zone else set()
    for gateway in stack.of_type(_NAT_GATEWAY):
        subnets = stack.sources(gateway, "subnetId", SUBNET)
        vpc = _vpc_of(subnets[0], stack) if subnets else gateway.parent or ""
        found.setdefault(vpc, _Layout(vpc)).gateways.append(gateway)
    return found


def _vpc_of(resource: Resource, stack: Stack) -> str:
    """The URN of the VPC that a resource is in; its parent's where the VPC is not known."""
    vpcs = stack.sources(resource, "vpcId", VPC)
    return vpcs[0].urn if vpcs else resource.parent or ""


def zone_of(subnet: Resource) -> str | None:
    """The zone of a subnet, or `None` where it is unknown or left to AWS."""
    zone = first(text(read(subnet.inputs, "availabilityZone")), text(read(subnet.inputs, "availabilityZoneId")))
    return None if zone is UNKNOWN else zone


@stack_rule(
    "subnet-zones",
    "A VPC has subnets in enough zones",
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL10-BP01")],
    remediation="Add subnets in further zones; minimumZones of the section mlplatform:policies says how many.",
    field="availabilityZone",
)
def _subnet_zones(stack: Stack) -> Iterator[Result]:
    least = stack.settings.minimum_zones
    if not stack.of_type(SUBNET):
        return
    for layout in stack.once(_layouts).values():
        count = len(layout.zones)
        if count < least and layout.unknown:
            yield Undecided("availabilityZone of a subnet", layout.vpc)
        elif count < least:
            zones = "1 zone" if count == 1 else f"{count} zones"
            yield Finding(f"has subnets in {zones}; this stack requires {least}", layout.vpc)


@stack_rule(
    "nat-count",
    "Outside production a VPC has one NAT gateway, not one a zone",
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST02-BP05")],
    remediation="Share one NAT gateway between the zones; each further one costs about 33 USD a month before traffic.",
    field="number of aws.ec2.NatGateway",
)
def _nat_count(stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production:
        return
    for layout in stack.once(_layouts).values():
        # Sorted, because exceptions name one of them and the engine has another order.
        for gateway in sorted(layout.gateways, key=lambda each: each.urn)[1:]:
            yield Finding(
                f"is one of {len(layout.gateways)} NAT gateways of a VPC that is not for production; one is enough",
                gateway.urn,
            )


@stack_rule(
    "nat-redundancy",
    "In production, every zone has a NAT gateway",
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL10-BP01"), well_architected("REL02-BP02")],
    remediation="Make one NAT gateway a zone, and route each private subnet to the one of its own zone.",
    field="number of aws.ec2.NatGateway",
)
def _nat_redundancy(stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    for layout in stack.once(_layouts).values():
        gateways, zones = layout.gateways, len(layout.zones)
        regional = any(read(gateway.inputs, "availabilityMode") == "regional" for gateway in gateways)
        if gateways and len(gateways) < zones and not regional:
            count = "1 NAT gateway" if len(gateways) == 1 else f"{len(gateways)} NAT gateways"
            yield Finding(f"serves {zones} zones with {count}: a lost zone cuts off the others", gateways[0].urn)


@stack_rule(
    "s3-endpoint",
    "A VPC with a NAT gateway has an S3 gateway endpoint",
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Workload Optimization")],
    remediation="Add a gateway endpoint for S3 to the private route tables; it is free, a NAT gateway takes 0.045 "
    "USD a GB.",
    field="aws.ec2.VpcEndpoint of the VPC",
)
def _s3_endpoint(stack: Stack) -> Iterator[Result]:
    endpoints = stack.of_type(_ENDPOINT)
    for layout in stack.once(_layouts).values():
        here = [_is_s3_gateway(endpoint) for endpoint in endpoints if _vpc_of(endpoint, stack) == layout.vpc]
        if not layout.gateways or True in here:
            continue
        if UNKNOWN in here:
            yield Undecided("vpcEndpointType or serviceName of an endpoint", layout.gateways[0].urn)
        else:
            yield Finding("carries traffic to S3, because its VPC has no S3 gateway endpoint", layout.gateways[0].urn)


def _is_s3_gateway(endpoint: Resource) -> bool | Unknown:
    kind = first(text(read(endpoint.inputs, "vpcEndpointType")), "Gateway")
    service = text(read(endpoint.inputs, "serviceName"))
    if kind is UNKNOWN or service is UNKNOWN:
        return UNKNOWN
    return kind == "Gateway" and service is not None and service.endswith(".s3")


@rule(
    "flow-logs",
    "Every VPC has flow logs",
    VPC,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[fsbp("EC2.6"), cis_aws("3.7"), well_architected("SEC04-BP01")],
    remediation="Add a flow log of the VPC with trafficType ALL or REJECT.",
    field="aws.ec2.FlowLog of the VPC",
)
def _flow_logs(vpc: Resource, stack: Stack) -> Iterator[Result]:
    logs = [log for log in stack.of_type(_FLOW_LOG) if _vpc_of(log, stack) in (vpc.urn, vpc.parent)]
    kinds = [text(read(log.inputs, "trafficType")) for log in logs]
    if any(kind in ("ALL", "REJECT") for kind in kinds):
        return
    if UNKNOWN in kinds:
        yield Undecided("trafficType of its flow log")
    else:
        yield Finding("has no flow log of all or of rejected traffic")


@rule(
    "default-security-group",
    "The default security group of every VPC is locked",
    (_DEFAULT_SECURITY_GROUP, VPC),
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[fsbp("EC2.2"), cis_aws("5.4")],
    remediation="Add an aws.ec2.DefaultSecurityGroup for the VPC without ingress and egress.",
    field="aws.ec2.DefaultSecurityGroup of the VPC",
)
def _default_security_group(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == VPC:
        locked = {_vpc_of(group, stack) for group in stack.of_type(_DEFAULT_SECURITY_GROUP)}
        if not {resource.urn, resource.parent or ""} & locked:
            yield Finding("leaves its default security group open: no DefaultSecurityGroup removes its rules")
        return
    for direction in ("ingress", "egress"):
        rules = elements(read(resource.inputs, direction))
        if rules == [UNKNOWN]:
            yield Undecided(direction)
        elif rules:
            yield Finding(f"has {direction} rules, which apply to every resource without a group of its own")


@rule(
    "open-ingress",
    "Security groups open only allowed ports to the internet",
    (_SECURITY_GROUP, _GROUP_RULE, _INGRESS_RULE),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[fsbp("EC2.18"), fsbp("EC2.19"), cis_aws("5.2"), cis_aws("5.3"), well_architected("SEC05-BP02")],
    remediation="Name the ranges or security groups that need it; worldOpenPorts lists what a load balancer may open.",
    field="ingress",
)
def _open_ingress(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _open_to_world(resource, "ingress", stack.settings.world_open_ports)


@rule(
    "open-egress",
    "Security groups send to the internet only on allowed ports",
    (_SECURITY_GROUP, _GROUP_RULE, _EGRESS_RULE),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC05-BP02")],
    remediation="Send to the VPC's range, to endpoints or to prefix lists; worldEgressPorts lists what may go "
    "anywhere.",
    field="egress",
)
def _open_egress(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _open_to_world(resource, "egress", stack.settings.world_egress_ports)


_Direction = Literal["ingress", "egress"]


@dataclass(frozen=True, slots=True)
class _Opening:
    """One rule of a security group. `path` is where it is written, empty for a resource of its own."""

    path: str
    cidrs: list[Any]
    protocol: Any
    first: Any
    last: Any

    def ports(self) -> range | None:
        """The TCP ports; `None` when it is of another protocol, or not known."""
        first, last = self.first, self.last
        if self.protocol not in ("tcp", "TCP", "6", 6) or not isinstance(first, float) or not isinstance(last, float):
            return None
        return range(int(first), int(last) + 1) if 0 <= first <= last <= 65535 else None

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
    elif resource.type == _SECURITY_GROUP:
        for index, each in enumerate(elements(read(inputs, direction))):
            yield _opening(direction if each is UNKNOWN else f"{direction}[{index}]", each, "protocol")
    else:
        yield _opening("", inputs, "ipProtocol")


def _opening(path: str, values: Any, protocol: str) -> _Opening:
    fields = ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6")
    cidrs = [UNKNOWN] if values is UNKNOWN else [cidr for name in fields for cidr in elements(read(values, name))]
    first, last = number(read(values, "fromPort")), number(read(values, "toPort"))
    return _Opening(path, cidrs, read(values, protocol), first, last)


def _open_to_world(resource: Resource, direction: _Direction, allowed: Sequence[int]) -> Iterator[Result]:
    """A finding for every rule of `direction` that opens more than the `allowed` TCP ports to the world."""
    for opening in _openings(resource, direction):
        worlds = [cidr for cidr in opening.cidrs if is_world(cidr)]
        ports = opening.ports()
        if ports is not None and all(port in allowed for port in ports):
            continue
        where = f"{opening.path}: " if opening.path else ""
        if worlds and UNKNOWN in (opening.protocol, opening.first, opening.last):
            yield Undecided(f"{where}protocol and ports open to {worlds[0]}")
        elif worlds:
            way = "from" if direction == "ingress" else "to"
            yield Finding(f"{where}allows {opening.traffic()} {way} {', '.join(map(display, worlds))}")
        elif UNKNOWN in opening.cidrs:
            yield Undecided(f"{where}CIDRs")
