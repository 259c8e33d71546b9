"""CloudWatch Logs: log groups, what masks their records, and VPC flow logs delivered to them."""

import math
import re
from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, text
from resources.resource import Resource

COMPRESSION = 0.15
"""The share of its size that a log takes up in storage, as Amazon CloudWatch's pricing examples assume."""
FOREVER_DAYS = 365.0
"""Storage of a log group that never expires is priced at its size after one year."""

DAYS_A_MONTH = 365 / 12
_CONTROL_PLANE = re.compile(r"/aws/eks/.+/cluster")
_OF_CONTAINERS = "mlplatform:index:LogPipeline"
_HEARTBEAT = "/heartbeat"
_HEARTBEAT_GB = 0.1
"""What the collectors of a stack write to show that they run: a record of 150 bytes a minute for each of 16 nodes."""
_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_FLOW_LOG = "aws:ec2/flowLog:FlowLog"
_FIREWALL_LOG = "aws-waf-logs-"
_INGESTION = {"STANDARD": "logs-ingestion-standard", "INFREQUENT_ACCESS": "logs-ingestion-infrequent-access"}
_VENDED = (
    ("logs-vended-first-10TB", 10_240),
    ("logs-vended-next-20TB", 30_720),
    ("logs-vended-next-20TB-more", 51_200),
    ("logs-vended-over-50TB", math.inf),
)


@prices(_GROUP)
def log_group(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What is written to the group in a month, and what its retention makes it keep."""
    days = number(resource.inputs, "retentionInDays", 0) or FOREVER_DAYS
    flows = _flow_logs_into(resource, stack)
    if flows:
        per_flow = stack.share(flows[0], stack.usage.flow_log_gb)
        yield kept(resource, stack, per_flow * len(flows), days)
        return
    name = text(resource.inputs, "name", text(resource.inputs, "namePrefix", ""))
    if name.startswith(_FIREWALL_LOG):
        delivered = stack.usage.firewall_log_gb / max(1, _firewall_logs(stack))
        yield from stack.tiers(resource, "cloudwatch", _VENDED, delivered, "firewall logs delivered to CloudWatch")
        yield kept(resource, stack, delivered, days)
        return
    control_plane = _CONTROL_PLANE.fullmatch(name) is not None
    written = stack.usage.control_plane_log_gb if control_plane else stack.usage.log_gb
    if _is_of_containers(resource, stack):
        written = _of_containers(resource, stack)
    kind = text(resource.inputs, "logGroupClass", "STANDARD")
    sku = _INGESTION.get(kind, f"logs-ingestion-{kind.lower()}")
    what = "EKS control-plane logs written" if control_plane else "logs written"
    yield stack.charge(resource, "cloudwatch", sku, written, what)
    yield kept(resource, stack, written, days)


def _is_of_containers(resource: Resource, stack: PricedStack) -> bool:
    return any(each.type == _OF_CONTAINERS for each in stack.ancestors(resource))


def _is_heartbeat(group: Resource) -> bool:
    return text(group.inputs, "name", "").endswith(_HEARTBEAT)


def _of_containers(group: Resource, stack: PricedStack) -> float:
    """The GB a month of a log group of containers: its share of the stack's, or the small amount of the heartbeat."""
    if _is_heartbeat(group):
        return _HEARTBEAT_GB
    groups = [each for each in stack.of_type(_GROUP) if _is_of_containers(each, stack)]
    return stack.usage.logs.written_gb / sum(not _is_heartbeat(each) for each in groups)


@prices("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy")
def masking(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What CloudWatch reads to mask it: all that is written to the log group."""
    group = stack.source(resource, "logGroupName", _GROUP)
    of_containers = group and _is_of_containers(group, stack)
    written = _of_containers(group, stack) if group and of_containers else stack.usage.log_gb
    yield stack.charge(resource, "cloudwatch", "logs-data-protection-scan", written, "logs searched for personal data")


@prices(_FLOW_LOG)
def flow_log(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The delivery of flow logs. Their storage is the log group's."""
    destination = text(resource.inputs, "logDestinationType", "cloud-watch-logs")
    if destination != "cloud-watch-logs":
        yield Gap(f"the delivery of flow logs to {destination} has no estimator")
        return
    delivered = stack.share(resource, stack.usage.flow_log_gb)
    yield from stack.tiers(resource, "cloudwatch", _VENDED, delivered, "flow logs delivered to CloudWatch")


def kept(resource: Resource, stack: PricedStack, gigabytes: float, days: float) -> Charge | Gap:
    """Storage of logs of so many GB a month over `days` of retention."""
    stored = gigabytes * days / DAYS_A_MONTH * COMPRESSION
    return stack.charge(resource, "cloudwatch", "logs-storage", stored, f"logs kept for {days:g} days, compressed")


def _firewall_logs(stack: PricedStack) -> int:
    names = [group.inputs.get("name") for group in stack.of_type(_GROUP)]
    return sum(isinstance(name, str) and name.startswith(_FIREWALL_LOG) for name in names)


def _flow_logs_into(group: Resource, stack: PricedStack) -> list[Resource]:
    return stack.referrers(group, "logDestination", _FLOW_LOG)
