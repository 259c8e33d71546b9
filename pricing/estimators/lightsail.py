"""Amazon Lightsail: instances."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import text
from resources.resource import Resource


@prices("aws:lightsail/instance:Instance")
def instance(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An instance in all hours, by its bundle. Bundles of Windows say so in their name."""
    bundle = text(resource.inputs, "bundleId")
    system = "Windows" if "_win_" in bundle else "Linux"
    yield stack.charge(resource, "lightsail", f"{bundle} {system}", HOURS_A_MONTH, f"{bundle} {system}, all hours")
