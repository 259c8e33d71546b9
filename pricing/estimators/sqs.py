"""Amazon SQS: requests to queues."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import flag
from resources.resource import Resource

_MILLION = 1_000_000


@prices("aws:sqs/queue:Queue")
def queue(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The requests to a queue; first-in-first-out queues cost more."""
    sku = "requests-fifo" if flag(resource.inputs, "fifoQueue") else "requests-standard"
    requests = stack.usage.queue_requests / _MILLION
    yield stack.charge(resource, "sqs", sku, requests, "requests to the queue")
