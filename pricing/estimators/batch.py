"""AWS Batch, which is free itself: the machines of its compute environments, by the hours in which jobs use them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.facts.instances import InstanceType, instance_type
from pricing.charges import Charge, Gap, Role
from pricing.estimators.ec2_pools import (
    LAUNCH_TEMPLATE,
    Load,
    idle_charge,
    instance_charges,
    purchase,
    rate,
    template_charges,
    unpriced_types,
)
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from pricing.table import PriceTable
from resources.required import items as listed
from resources.required import number, section, text
from resources.resource import Resource

_ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
_QUEUE = "aws:batch/jobQueue:JobQueue"
_DAYS_A_MONTH = HOURS_A_MONTH / 24
_PURCHASES = {"EC2": "ON_DEMAND", "SPOT": "SPOT"}


@prices(_ENVIRONMENT)
def compute_environment(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The machine hours of jobs by the usage section, and the machines of `minVcpus`, which run in all hours.

    On demand, Batch prefers the types with the lowest price of a vCPU; on spot the mean of all types counts.
    Source: AWS Batch user guide, "Instance type allocation strategies".
    """
    if text(resource.inputs, "type") == "UNMANAGED":
        return
    computed = section(resource.inputs, "computeResources")
    named = [str(name) for name in listed(computed, "instanceTypes")]
    kinds = [kind for kind in map(instance_type, named) if kind]
    way = _PURCHASES.get(text(computed, "type").upper())
    hours = _hours(resource, stack, _most_hours(computed, kinds))
    if way is None:
        yield Gap(f"compute environments of type {text(computed, 'type')} have no estimator")
        return
    if len(kinds) < len(named) or not kinds:
        yield Gap("it names instance families, so the machines are not known; name types such as g4dn.xlarge")
        return
    yield from unpriced_types(resource, stack, named)
    kinds = _by_price(stack.price_table(resource), kinds)
    bought = purchase(resource, stack, [kind.name for kind in kinds], way)
    least = math.ceil(number(computed, "minVcpus", 0) / kinds[0].vcpus)
    if not (hours or least):
        most = math.floor(number(computed, "maxVcpus") / kinds[0].vcpus)
        yield idle_charge(bought, most)
        return
    more = max(0.0, hours - least * HOURS_A_MONTH)
    load = Load(least, more, more / HOURS_A_MONTH, f"for {hours:,.4g} hours of jobs")
    for charge in instance_charges(bought, load, _role(resource, stack)):
        yield _with_unused(charge, hours)
    template = stack.source(resource, "computeResources", LAUNCH_TEMPLATE)
    if template:
        yield from template_charges(resource, stack, template, load.average)
    else:
        yield Gap("the volumes of its machines are those of an image that the stack does not describe")


def _most_hours(computed: Mapping[str, Any], kinds: Sequence[InstanceType]) -> float:
    """The machine hours of a month in which machines of the smallest type fill the limit of vCPUs."""
    most = computed.get("maxVcpus")
    if not kinds or not isinstance(most, int | float):
        return math.inf
    return math.floor(most / min(kind.vcpus for kind in kinds)) * HOURS_A_MONTH


def _hours(resource: Resource, stack: PricedStack, most: float) -> float:
    """The machine hours of a month, `most` at the highest where the usage section names the environment."""
    found = stack.named_usage.machine_hours(_names(resource, stack), most)
    if found is not None:
        return found
    hours = (stack.named_usage.machine_hours(_names(each, stack)) for each in stack.of_type(_ENVIRONMENT))
    return stack.usage.batch.hours_a_day * _DAYS_A_MONTH / sum(each is None for each in hours)


def _names(environment: Resource, stack: PricedStack) -> list[str]:
    """The names of an environment, that within its component first."""
    return [environment.name.removeprefix(f"{stack.component(environment)}-"), environment.name]


def _by_price(table: PriceTable, kinds: Sequence[InstanceType]) -> list[InstanceType]:
    return sorted(kinds, key=lambda kind: (rate(table, kind.name) / kind.vcpus, kind.name))


def _role(resource: Resource, stack: PricedStack) -> Role:
    """Whether spot is worth a sentence: it is not where a queue of the environment tries spot before."""
    for queue in stack.referrers(resource, "computeEnvironmentOrders", _QUEUE):
        for other in stack.sources(queue, "computeEnvironmentOrders", _ENVIRONMENT):
            if text(section(other.inputs, "computeResources"), "type", "") == "SPOT":
                return Role.FIXED
    return Role.QUEUED


def _with_unused(charge: Charge, hours: float) -> Charge:
    """A charge that says how much of the machines that always run no job uses."""
    if charge.compute and charge.compute.role is Role.BASE and charge.quantity > hours:
        unused = charge.quantity - hours
        return charge._replace(
            what=f"{charge.what} that minVcpus keeps running: no job uses {unused:,.4g} of the hours"
        )
    return charge
