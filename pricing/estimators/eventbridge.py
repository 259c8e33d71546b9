"""Amazon EventBridge."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource

_BUS = "aws:cloudwatch/eventBus:EventBus"


@prices("aws:cloudwatch/eventRule:EventRule")
def rule(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Free on the default bus, which receives the events of AWS services, and on a bus that is priced itself."""
    bus = stack.source(resource, "eventBusName", _BUS) or stack.named(resource.inputs.get("eventBusName"), _BUS)
    if bus is None and text(resource.inputs, "eventBusName", "default") != "default":
        yield Gap("the events put on a bus of another stack are in no usage figure")


@prices(_BUS)
def bus(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The events that programs put on the bus, whatever rules match."""
    yield stack.charge(
        resource, "eventbridge", "custom-events", stack.usage.services.events_million, "events on the bus"
    )
