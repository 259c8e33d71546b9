"""The VPC: three tiers of subnets in two or three zones."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from ..core.account import Account
from ..core.component import Component
from ..core.iam import allow, document, service_trust
from ..core.kms import encryption_key, logs_key_grant
from ..core.spec import SpecError
from ..facts.regions import ZONES_WITHOUT_EKS
from .endpoints import endpoint_security_group, gateway_endpoint, interface_endpoint
from .existing_network import ANYWHERE, ExistingNetworkConfig, ExistingNetworkSpec, ExistingSubnetConfig, differences
from .network_args import (
    EndpointService,
    FlowLogsConfig,
    FlowLogsSpec,
    FlowLogTraffic,
    NatMode,
    NetworkArgs,
    NetworkSpec,
)
from .subnet_plan import plan_subnets

__all__ = [
    "EndpointService",
    "ExistingNetworkConfig",
    "ExistingSubnetConfig",
    "FlowLogTraffic",
    "FlowLogsConfig",
    "FlowLogsSpec",
    "NatMode",
    "Network",
    "NetworkArgs",
    "NetworkSpec",
]


class Network(Component[NetworkArgs, NetworkSpec]):
    """A VPC in two or three zones, or one that exists already.

    Public subnets are for load balancers and NAT gateways, private ones for nodes and pods. Isolated ones have no route
    to the internet and are for data stores. The VPC has a gateway endpoint for S3 and a flow log. The default security
    group and route table allow no traffic. An existing VPC is not changed or deleted; its route tables, NAT gateways,
    S3 endpoint and log group are then empty outputs.
    """

    vpc_id: Output[str]
    """The VPC's id."""

    vpc_cidr: Output[str]
    """The VPC's range."""

    zones: Output[list[str]]
    """The zones' names; the lists of subnets and private route tables are in this order."""

    public_subnet_ids: Output[list[str]]
    """Subnets for internet-facing load balancers and NAT gateways, one per zone."""

    private_subnet_ids: Output[list[str]]
    """Subnets for nodes and pods, one per zone."""

    isolated_subnet_ids: Output[list[str]]
    """Subnets for data stores, without a route to the internet, one per zone."""

    public_subnet_cidrs: Output[list[str]]
    """The public subnets' ranges, from which internet-facing load balancers reach their targets."""

    private_subnet_cidrs: Output[list[str]]
    """The private subnets' ranges."""

    isolated_subnet_cidrs: Output[list[str]]
    """The isolated subnets' ranges, with the addresses of data stores."""

    private_route_table_ids: Output[list[str]]
    """The private subnets' route tables, one per zone."""

    isolated_route_table_id: Output[str]
    """The isolated subnets' route table."""

    nat_gateway_ids: Output[list[str]]
    """The NAT gateways, one per zone or one alone; empty without NAT."""

    nat_public_ips: Output[list[str]]
    """The public IP addresses of traffic from private subnets; empty without NAT."""

    endpoint_security_group_id: Output[str]
    """The security group of interface endpoints: HTTPS from inside the VPC."""

    s3_endpoint_id: Output[str]
    """The S3 gateway endpoint, which bucket policies can name (aws:SourceVpce)."""

    flow_log_group_name: Output[str]
    """The log group that the flow log writes to."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None):
        """Make the network.

        Raises:
            SpecError: an argument is wrong, or the region lacks the zones.
        """
        super().__init__(name, args, NetworkArgs, NetworkSpec, opts)
        spec = self._spec
        zones = choose_zones(spec, _offered_zones(self), self._where)
        if spec.existing:
            self._use(spec.existing, zones)
        else:
            self._make(name, spec, zones)
        self._publish()

    def _priced_inputs(self) -> Mapping[str, Any]:
        existing = self._spec.existing
        if not existing:
            return {}
        return {
            "zones": list(self._spec.zones),
            "existing": existing.model_dump(mode="json", by_alias=True, exclude_unset=True),
        }

    def _use(self, existing: ExistingNetworkSpec, zones: tuple[str, ...]) -> None:
        """Publish the VPC that exists, if it is as the arguments say. Nothing is made."""
        spec = self._spec
        options = pulumi.InvokeOptions(parent=self)
        outbound = spec.nat is not NatMode.NONE
        if wrong := list(differences(existing, spec.vpc_cidr, zones, options, reaches_internet=outbound)):
            self._refuse(*wrong)
        self.vpc_id = Output.from_input(existing.vpc_id)
        self.vpc_cidr = Output.from_input(spec.vpc_cidr)
        self.zones = Output.from_input(list(zones))
        self.public_subnet_ids = Output.from_input([each.id for each in existing.public_subnets])
        self.private_subnet_ids = Output.from_input([each.id for each in existing.private_subnets])
        self.isolated_subnet_ids = Output.from_input([each.id for each in existing.store_subnets])
        self.public_subnet_cidrs = Output.from_input([each.cidr for each in existing.public_subnets])
        self.private_subnet_cidrs = Output.from_input([each.cidr for each in existing.private_subnets])
        self.isolated_subnet_cidrs = Output.from_input([each.cidr for each in existing.store_subnets])
        self.private_route_table_ids = Output.from_input(list[str]())
        self.isolated_route_table_id = Output.from_input("")
        self.nat_gateway_ids = Output.from_input(list[str]())
        self.nat_public_ips = Output.from_input(list[str]())
        self.endpoint_security_group_id = Output.from_input(existing.endpoint_security_group_id or "")
        self.s3_endpoint_id = Output.from_input("")
        self.flow_log_group_name = Output.from_input("")

    def _make(self, name: str, spec: NetworkSpec, zones: tuple[str, ...]) -> None:
        account = self._account
        ranges = plan_subnets(IPv4Network(spec.vpc_cidr), zones)
        options = ResourceOptions(parent=self)

        vpc = _vpc(name, spec.vpc_cidr, options)
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=vpc.id, tags={"Name": f"{name}-internet"}, opts=options
        )
        public_table = _route_table(f"{name}-public", vpc, options)
        internet = aws.ec2.Route(
            f"{name}-public-internet",
            route_table_id=public_table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=options,
        )
        private_tables = [_route_table(f"{name}-private-{_letter(zone)}", vpc, options) for zone in zones]
        isolated_table = _route_table(f"{name}-isolated", vpc, options)

        tags = subnet_tags(spec.cluster_names)
        public, public_routing = _tier(
            f"{name}-public", vpc, [(each.zone, each.public, public_table) for each in ranges], tags["public"], options
        )
        private, private_routing = _tier(
            f"{name}-private",
            vpc,
            [(each.zone, each.private, table) for each, table in zip(ranges, private_tables, strict=True)],
            tags["private"] | spec.private_subnet_tags,
            options,
        )
        isolated, isolated_routing = _tier(
            f"{name}-isolated", vpc, [(each.zone, each.isolated, isolated_table) for each in ranges], {}, options
        )
        addresses, nats, routes = _nat(name, spec.nat, zones, public, private_tables, gateway, options)
        endpoint_group, https = endpoint_security_group(name, spec.vpc_cidr, vpc, options)
        tables = [table.id for table in (*private_tables, isolated_table)]
        s3 = gateway_endpoint(name, "s3", account, vpc, tables, options)
        endpoints = [s3]
        if spec.dynamodb_endpoint:
            endpoints.append(gateway_endpoint(name, "dynamodb", account, vpc, tables, options))
        to_internet = (*public_routing, internet)
        to_services = [
            https,
            *(
                interface_endpoint(name, service, account, vpc, private, endpoint_group, options)
                for service in spec.interface_endpoints
            ),
        ]
        log_group = _flow_log(name, spec.flow_logs, account, vpc, options)

        self.vpc_id = vpc.id
        self.vpc_cidr = vpc.cidr_block
        self.zones = Output.from_input(list(zones))
        self.public_subnet_ids = _usable(public, to_internet)
        self.private_subnet_ids = _usable(private, (*private_routing, *routes, *to_internet, *endpoints, *to_services))
        self.isolated_subnet_ids = _usable(isolated, (*isolated_routing, *endpoints))
        self.public_subnet_cidrs = Output.from_input([str(each.public) for each in ranges])
        self.private_subnet_cidrs = Output.from_input([str(each.private) for each in ranges])
        self.isolated_subnet_cidrs = Output.from_input([str(each.isolated) for each in ranges])
        self.private_route_table_ids = _ids(private_tables)
        self.isolated_route_table_id = isolated_table.id
        self.nat_gateway_ids = _ids(nats)
        self.nat_public_ips = Output.all(*(address.public_ip for address in addresses))
        self.endpoint_security_group_id = endpoint_group.id
        self.s3_endpoint_id = s3.id
        self.flow_log_group_name = log_group.name


def choose_zones(spec: NetworkSpec, offered: Sequence[str], where: str) -> tuple[str, ...]:
    """The zones of the network: those of `spec`, or else the first of `offered`.

    Raises:
        SpecError: the region doesn't offer them, or not as many.
    """
    known = ", ".join(offered)
    strange = [zone for zone in spec.zones if zone not in offered]
    if strange:
        why = "the region has no such zone, or EKS does not support it"
        at = spec.zones.index(strange[0])
        raise SpecError(where, [f"zones[{at}] = {strange[0]!r}: {why}; choose from {known}"])
    if spec.zones:
        return spec.zones
    if len(offered) < spec.zone_count:
        problem = f"zoneCount = {spec.zone_count}: the region offers {len(offered)} ({known}); write fewer"
        raise SpecError(where, [problem])
    return tuple(sorted(offered)[: spec.zone_count])


def subnet_tags(cluster_names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags by which the load balancer controller and Karpenter find public and private subnets.

    Karpenter's tag has one value: the first cluster. Further clusters select `kubernetes.io/cluster/<name>`.
    Source: Amazon EKS user guide, "Route application and HTTP traffic with Application Load Balancers"; Karpenter,
    "NodeClasses", spec.subnetSelectorTerms.
    """
    shared = {f"kubernetes.io/cluster/{cluster}": "shared" for cluster in cluster_names}
    discovery = {"karpenter.sh/discovery": cluster_names[0]} if cluster_names else {}
    return {
        "public": {"kubernetes.io/role/elb": "1", **shared},
        "private": {"kubernetes.io/role/internal-elb": "1", **shared, **discovery},
    }


