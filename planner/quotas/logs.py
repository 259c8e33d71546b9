"""Quotas of CloudWatch Logs and X-Ray: what collectors send in a second, and what a group may have.

Sources: CloudWatch Logs user guide, "CloudWatch Logs quotas"; AWS General Reference, "AWS X-Ray endpoints and quotas".
"""

import math
from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from resources.index import ResourceIndex
from stacks.config import StackConfig
from stacks.nodes import nodes_of

_SENT = Limit("L-7E1FAE88", "PutLogEvents throttle limit in transactions per second", 5_000)
_FLUSH_SECONDS = 5
"""A collector sends what each container wrote in this time with a request of its own."""
_CONTAINERS = 20
"""Containers of a node that write in this time."""
_ON_A_GROUP = {
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (
        "logGroupName",
        Limit("by name", "Metrics filters per log group", 100, "write to several log groups"),
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": (
        "logGroup",
        Limit("by name", "Subscription filters per log group", 2, "let one filter feed a stream with several readers"),
    ),
}
_SEGMENTS = Limit("by name", "Segments per second", 2_600, "lower traces.sampling.percent")
_SECONDS_A_MONTH = 730 * 3600
_PEAK = 3
"""The busiest seconds, as a multiple of the month's average."""
_BYTES_A_SPAN = 1_000


def log_quotas(index: ResourceIndex, config: StackConfig | None) -> Iterator[Quota]:
    """The quotas of log groups, of requests to them, and of spans."""
    for group in index.of_type("aws:cloudwatch/logGroup:LogGroup"):
        for kind, (field, limit) in _ON_A_GROUP.items():
            if (found := len(index.referrers(group, field, kind))) > limit.default:
                yield quota("logs", limit, found, group.name)
    if config:
        yield from _requests(config)
        yield from _segments(config)


def _requests(config: StackConfig) -> Iterator[Quota]:
    if not (config.logs and config.gpu_cluster and config.logs.destination == "cloudwatch"):
        return
    nodes = sum(pool.peak for pool in nodes_of(config.gpu_cluster))
    needed = math.ceil(nodes * _CONTAINERS / _FLUSH_SECONDS)
    if needed > _SENT.default:
        yield quota("logs", _SENT, needed, f"collectors of {nodes} nodes send every {_FLUSH_SECONDS} seconds")


def _segments(config: StackConfig) -> Iterator[Quota]:
    if not config.traces or config.traces.endpoint:
        return
    average = config.usage.traces.span_gb * 1_000_000_000 / _BYTES_A_SPAN / _SECONDS_A_MONTH
    if (needed := math.ceil(average * _PEAK)) > _SEGMENTS.default:
        why = f"usage.traces.spanGb = {config.usage.traces.span_gb:g}, and {_PEAK} times the average in busy seconds"
        yield quota("xray", _SEGMENTS, needed, why)
