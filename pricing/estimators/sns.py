"""Amazon SNS: messages that are published, and those that people get."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import flag, text
from resources.resource import Resource

_FREE_PROTOCOLS = ("sqs", "lambda")
"""Deliveries that SNS does not charge for; a queue's requests are charged by SQS."""
_EMAILS_A_MILLION = 10
"""Units of 100,000 emails in a million."""


@prices("aws:sns/topic:Topic")
def topic(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The messages published to a topic."""
    published = stack.usage.streams.published_million
    sku = "fifo-publish" if flag(resource.inputs, "fifoTopic") else "api-requests"
    yield stack.charge(resource, "sns", sku, published, "messages published")


@prices("aws:sns/topicSubscription:TopicSubscription")
def subscription(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The deliveries to a subscriber, of every message of its topic."""
    protocol = text(resource.inputs, "protocol")
    if protocol in _FREE_PROTOCOLS:
        return
    if protocol not in ("email", "email-json"):
        yield Gap(f"deliveries by {protocol} have no estimator")
        return
    units = stack.usage.streams.published_million * _EMAILS_A_MILLION
    yield stack.charge(resource, "sns", "email-notifications", units, "emails")