def _offered_zones(network: Network) -> Sequence[str]:
    """The available zones of the provider's region that need no opt-in and support an EKS control plane."""
    return aws.get_availability_zones(
        state="available",
        filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
        exclude_zone_ids=list(ZONES_WITHOUT_EKS),
        opts=pulumi.InvokeOptions(parent=network),
    ).names


def _letter(zone: str) -> str:
    return zone[-1]


def _ids(resources: Sequence[pulumi.CustomResource]) -> Output[list[str]]:
    return Output.all(*(resource.id for resource in resources))


def _usable(subnets: Sequence[aws.ec2.Subnet], needed: Sequence[pulumi.Resource]) -> Output[list[str]]:
    """The subnets' ids, resolved after `needed` exist: without a route to the internet, nodes cannot join or leave, and
    their pods cannot clean up in AWS."""
    return Output.all(_ids(subnets), *(each.urn for each in needed)).apply(lambda known: known[0])


def _vpc(name: str, cidr: str, options: ResourceOptions) -> aws.ec2.Vpc:
    """The VPC. Its default security group and route table allow no traffic."""
    vpc = aws.ec2.Vpc(
        f"{name}-vpc",
        cidr_block=cidr,
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags={"Name": name},
        opts=options,
    )
    aws.ec2.DefaultSecurityGroup(
        f"{name}-default-security-group",
        vpc_id=vpc.id,
        ingress=[],
        egress=[],
        tags={"Name": f"{name}-default-locked"},
        opts=options,
    )
    aws.ec2.DefaultRouteTable(
        f"{name}-default-route-table",
        default_route_table_id=vpc.default_route_table_id,
        routes=[],
        tags={"Name": f"{name}-default-locked"},
        opts=options,
    )
    return vpc


