"""Outside production, GPUs on demand stop when nobody works."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read, text
from policies.instances import (
    INSTANCE,
    MANAGED_NODE_GROUP,
    NODE_GROUP,
    SCALING_GROUP,
    group_types,
    is_accelerated,
)
from pricing.resource import UNKNOWN, Resource

_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_GROUPS = (NODE_GROUP, MANAGED_NODE_GROUP, SCALING_GROUP)


def _check(stack: Stack) -> Iterator[Result]:
    if stack.environment.is_production:
        return
    scheduled = {
        urn
        for schedule in stack.of([_SCHEDULE])
        for urn in (*schedule.property_dependencies.get("autoscalingGroupName", ()), *schedule.dependencies)
    }
    for group in stack.of(_GROUPS):
        if group.urn not in scheduled:
            yield from _judge_group(group, stack)
    for instance in stack.of([INSTANCE]):
        instance_type = text(read(instance.inputs, "instanceType"))
        if isinstance(instance_type, str) and is_accelerated(instance_type):
            yield Finding(f"{instance_type} runs day and night, and a lone instance has no schedule", instance.urn)


def _judge_group(group: Resource, stack: Stack) -> Iterator[Result]:
    types = group_types(group, stack)
    accelerated = [name for name in types if isinstance(name, str) and is_accelerated(name)]
    purchase = text(read(group.inputs, "capacityType"))
    if not (accelerated or UNKNOWN in types) or purchase not in (None, UNKNOWN, "ON_DEMAND"):
        return
    field = "minSize" if group.type == SCALING_GROUP else "scalingConfig.minSize"
    least = number(read(group.inputs, *field.split(".")))
    if least == 0:
        return
    unknown = [
        name
        for name, value in (
            (field, least),
            ("capacityType", purchase),
            ("instanceTypes", None if accelerated else UNKNOWN),
        )
        if value is UNKNOWN
    ]
    if unknown:
        yield Undecided(", ".join(unknown), group.urn)
        return
    count = "an unstated number of" if least is None else f"{least:g}"
    yield Finding(
        f"keeps {count} {accelerated[0]} on demand day and night: no scheduled action names the group, "
        "and its minimum is not zero",
        group.urn,
    )


RULE = Rule(
    name="gpu-pool-schedule",
    title="GPU pools on demand outside production have a schedule or a minimum of zero",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(finops("Workload Optimization"), well_architected("COST09-BP03")),
    remediation="Give the pool a schedule, a minimum of 0 or spot capacity; in production this rule does not apply.",
    field="schedules, minimum or capacityType",
    check_stack=_check,
)
