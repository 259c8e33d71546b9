"""Amazon SNS: messages that are published, and those that people get."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import flag, text
from resources.resource import Resource

_TOPIC = "aws:sns/topic:Topic"
_ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
_FREE_PROTOCOLS = ("sqs", "lambda")
"""Deliveries that SNS does not charge for; a queue's requests are charged by SQS."""
_DELIVERIES = {
    "email": ("email-notifications", "emails"),
    "email-json": ("email-notifications", "emails"),
    "http": ("http-notifications", "messages delivered by HTTP"),
    "https": ("http-notifications", "messages delivered by HTTP"),
}
_MILLION = 1e6
_UNITS_A_MILLION = 10
"""Units of 100,000 deliveries in a million."""


@prices(_TOPIC)
def topic(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The messages published to a topic."""
    sku = "fifo-publish" if flag(resource.inputs, "fifoTopic") else "api-requests"
    yield stack.charge(resource, "sns", sku, _published(resource, stack), "messages published")


@prices("aws:sns/topicSubscription:TopicSubscription")
def subscription(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The deliveries to a subscriber, of every message of its topic."""
    protocol = text(resource.inputs, "protocol")
    if protocol in _FREE_PROTOCOLS:
        return
    if protocol not in _DELIVERIES:
        yield Gap(f"deliveries by {protocol} have no estimator")
        return
    sku, what = _DELIVERIES[protocol]
    units = _published(stack.source(resource, "topic", _TOPIC), stack) * _UNITS_A_MILLION
    yield stack.charge(resource, "sns", sku, units, what)


def _published(topic: Resource | None, stack: PricedStack) -> float:
    """The messages of a topic in millions a month: those of alarms, or else those of a program."""
    told = topic is not None and any(
        stack.referrers(topic, key, *_ALARMS) for key in ("alarmActions", "okActions", "insufficientDataActions")
    )
    return stack.usage.alarms.messages / _MILLION if told else stack.usage.streams.published_million
