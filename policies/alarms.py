"""CloudWatch alarms: what must have one, and what makes an alarm useless."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from components.facts.cloudwatch_metrics import metric_problem
from policies.elb import LOAD_BALANCERS
from policies.engine.checks import in_production
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.queues import QUEUE, TOPIC
from resources.index import identities
from resources.inputs import elements, entries, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
_STORES = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:kinesis/stream:Stream",
    *LOAD_BALANCERS,
    "aws:msk/cluster:Cluster",
    "aws:msk/serverlessCluster:ServerlessCluster",
    "aws:rds/instance:Instance",
    QUEUE,
)
_DEAD_LETTERS = (
    ("redrivePolicy", QUEUE),
    ("deadLetterConfig", "aws:cloudwatch/eventTarget:EventTarget"),
    ("target", "aws:scheduler/schedule:Schedule"),
)
"""The inputs that name a dead-letter queue, and their types."""
_NODE = re.compile(r"(-\d{4})?-\d{3}$")
"""The end of the name of an ElastiCache node, after the name of its cluster."""
_READ = ("dimensions", "metricQueries")
_AWS_KEY = "alias/aws/sns"


def _is_of_the_platform(store: Resource, stack: Stack) -> bool:
    """Whether a component of this library made it: a URN has the types of all parents."""
    types = store.urn.split("::")[2]
    return in_production(store, stack) and "mlplatform:" in types


def _is_of_others(store: Resource, stack: Stack) -> bool:
    return in_production(store, stack) and not _is_of_the_platform(store, stack)


@rule(
    "other-store-alarms",
    "In production, stores that no component of mlplatform makes have an alarm that tells somebody",
    _STORES,
    when=_is_of_others,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL06-BP01"), well_architected("REL06-BP03")],
    remediation="Give an alarm on a metric of the resource an action, or pass the resource to StoreAlarms.",
    field="aws:cloudwatch/metricAlarm:MetricAlarm",
)
@rule(
    "store-alarms",
    "In production, stores, streams, dead-letter queues and load balancers of components have an alarm that tells "
    "somebody",
    _STORES,
    when=_is_of_the_platform,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL06-BP01"), well_architected("REL06-BP03")],
    remediation="Add the section alarms to the stack's config, or pass the resource to StoreAlarms.",
    field="aws:cloudwatch/metricAlarm:MetricAlarm",
)
def _store_alarms(store: Resource, stack: Stack) -> Iterator[Result]:
    if store.type == QUEUE and not any(stack.referrers(store, key, kind) for key, kind in _DEAD_LETTERS):
        return
    watching = stack.once(_alarms_by_target)
    alarms = [alarm for name in _names(store) for alarm in watching.get(name, ())]
    if any(_tells(alarm, stack) for alarm in alarms):
        return
    if alarms:
        yield Finding("has alarms, but none of them has an action, so nobody is told")
    elif any(_is_dark(alarm) for alarm in stack.of_type(METRIC_ALARM)):
        yield Undecided("dimensions")
    else:
        yield Finding("has no alarm, so nobody is told when it fails or fills up")


@rule(
    "alarm-actions",
    "In production, alarms tell somebody, or a health check follows them",
    (METRIC_ALARM, COMPOSITE_ALARM),
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL06-BP03")],
    remediation="Set alarmActions to an SNS topic, or name the alarm in the alarmRule of a composite alarm that has "
    "actions.",
    field="alarmActions",
)
def _actions(alarm: Resource, stack: Stack) -> Iterator[Result]:
    if _tells(alarm, stack) or stack.referrers(alarm, "cloudwatchAlarmName", HEALTH_CHECK):
        return
    if flag(read(alarm.inputs, "actionsEnabled")) is UNKNOWN:
        yield Undecided("actionsEnabled")
    elif is_set(read(alarm.inputs, "alarmActions")):
        yield Finding("tells nobody, because actionsEnabled is false")
    else:
        yield Finding("tells nobody: it has no alarmActions, and no composite alarm with actions names it")


@rule(
    "alarm-topic-key",
    "Topics of alarms are encrypted with a customer key",
    TOPIC,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL06-BP03"), well_architected("SEC08-BP02")],
    remediation="Set kmsMasterKeyId to a key of the account whose policy lets cloudwatch.amazonaws.com use "
    "kms:GenerateDataKey* and kms:Decrypt.",
    field="kmsMasterKeyId",
)
def _topic_key(topic: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.referrers(topic, "alarmActions", METRIC_ALARM, COMPOSITE_ALARM):
        return
    key = text(read(topic.inputs, "kmsMasterKeyId"))
    if key is UNKNOWN:
        return
    if not key:
        yield Finding("is told of alarms and is not encrypted, because kmsMasterKeyId is absent")
    elif key.endswith(_AWS_KEY):
        yield Finding(f"never gets an alarm: the policy of {_AWS_KEY} does not let CloudWatch use it")


@rule(
    "alarm-metric",
    "Alarms watch metrics that exist",
    METRIC_ALARM,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL06-BP01")],
    remediation="Write the metric and the names of its dimensions as the service's documentation does; see "
    "components/facts/cloudwatch_metrics.py.",
    field="metricName",
)
def _metric(alarm: Resource, _: Stack) -> Iterator[Result]:
    for metric in _metrics(alarm):
        namespace, name = text(read(metric, "namespace")), text(read(metric, "metricName"))
        dimensions = read(metric, "dimensions")
        if UNKNOWN in (namespace, name, dimensions):
            yield Undecided("metricName" if name is UNKNOWN else "dimensions" if dimensions is UNKNOWN else "namespace")
        elif (
            namespace and name and (problem := metric_problem(namespace, name, [key for key, _ in entries(dimensions)]))
        ):
            yield Finding(f"never gets a value: {problem}")


def _metrics(alarm: Resource) -> Iterator[Mapping[str, Any]]:
    """The metrics that an alarm reads, each with its namespace, name and dimensions."""
    if is_set(read(alarm.inputs, "metricName")):
        yield alarm.inputs
    for query in elements(read(alarm.inputs, "metricQueries")):
        if is_set(metric := read(query, "metric")):
            yield metric


def _tells(alarm: Resource, stack: Stack) -> bool:
    """Whether an alarm has an action, or a composite alarm with one names it."""
    return _acts(alarm) or any(_acts(each) for each in stack.once(_composites).get(alarm.urn, ()))


def _acts(alarm: Resource) -> bool:
    enabled = flag(read(alarm.inputs, "actionsEnabled"))
    return is_set(read(alarm.inputs, "alarmActions")) and enabled is not False and enabled is not UNKNOWN


def _composites(stack: Stack) -> Mapping[str, list[Resource]]:
    """By the URN of an alarm, the composite alarms that name it."""
    found: defaultdict[str, list[Resource]] = defaultdict(list)
    for composite in stack.of_type(COMPOSITE_ALARM):
        named = set(composite.property_dependencies.get("alarmRule", ()))
        if isinstance(rule_text := text(read(composite.inputs, "alarmRule")), str):
            called = set(re.findall(r'"([^"]+)"|\(([^")]+)\)', rule_text))
            names = {name for pair in called for name in pair if name}
            named |= {alarm.urn for name in names if (alarm := stack.named(name, METRIC_ALARM, COMPOSITE_ALARM))}
        for urn in named:
            found[urn].append(composite)
    return found


def _alarms_by_target(stack: Stack) -> Mapping[str, list[Resource]]:
    """Alarms by the URN, or the name in a dimension, of what they watch."""
    found: defaultdict[str, list[Resource]] = defaultdict(list)
    for alarm in stack.of_type(METRIC_ALARM):
        targets = {urn for key in _READ for urn in alarm.property_dependencies.get(key, ())}
        for metric in _metrics(alarm):
            values = [value for _, value in entries(read(metric, "dimensions")) if isinstance(value, str)]
            targets |= {*values, *(_NODE.sub("", value) for value in values)}
        for target in targets:
            found[target].append(alarm)
    return found


def _is_dark(alarm: Resource) -> bool:
    """Whether an alarm may watch anything: its dimensions are not known, nor what they are computed from."""
    traced = any(alarm.property_dependencies.get(key) for key in _READ)
    return not traced and any(read(metric, "dimensions") is UNKNOWN for metric in _metrics(alarm))


def _names(store: Resource) -> set[str]:
    """What an alarm may call a store: what it was computed from, or a name in a dimension."""
    cluster, arn = text(read(store.inputs, "clusterName")), text(read(store.outputs, "arn"))
    names = identities(store)
    if isinstance(cluster, str):
        names.add(cluster)
    if isinstance(arn, str) and ":loadbalancer/" in arn:
        names.add(arn.partition(":loadbalancer/")[2])
    return names
