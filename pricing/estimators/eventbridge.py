"""Amazon EventBridge."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource


@prices("aws:cloudwatch/eventRule:EventRule")
def rule(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Free on the default bus, which receives the events of AWS services and schedules; not on a custom bus."""
    if text(resource.inputs, "eventBusName", "default") != "default":
        yield Gap("the events put on a bus of one's own are in no usage figure")


@prices("aws:cloudwatch/eventBus:EventBus")
def bus(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The events that programs put on the bus, whatever rules match."""
    yield stack.charge(
        resource, "eventbridge", "custom-events", stack.usage.services.events_million, "events on the bus"
    )
