"""Amazon SQS. EventBridge rules on the events of AWS services are free."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registry import prices
from pricing.stack import Stack
from resources.required import flag, text
from resources.resource import Resource

_MILLION = 1_000_000


@prices("aws:sqs/queue:Queue")
def queue(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:
    """The requests to a queue; first-in-first-out queues cost more."""
    sku = "requests-fifo" if flag(resource.inputs, "fifoQueue") else "requests-standard"
    requests = stack.usage.queue_requests / _MILLION
    yield stack.charge(resource, "sqs", sku, requests, "requests to the queue")


@prices("aws:cloudwatch/eventRule:EventRule")
def rule(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Free on the default bus, where AWS services and schedules put their events; not on a bus of one's own."""
    if text(resource.inputs, "eventBusName", "default") != "default":
        yield Gap("the events put on a bus of one's own are in no usage figure")
