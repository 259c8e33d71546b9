"""Networks between VPCs and to offices: AWS Transit Gateway, AWS VPN and AWS Network Firewall."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import items
from resources.resource import Resource


@prices("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
def attachment(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An attachment in all hours and the data through it. The gateway itself is free."""
    what = "attachment to the transit gateway, all hours"
    yield stack.charge(resource, "transit-gateway", "attachment", HOURS_A_MONTH, what)
    data = stack.usage.services.transit_gb
    yield stack.charge(resource, "transit-gateway", "data-processed", data, "data through the attachment")


@prices("aws:ec2/vpnConnection:VpnConnection")
def vpn_connection(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A site-to-site connection in all hours."""
    what = "site-to-site connection, all hours"
    yield stack.charge(resource, "vpn", "site-to-site-connection", HOURS_A_MONTH, what)


@prices("aws:networkfirewall/firewall:Firewall")
def firewall(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An endpoint in each subnet in all hours, and the data through the firewall."""
    endpoints = len(items(resource.inputs, "subnetMappings"))
    hours = endpoints * HOURS_A_MONTH
    yield stack.charge(resource, "network-firewall", "endpoint", hours, f"{endpoints} firewall endpoints, all hours")
    data = stack.usage.services.transit_gb
    yield stack.charge(resource, "network-firewall", "data-processed", data, "data through the firewall")
