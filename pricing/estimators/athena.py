"""Amazon Athena: what queries scan."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.resource import Resource

_SPEND = "mlplatform:index:SpendControl"


@prices("aws:athena/workgroup:Workgroup")
def workgroup(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What its queries scan. The workgroup of the bill has a figure of its own, because the bill is small."""
    of_bill = any(each.type == _SPEND for each in stack.ancestors(resource))
    scanned = stack.usage.spend.scanned_tb if of_bill else stack.usage.scanned_tb
    yield stack.charge(resource, "athena", "data-scanned", scanned, "data scanned by queries")
