"""Node pools of Karpenter."""

import json
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from components.facts.instances import InstanceType, instance_type, known_types
from policies.engine.frameworks import eks_guide, finops, well_architected
from policies.engine.prices import hourly
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, number, quantity, read
from resources.resource import UNKNOWN, Resource

NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_POOLS = (NODE_POOL, "kubernetes:karpenter.sh/v1beta1:NodePool", "kubernetes:karpenter.sh/v1alpha5:Provisioner")
_PREFIXES = ("karpenter.k8s.aws/", "eks.amazonaws.com/", "")
"""Of the labels of instances: Karpenter's, and those of EKS Auto Mode. Labels of Kubernetes have none of both."""
_LABELS: dict[str, Callable[[InstanceType], Any]] = {
    "instance-category": lambda each: each.category,
    "instance-family": lambda each: each.family,
    "instance-generation": lambda each: each.generation,
    "instance-size": lambda each: each.size,
    "instance-cpu": lambda each: each.vcpus,
    "instance-memory": lambda each: each.memory_mib,
    "instance-gpu-manufacturer": lambda each: "" if each.has_neuron else each.accelerator_maker,
    "instance-gpu-name": lambda each: "" if each.has_neuron else each.accelerator.lower().replace(" ", "-"),
    "instance-gpu-count": lambda each: 0 if each.has_neuron else each.accelerators,
    "instance-accelerator-manufacturer": lambda each: each.accelerator_maker if each.has_neuron else "",
    "instance-accelerator-count": lambda each: each.accelerators if each.has_neuron else 0,
    "kubernetes.io/arch": lambda each: each.kubernetes_architecture,
    "node.kubernetes.io/instance-type": lambda each: each.name,
}
"""What Karpenter knows of an instance type, by the label. Source: Karpenter documentation, "Scheduling"."""
_CHOOSES_ACCELERATORS = ("instance-category", "instance-family", "instance-gpu-", "instance-accelerator-")
_MOST = {"cpu": 10_000.0, "memory": 100.0 * 2**40, "nvidia.com/gpu": 1_000.0, "aws.amazon.com/neuron": 1_000.0}
"""Limits that no budget holds: 10,000 vCPUs of m7i cost more than 500 USD an hour."""
_MOST_IN_CLUSTER = json.dumps({name: f"{most:.0f}" for name, most in _MOST.items()})


def requirements(pool: Resource, key: str) -> Iterator[Any]:
    """The lists of values that a pool requires a label to be `In`."""
    for requirement in _requirements(pool):
        if read(requirement, "key") == key and read(requirement, "operator") == "In":
            yield read(requirement, "values")


def _requirements(pool: Resource) -> list[Any]:
    of_provisioner = elements(read(pool.inputs, "spec", "requirements"))
    return [*elements(read(pool.inputs, "spec", "template", "spec", "requirements")), *of_provisioner]


@rule(
    "karpenter-limits",
    "Karpenter pools have limits",
    _POOLS,
    area=Area.COST,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), eks_guide("Karpenter: set limits")],
    remediation="Set spec.limits of the NodePool: cpu, memory, and nvidia.com/gpu for GPU pools.",
    field="spec.limits",
    in_cluster=[
        InCluster(
            resources={"karpenter.sh/v1": ["nodepools"]},
            found="(object.spec.?limits.orValue({}).size() == 0 ? ['has no limits, so a runaway workload can start any "
            "number of nodes'] : []) + object.spec.?limits.orValue({}).transformList(name, amount, "
            f"name in {_MOST_IN_CLUSTER} && "
            f"quantity(string(amount)).isGreaterThan(quantity({_MOST_IN_CLUSTER}[name])), "
            "'limits ' + name + ' to ' + string(amount) + ', which limits nothing')",
        )
    ],
)
def _limits(pool: Resource, _: Stack) -> Iterator[Result]:
    limits = read(pool.inputs, "spec", "limits")
    if limits is UNKNOWN:
        yield Undecided("spec.limits")
    elif not any(value is UNKNOWN or value for _, value in entries(limits)):
        yield Finding("has no limits, so a runaway workload can start any number of nodes")
    for name, value in entries(limits):
        amount = quantity(value)
        if amount is not UNKNOWN and amount is not None and amount > _MOST.get(name, amount):
            yield Finding(f"limits {name} to {display(value)}, which limits nothing")


@rule(
    "dear-node-pools",
    "Karpenter pools of accelerators draw from cheap or allowed instance types",
    _POOLS,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), well_architected("COST02-BP05")],
    remediation="Require instance types or sizes that the workloads need, or name the types or families in "
    "allowedInstanceTypes of the section mlplatform:policies.",
    field="spec.template.spec.requirements",
)
def _dear_pools(pool: Resource, stack: Stack) -> Iterator[Result]:
    threshold, allowed = stack.settings.dear_instance_hourly, stack.settings.allowed_instance_types
    stated = _requirements(pool)
    for requirement in stated:
        if UNKNOWN in (requirement, read(requirement, "values")) and _label(requirement) in ("", *_LABELS):
            yield Undecided("spec.template.spec.requirements")
    if not any(map(_chooses_accelerators, stated)):
        return
    dear = {
        each.name: price
        for each in _accelerated()
        if not any(fnmatchcase(each.name, pattern) for pattern in allowed)
        and all(_admits(requirement, each) for requirement in stated)
        and (price := hourly(each.name, stack.environment.region)) is not None
        and price >= threshold
    }
    if dear:
        name = max(dear, key=lambda each: dear[each])
        others = f" and {len(dear) - 1} other expensive types" if len(dear) > 1 else ""
        yield Finding(f"may start {name} at {dear[name]:.2f} USD an hour{others}, which must be allowed")


@cache
def _accelerated() -> Sequence[InstanceType]:
    known = (instance_type(name) for name in known_types())
    return [each for each in known if each is not None and each.accelerators]


def _label(requirement: Any) -> str:
    """The label that a requirement is about, without its prefix; empty where it is not known."""
    key = read(requirement, "key")
    if not isinstance(key, str):
        return ""
    return next(key.removeprefix(prefix) for prefix in _PREFIXES if key.startswith(prefix))


def _chooses_accelerators(requirement: Any) -> bool:
    """Whether a requirement asks for accelerators, by the category, the family or the accelerator itself."""
    label, operator = _label(requirement), read(requirement, "operator")
    if not label.startswith(_CHOOSES_ACCELERATORS) or operator in ("NotIn", "DoesNotExist", "Lt", "Lte"):
        return False
    if read(requirement, "values") is UNKNOWN:
        return False
    return operator != "In" or any(_admits(requirement, each) for each in _accelerated())


def _admits(requirement: Any, candidate: InstanceType) -> bool:
    """Whether a requirement leaves an instance type to choose. One about another label, or an unknown one, does."""
    find = _LABELS.get(_label(requirement))
    values = [display(value) for value in elements(read(requirement, "values")) if value is not UNKNOWN]
    if find is None or read(requirement, "values") is UNKNOWN:
        return True
    found, operator = find(candidate), read(requirement, "operator")
    if operator in ("Exists", "DoesNotExist"):
        return bool(found) is (operator == "Exists")
    if operator in ("In", "NotIn"):
        return (str(found) in values) is (operator == "In")
    bound, amount = number(values[0] if values else None), number(found)
    if not isinstance(bound, float) or not isinstance(amount, float):
        return True
    return {"Gt": amount > bound, "Gte": amount >= bound, "Lt": amount < bound, "Lte": amount <= bound}.get(
        operator if isinstance(operator, str) else "", True
    )
