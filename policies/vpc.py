"""Networks: subnets and their zones, NAT gateways, endpoints, routes and flow logs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.engine.checks import must_be
from policies.engine.cidrs import is_world
from policies.engine.frameworks import checkov, cis_aws, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule, stack_rule
from policies.engine.stack import Stack
from resources.inputs import elements, first, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource, Unknown

SUBNET = "aws:ec2/subnet:Subnet"
VPC = "aws:ec2/vpc:Vpc"
_ADDRESS = "aws:ec2/eip:Eip"
_NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
_SERVICE_PRINCIPAL = "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple"
_ROUTE = "aws:ec2/route:Route"
_ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
_FLOW_LOG = "aws:ec2/flowLog:FlowLog"
_DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


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
    frameworks=[well_architected("REL10-BP01")],
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
    level=Level.MANDATORY,
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
    frameworks=[security_hub("EC2.6"), cis_aws("3.7"), well_architected("SEC04-BP01")],
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
    frameworks=[security_hub("EC2.2"), cis_aws("5.4")],
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
    "endpoint-service",
    "Endpoint services accept each consumer by hand",
    (_SERVICE, _SERVICE_PRINCIPAL),
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_123"), well_architected("SEC05-BP02")],
    remediation="Set acceptanceRequired to true, and name the accounts that may ask.",
    field="acceptanceRequired",
)
def _endpoint_service(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == _SERVICE:
        yield from must_be(resource.inputs, "acceptanceRequired", True, "accepts every consumer that asks")
    elif read(resource.inputs, "principalArn") == "*":
        services = stack.sources(resource, "vpcEndpointServiceId", _SERVICE)
        if not any(flag(read(service.inputs, "acceptanceRequired")) is True for service in services):
            yield Finding("lets every AWS account use the service")


@rule(
    "peering-routes",
    "Routes to another VPC are for its range alone",
    (_ROUTE, _ROUTE_TABLE),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV2_AWS_44"), well_architected("SEC05-BP02")],
    remediation="Name the range of the peer as the destination.",
    field="destinationCidrBlock",
)
def _peering_routes(resource: Resource, _: Stack) -> Iterator[Result]:
    routes = [resource.inputs] if resource.type == _ROUTE else elements(read(resource.inputs, "routes"))
    for route in routes:
        if route is UNKNOWN:
            yield Undecided("routes")
        elif is_set(read(route, "vpcPeeringConnectionId")):
            for field in ("destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"):
                destination = read(route, field)
                if destination is UNKNOWN:
                    yield Undecided(field)
                elif is_world(destination):
                    yield Finding(f"sends everything for {destination} to another VPC")


@rule(
    "idle-address",
    "Elastic IP addresses are attached to something",
    _ADDRESS,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[security_hub("EC2.12"), finops("Workload Optimization")],
    remediation="Attach the address in the stack, or remove it: AWS charges for an address that nothing uses.",
    field="instance, networkInterface, or an input of another resource",
)
def _idle_address(address: Resource, stack: Stack) -> Iterator[Result]:
    attached = any(is_set(read(address.inputs, field)) for field in ("instance", "networkInterface"))
    if not attached and address.urn not in stack.once(_used):
        yield Finding("is attached to nothing in the stack, and costs money at all hours")


def _used(stack: Stack) -> set[str]:
    """The URNs of the resources that an input of another one was computed from."""
    return {urn for each in stack.resources for urns in each.property_dependencies.values() for urn in urns}
