"""AWS Cloud Map: namespaces with DNS, which are hosted zones, and registered instances."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.resource import Resource


@prices(
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace",
)
def dns_namespace(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The hosted zone that Cloud Map makes. Tasks that ECS registers are free."""
    yield stack.charge(resource, "route53", "hosted-zone", 1, "hosted zone of the namespace")


@prices("aws:servicediscovery/instance:Instance")
def registered(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A registered resource."""
    yield stack.charge(resource, "cloud-map", "registered-resource", 1, "registered resource")
