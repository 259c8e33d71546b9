"""Karpenter pools: nodes that Karpenter launches within the limits of the pool."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from components.facts.instances import InstanceType, instance_type
from pricing.charges import Charge, Gap, Role
from pricing.demand import Pool, node_of
from pricing.estimators.ebs import mapped_volumes
from pricing.estimators.ec2_pools import (
    Load,
    idle_charge,
    instance_charges,
    needed_average,
    purchase,
    rate,
    unpriced_types,
)
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from pricing.table import NoPrice, PriceTable
from resources.required import UnreadableInput, items, quantity, section, sections, text
from resources.resource import Resource

_POOLS = "kubernetes:karpenter.sh/v1:NodePool"
_CLASSES = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_CAPACITY = "karpenter.sh/capacity-type"
_TYPE = "node.kubernetes.io/instance-type"
_TESTS: Mapping[str, Callable[[InstanceType], str]] = {
    _TYPE: lambda kind: kind.name,
    "kubernetes.io/arch": lambda kind: kind.kubernetes_architecture,
    "karpenter.k8s.aws/instance-family": lambda kind: kind.family,
    "karpenter.k8s.aws/instance-size": lambda kind: kind.size,
    "karpenter.k8s.aws/instance-category": lambda kind: kind.category,
    "karpenter.k8s.aws/instance-generation": lambda kind: str(kind.generation),
    "karpenter.k8s.aws/instance-cpu": lambda kind: str(kind.vcpus),
    "karpenter.k8s.aws/instance-memory": lambda kind: str(kind.memory_mib),
    "karpenter.k8s.aws/instance-gpu-name": lambda kind: (
        kind.accelerator.lower().replace(" ", "-") if kind.has_nvidia else ""
    ),
    "karpenter.k8s.aws/instance-gpu-count": lambda kind: str(kind.accelerators) if kind.has_nvidia else "",
}


@prices(_POOLS)
def node_pool(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The cheapest listed type that fits, for the share of the limits that the usage section says is used."""
    names = [text(section(resource.inputs, "metadata"), "name", ""), resource.name]
    least = round(needed_average(stack.needs.get(resource.urn, ())), 4)
    # The entry names this pool, also when no type of it has a price.
    stack.named_usage.average_nodes(names)
    wants = _wants(resource)
    yield from _unpriced(resource, stack, wants.requirements)
    kind = _cheapest(stack.price_table(resource), wants)
    average = stack.named_usage.average_nodes(names, least, _most(wants.limits, kind))
    nodes, why = (average, "average from usage") if average is not None else _nodes(stack, wants.limits, kind, least)
    template = section(section(section(resource.inputs, "spec"), "template"), "spec")
    bought = purchase(resource, stack, [kind.name], wants.purchase)
    load = Load(0, nodes * HOURS_A_MONTH, nodes, f"by Karpenter ({why}, cheapest type that fits)")
    if nodes > 0:
        yield from instance_charges(bought, load, Role.FIXED)
        yield from _volumes(resource, stack, template, nodes)
    elif 0 < (most := _most(wants.limits, kind)) < math.inf:
        yield idle_charge(bought, most, Role.FIXED)


def karpenter_pools(stack: PricedStack) -> Iterator[Pool]:
    """The Karpenter pools whose cheapest type is known, as pools for pods. They have no nodes without pods."""
    for resource in stack.of_type(_POOLS):
        table = stack.price_table(resource)
        try:
            wants = _wants(resource)
            kind = _cheapest(table, wants)
            template = section(section(resource.inputs, "spec"), "template")
            labels = section(section(template, "metadata"), "labels")
            node = node_of(kind, labels, sections(section(template, "spec"), "taints"))
        except (UnreadableInput, NoPrice):
            continue
        yield Pool(resource.urn, node, 0, _most(wants.limits, kind), rate(table, kind.name))


class _Wants(NamedTuple):
    """What a pool asks of its nodes: requirements, the limits of all of them together, and how they are bought."""

    requirements: Sequence[Mapping[str, Any]]
    limits: Mapping[str, Any]
    purchase: str