def _route_table(name: str, vpc: aws.ec2.Vpc, options: ResourceOptions) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(name, vpc_id=vpc.id, tags={"Name": name}, opts=options)


def _tier(
    name: str,
    vpc: aws.ec2.Vpc,
    placements: Iterable[tuple[str, IPv4Network, aws.ec2.RouteTable]],
    tags: Mapping[str, str],
    options: ResourceOptions,
) -> tuple[list[aws.ec2.Subnet], list[pulumi.Resource]]:
    """One subnet for each (zone, range, route table), and its association with the table."""
    subnets: list[aws.ec2.Subnet] = []
    routing: list[pulumi.Resource] = []
    for zone, cidr, table in placements:
        role = f"{name}-{_letter(zone)}"
        subnet = aws.ec2.Subnet(
            role,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=str(cidr),
            map_public_ip_on_launch=False,
            tags={"Name": role, **tags},
            opts=options,
        )
        association = aws.ec2.RouteTableAssociation(role, subnet_id=subnet.id, route_table_id=table.id, opts=options)
        subnets.append(subnet)
        routing.append(association)
    return subnets, routing


def _nat(
    name: str,
    mode: NatMode,
    zones: Sequence[str],
    public: Sequence[aws.ec2.Subnet],
    private_tables: Sequence[aws.ec2.RouteTable],
    gateway: aws.ec2.InternetGateway,
    options: ResourceOptions,
) -> tuple[list[aws.ec2.Eip], list[aws.ec2.NatGateway], list[pulumi.Resource]]:
    """The NAT gateways for `mode` with their addresses, and the default route of each private route table."""
    nat_count = {NatMode.NONE: 0, NatMode.SINGLE: 1, NatMode.PER_ZONE: len(zones)}[mode]
    # Source: Amazon EC2 API reference, AllocateAddress and CreateNatGateway: both require an attached internet gateway.
    after_gateway = ResourceOptions.merge(options, ResourceOptions(depends_on=[gateway]))
    addresses: list[aws.ec2.Eip] = []
    nats: list[aws.ec2.NatGateway] = []
    for zone, subnet in list(zip(zones, public, strict=True))[:nat_count]:
        role = f"{name}-nat-{_letter(zone)}"
        address = aws.ec2.Eip(role, domain="vpc", tags={"Name": role}, opts=after_gateway)
        nat = aws.ec2.NatGateway(
            role, allocation_id=address.id, subnet_id=subnet.id, tags={"Name": role}, opts=after_gateway
        )
        addresses.append(address)
        nats.append(nat)
    routes: list[pulumi.Resource] = [
        aws.ec2.Route(
            f"{name}-private-{_letter(zone)}-nat",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=nats[index % len(nats)].id,
            opts=options,
        )
        for index, (zone, table) in enumerate(zip(zones, private_tables, strict=True))
        if nats
    ]
    return addresses, nats, routes


