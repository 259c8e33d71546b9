"""A VPC that exists already: its ids and ranges as the config states them, held to what AWS says about them."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Annotated, NotRequired, TypedDict, TypeVar

import pulumi
import pulumi_aws as aws
from pydantic import Field, StringConstraints
from pydantic.alias_generators import to_camel

from ..core.ip_range import IpRange
from ..core.problems import Problem
from ..core.spec import Spec

ANYWHERE = "0.0.0.0/0"
TIERS = ("public_subnets", "private_subnets", "isolated_subnets")

VpcId = Annotated[str, StringConstraints(pattern=r"^vpc-[0-9a-f]{8,17}$")]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")]
Answer = TypeVar("Answer")
SecurityGroupId = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8,17}$")]


class ExistingSubnetConfig(TypedDict):
    """A subnet that exists."""

    id: str
    """The subnet's id."""
    cidr: str
    """The subnet's range."""


class ExistingNetworkConfig(TypedDict):
    """A VPC that exists, and its subnets, one for each of `zones` and in their order."""

    vpc_id: str
    """The VPC's id."""
    private_subnets: list[ExistingSubnetConfig]
    """The subnets for nodes and pods."""
    public_subnets: NotRequired[list[ExistingSubnetConfig]]
    """The subnets for internet-facing load balancers. Default: none."""
    isolated_subnets: NotRequired[list[ExistingSubnetConfig]]
    """The subnets for data stores. Default: the private ones."""
    endpoint_security_group_id: NotRequired[str]
    """The security group of the interface endpoints. Default: none."""


class ExistingSubnetSpec(Spec):
    """A subnet that exists."""

    id: SubnetId = Field(description="The subnet's id.")
    cidr: IpRange = Field(description="The subnet's range.")


class ExistingNetworkSpec(Spec):
    """A VPC that exists, and its subnets, one for each of `zones` and in their order."""

    vpc_id: VpcId = Field(description="The VPC's id.")
    private_subnets: tuple[ExistingSubnetSpec, ...] = Field(
        min_length=2, max_length=3, description="The subnets for nodes and pods, one for each of zones, in their order."
    )
    public_subnets: tuple[ExistingSubnetSpec, ...] = Field(
        default=(),
        max_length=3,
        description="The subnets for internet-facing load balancers, one for each of zones. Default: none.",
    )
    isolated_subnets: tuple[ExistingSubnetSpec, ...] = Field(
        default=(),
        max_length=3,
        description="The subnets for data stores, one for each of zones, without a route to the internet. Default: the "
        "private ones.",
    )
    endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None, description="The security group of the interface endpoints, which sparkCluster needs."
    )

    @property
    def store_subnets(self) -> tuple[ExistingSubnetSpec, ...]:
        """The subnets of data stores."""
        return self.isolated_subnets or self.private_subnets

    def problems(self, vpc_cidr: str, zones: Sequence[str]) -> Iterator[Problem]:
        """Why the subnets cannot be those of a VPC with this range in these zones."""
        vpc, taken = IPv4Network(vpc_cidr), dict[IPv4Network, str]()
        ids = set[str]()
        for tier in TIERS:
            subnets: tuple[ExistingSubnetSpec, ...] = getattr(self, tier)
            if subnets and len(subnets) != len(zones):
                remedy = f"zones has {len(zones)}; name one subnet for each, in the order of zones"
                yield Problem((to_camel(tier),), [each.id for each in subnets], remedy)
            for index, each in enumerate(subnets):
                cidr = IPv4Network(each.cidr)
                if not cidr.subnet_of(vpc):
                    remedy = f"is not inside vpcCidr {vpc_cidr}; write the range that AWS shows for {each.id}"
                    yield Problem((to_camel(tier), index, "cidr"), each.cidr, remedy)
                elif other := next((whose for known, whose in taken.items() if known.overlaps(cidr)), None):
                    remedy = f"overlaps {other}; write each subnet once, with the range that AWS shows for it"
                    yield Problem((to_camel(tier), index, "cidr"), each.cidr, remedy)
                if each.id in ids:
                    yield Problem((to_camel(tier), index, "id"), each.id, "is named twice; name each subnet once")
                taken[cidr] = each.id
                ids.add(each.id)


def differences(
    spec: ExistingNetworkSpec,
    vpc_cidr: str,
    zones: Sequence[str],
    options: pulumi.InvokeOptions,
    *,
    reaches_internet: bool,
) -> Iterator[str]:
    """What AWS says otherwise about the VPC and its subnets. A plan has no account, so it knows nothing else.

    Sources: Amazon EKS user guide, "Amazon EKS networking requirements for VPC and subnets" (DNS of the VPC); Amazon
    VPC user guide, "Subnet types" (what makes a subnet public, private or isolated is its default route).
    """
    vpc = aws.ec2.get_vpc(id=spec.vpc_id, opts=options)
    ranges = [vpc.cidr_block, *(each.cidr_block for each in vpc.cidr_block_associations or ())]
    if _answer(vpc.cidr_block) is not None and vpc_cidr not in ranges:
        yield f"vpcCidr = {vpc_cidr}: {spec.vpc_id} has {', '.join(sorted(set(ranges)))}; write its range"
    dns = {"enableDnsSupport": vpc.enable_dns_support, "enableDnsHostnames": vpc.enable_dns_hostnames}
    for what, enabled in dns.items():
        if enabled is False:
            yield f"existing.vpcId = {spec.vpc_id}: {what} is off, so nodes cannot find the cluster; turn it on"
    wanted = {
        "public_subnets": "a default route to an internet gateway",
        "private_subnets": "a default route that is no internet gateway" if reaches_internet else "",
        "isolated_subnets": "no default route",
    }
    for tier, route in wanted.items():
        subnets: tuple[ExistingSubnetSpec, ...] = getattr(spec, tier)
        for index, subnet in enumerate(subnets):
            at = f"existing.{to_camel(tier)}[{index}]"
            yield from _differs(at, subnet, spec.vpc_id, zones[index], options)
            if route:
                yield from _routed(at, subnet, tier, route, options)


def _differs(
    at: str, subnet: ExistingSubnetSpec, vpc_id: str, zone: str, options: pulumi.InvokeOptions
) -> Iterator[str]:
    found = aws.ec2.get_subnet(id=subnet.id, opts=options)
    for field, stated, actual in (
        ("vpcId", vpc_id, found.vpc_id),
        ("zone", zone, found.availability_zone),
        ("cidr", subnet.cidr, found.cidr_block),
    ):
        if _answer(actual) not in (None, stated):
            yield f"{at}.id = {subnet.id}: its {field} is {actual}, not {stated}; correct the config"


def _routed(
    at: str, subnet: ExistingSubnetSpec, tier: str, wanted: str, options: pulumi.InvokeOptions
) -> Iterator[str]:
    table = aws.ec2.get_route_table(subnet_id=subnet.id, opts=options)
    routes = _answer(table.routes)
    if routes is None:
        return
    default = next((each for each in routes if each.cidr_block == ANYWHERE), None)
    public = bool(default and default.gateway_id.startswith("igw-"))
    right = {
        "public_subnets": public,
        "private_subnets": bool(default) and not public,
        "isolated_subnets": default is None,
    }[tier]
    if not right:
        has = "none" if default is None else "one to an internet gateway" if public else "one"
        yield f"{at}.id = {subnet.id}: needs {wanted}, and its route table has {has}; name another subnet, or change it"


def _answer(value: Answer) -> Answer | None:
    """What AWS answers; None in a plan, which asks no account."""
    return value
