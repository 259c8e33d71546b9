"""AWS X-Ray: spans kept by Transaction Search, traces recorded without it, and traces that are indexed."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, section, text
from resources.resource import Resource

_SERVICE = "xray"
_FREE_PERCENT = 1
"""Traces that X-Ray indexes free. Source: CloudWatch user guide, "Enable transaction search"."""


@prices("aws:xray/traceSegmentDestination:TraceSegmentDestination")
def destination(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What the account's spans cost where they are kept: by the GB in CloudWatch Logs, by the trace in X-Ray."""
    usage = stack.usage.traces
    if text(resource.inputs, "destination") == "CloudWatchLogs":
        yield stack.charge(resource, _SERVICE, "spans-ingested", usage.span_gb, "spans kept by Transaction Search")
        return
    yield stack.charge(resource, _SERVICE, "traces-recorded", usage.traces_million, "traces recorded by X-Ray")


@prices("aws:xray/indexingRule:IndexingRule")
def indexing(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Traces that are indexed beyond the free share."""
    percent = number(section(section(resource.inputs, "rule"), "probabilistic"), "desiredSamplingPercentage")
    charged = stack.usage.traces.traces_million * max(percent - _FREE_PERCENT, 0) / 100
    yield stack.charge(resource, _SERVICE, "traces-indexed", charged, "traces indexed beyond the free percent")