def _flow_log(
    name: str, spec: FlowLogsSpec, account: Account, vpc: aws.ec2.Vpc, options: ResourceOptions
) -> aws.cloudwatch.LogGroup:
    """The VPC's flow log and its log group, with a key that only this log group may use."""
    role_name = f"{name}-flow-logs"
    # The key's policy names the log group before it exists, so Pulumi cannot generate the name.
    group_name = f"/{pulumi.get_project()}/{pulumi.get_stack()}/{name}/flow-logs"
    key = encryption_key(
        role_name,
        f"Flow logs of {name}",
        account,
        options,
        grants=[logs_key_grant(account, group_name)],
        tags={"Name": role_name},
    )
    group = aws.cloudwatch.LogGroup(
        role_name,
        name=group_name,
        retention_in_days=spec.retention_days,
        kms_key_id=key.arn,
        tags={"Name": role_name},
        opts=options,
    )
    role = aws.iam.Role(
        role_name,
        assume_role_policy=service_trust(
            "vpc-flow-logs.amazonaws.com", account.id, account.arn("ec2", "vpc-flow-log/*")
        ),
        tags={"Name": role_name},
        opts=options,
    )
    permissions = aws.iam.RolePolicy(
        role_name, role=role.id, policy=flow_log_permissions(account, group_name), opts=options
    )
    aws.ec2.FlowLog(
        role_name,
        vpc_id=vpc.id,
        traffic_type=spec.traffic.value.upper(),
        max_aggregation_interval=spec.aggregation_seconds,
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags={"Name": role_name},
        opts=ResourceOptions.merge(options, ResourceOptions(depends_on=[permissions])),
    )
    return group


def flow_log_permissions(account: Account, log_group: str) -> str:
    """The permissions of the flow log's role: write to one log group.

    Source: Amazon VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs", without creating log groups.
    """
    arn = account.arn("logs", f"log-group:{log_group}")
    write = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    return document(
        allow("Write", write, [arn, f"{arn}:*"]),
        allow("FindGroup", ["logs:DescribeLogGroups"], ["*"]),
    )
