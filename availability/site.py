"""The resources of a stack as predictions read them, with what each costs."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from availability.parts import Improvement, Part
from availability.spread import Spread
from components.facts.service_levels import SERVICE_LEVELS
from resources.index import ResourceIndex
from resources.inputs import elements, read, text
from resources.resource import Resource

SUBNET = "aws:ec2/subnet:Subnet"
_NAT = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


class Site(ResourceIndex):
    """An index of resources. `costs` has the USD a month of resources by their URNs, where the caller knows them."""

    def __init__(self, resources: Sequence[Resource], costs: Mapping[str, float] | None = None):
        super().__init__(resources)
        self.costs = costs or {}

    def cost(self, resource: Resource) -> float | None:
        """What a resource costs a month in USD; None where the plan does not know."""
        return self.costs.get(resource.urn)

    def zones_of(self, resource: Resource, key: str, *path: str) -> tuple[str, ...]:
        """The zones of the subnets that the input `key` names, or is computed from; `path` leads inside the input."""
        value = read(resource.inputs, key, *path)
        named = [self.named(each, SUBNET) for each in elements(value) if isinstance(each, str)]
        found = [each for each in named if each] or self.sources(resource, key, SUBNET)
        return _zones(found)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The zones of all subnets."""
        return _zones([*self.of_type(SUBNET), *self.existing_subnets.values()])

    @cached_property
    def outbound(self) -> Part | None:
        """The NAT gateways; None without any."""
        gateways = self.of_type(_NAT)
        if not gateways:
            return None
        zones = tuple(zone for each in gateways for zone in self.zones_of(each, "subnetId"))
        spread = Spread("nat-zone", "nat-zones", zones, len(gateways), takes_over=True)
        detail = counted(len(gateways), "gateway", zones)
        returns = "a person makes one in another zone" if len(gateways) == 1 else ""
        return Part("NAT gateway", spread, detail, urns(gateways), self._more_gateways(gateways), returns=returns)

    def _more_gateways(self, gateways: Sequence[Resource]) -> Improvement | None:
        """A gateway in each zone, at the price of the first."""
        lacking = len(self.zones) - len(gateways)
        if lacking < 1:
            return None
        better = Spread("nat-zone", "nat-zones", self.zones, len(self.zones), takes_over=True)
        cost = self.cost(gateways[0])
        return Improvement("run a NAT gateway in each zone", better, None if cost is None else cost * lacking)

    def way_to(self, service: str) -> Part | None:
        """How pods reach an AWS service such as `sts`: its interface endpoint, or the NAT gateways."""
        for each in self.of_type(_ENDPOINT):
            name = text(read(each.inputs, "serviceName"))
            if isinstance(name, str) and name.endswith(f".{service}"):
                return regional("endpoint", f"interface endpoint of {service}", each)
        return self.outbound


def regional(level: str, name: str = "", *resources: Resource) -> Part:
    """A service that AWS runs in the whole region."""
    found = SERVICE_LEVELS[level]
    return Part(name or found.service, Spread(level, level), "regional", urns(resources))


def counted(units: int, noun: str, zones: Sequence[str]) -> str:
    """Units and zones in words: `3 nodes in 3 zones`."""
    many = "" if units == 1 else "s"
    where = f"{len(zones)} zone{'' if len(zones) == 1 else 's'}" if zones else "zones that the plan does not know"
    return f"{units} {noun}{many} in {where}"


def urns(resources: Iterable[Resource]) -> tuple[str, ...]:
    """The URNs of resources."""
    return tuple(each.urn for each in resources)


def _zones(subnets: Iterable[Resource]) -> tuple[str, ...]:
    found = (text(read(each.inputs, "availabilityZone")) for each in subnets)
    return tuple(sorted({zone for zone in found if isinstance(zone, str)}))


def metadata(resource: Resource, key: str) -> Any:
    """`metadata.name` or `metadata.namespace` of a Kubernetes object."""
    return read(resource.inputs, "metadata", key)