def _wants(resource: Resource) -> _Wants:
    spec = section(resource.inputs, "spec")
    requirements = sections(section(section(spec, "template"), "spec"), "requirements")
    ways = _values(requirements, _CAPACITY)
    # Reserved capacity is paid at the price on demand, and comes first.
    bought = "SPOT" if "spot" in ways and "reserved" not in ways else "ON_DEMAND"
    if "capacity-block" in _values(requirements, "karpenter.k8s.aws/capacity-reservation-type"):
        bought = "CAPACITY_BLOCK"
    return _Wants(requirements, section(spec, "limits"), bought)


def _unpriced(resource: Resource, stack: PricedStack, requirements: Sequence[Mapping[str, Any]]) -> Iterator[Gap]:
    """The types that the pool names and that have no price."""
    named = [kind for kind in _values(requirements, _TYPE) if isinstance(kind, str)]
    yield from unpriced_types(resource, stack, named)


def _nodes(stack: PricedStack, limits: Mapping[str, Any], kind: InstanceType, least: float) -> tuple[float, str]:
    most = _most(limits, kind)
    if math.isinf(most):
        raise NoPrice("no limit says how far the pool may grow; limits or usage.averageNodes would")
    share = stack.usage.karpenter_limit_share
    if least > most * share:
        return least, "what the minimums of models need"
    return most * share, f"{share:.0%} of its limit of {most:g}"


def _cheapest(table: PriceTable, pool: _Wants) -> InstanceType:
    requirements, limits, spot = pool.requirements, pool.limits, pool.purchase == "SPOT"
    wants = {key for key in limits if "/" in key and quantity(limits, key)}
    fitting: list[tuple[float, str, InstanceType]] = []
    for kind in filter(None, map(instance_type, table.skus("ec2"))):
        if wants and kind.kubernetes_accelerator not in wants:
            continue
        if not all(_fits(need, kind) for need in requirements) or _most(limits, kind) < 1:
            continue
        price = table.price("ec2", kind.name)
        cheapest = price.spot if spot and price.spot is not None else price.on_demand
        fitting.append((cheapest, kind.name, kind))
    if not fitting:
        raise NoPrice(f"no instance type with a price in {table.region} fits its requirements and limits")
    return min(fitting)[2]


def _most(limits: Mapping[str, Any], kind: InstanceType) -> float:
    """How many nodes of a kind the limits admit; infinite without limits."""
    accelerators = {kind.kubernetes_accelerator: kind.accelerators}
    sizes = {"cpu": kind.vcpus, "memory": kind.memory_mib * 2**20, "nodes": 1, **accelerators}
    admitted = [
        math.floor(limit / size)
        for key, size in sizes.items()
        if key and size and (limit := quantity(limits, key)) is not None
    ]
    return min(admitted, default=math.inf)


def _fits(requirement: Mapping[str, Any], kind: InstanceType) -> bool:
    """Whether a type meets a requirement. Keys that say nothing of the type (zones, systems, capacity) are met."""
    read = _TESTS.get(text(requirement, "key"))
    if read is None:
        return True
    actual, allowed = read(kind), items(requirement, "values")
    match text(requirement, "operator"):
        case "In":
            return actual in allowed
        case "NotIn":
            return actual not in allowed
        case "Exists":
            return actual != ""
        case "DoesNotExist":
            return actual == ""
        case "Gt":
            return _amount(actual) > _amount(allowed[0] if allowed else None)
        case "Lt":
            return _amount(actual) < _amount(allowed[0] if allowed else None)
        case other:
            raise UnreadableInput(f"requirement operator {other} is unknown")


def _amount(value: object) -> float:
    try:
        return float(value) if isinstance(value, str | int | float) and value != "" else 0.0
    except ValueError:
        raise UnreadableInput("a requirement compares with what is no number") from None


def _values(requirements: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    found = [need for need in requirements if (need.get("key"), need.get("operator")) == (key, "In")]
    return [value for need in found for value in items(need, "values")]


def _volumes(
    resource: Resource, stack: PricedStack, template: Mapping[str, Any], nodes: float
) -> Iterator[Charge | Gap]:
    class_name = section(template, "nodeClassRef").get("name")
    for node_class in stack.of_type(_CLASSES):
        if isinstance(class_name, str) and section(node_class.inputs, "metadata").get("name") == class_name:
            yield from mapped_volumes(resource, stack, section(node_class.inputs, "spec"), nodes)
            return
    yield Gap("its node class is not in the stack, so neither are its volumes")
