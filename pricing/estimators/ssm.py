"""AWS Systems Manager: parameters of the advanced tier."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource


@prices("aws:ssm/parameter:Parameter")
def parameter(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An advanced parameter. Standard parameters are free."""
    if text(resource.inputs, "tier", "Standard") == "Advanced":
        yield stack.charge(resource, "ssm", "advanced-parameter", 1, "advanced parameter")
