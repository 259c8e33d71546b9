"""Amazon Athena: what queries scan."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.resource import Resource


@prices("aws:athena/workgroup:Workgroup")
def workgroup(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What its queries scan."""
    yield stack.charge(resource, "athena", "data-scanned", stack.usage.scanned_tb, "data scanned by queries")
