"""Disruption budgets and the workloads they are for."""

from collections.abc import Iterator
from typing import Any

from policies.inputs import number, read
from policies.kubernetes.objects import namespace_of
from policies.kubernetes.pods import DEPLOYMENT, STATEFUL_SET, matches, pod_of
from policies.view import View
from pricing.resource import UNKNOWN, Resource, Unknown

DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
REPLICATED = (DEPLOYMENT, STATEFUL_SET)


def replicas(workload: Resource) -> float | Unknown:
    """How many Pods a workload asks for; Kubernetes takes an absent number as one."""
    count = number(read(workload.inputs, "spec", "replicas"))
    return 1.0 if count is None else count


def selected(budget: Resource, workload: Resource) -> bool | Unknown:
    """Whether a budget is for the Pods of a workload."""
    spaces = (namespace_of(budget), namespace_of(workload))
    chosen = matches(read(budget.inputs, "spec", "selector"), pod_of(workload).labels)
    if chosen is False or (UNKNOWN not in spaces and spaces[0] != spaces[1]):
        return False
    return UNKNOWN if UNKNOWN in spaces else chosen


def workloads_of(budget: Resource, view: View) -> Iterator[Resource]:
    """The workloads that a budget is for."""
    return (workload for workload in _around(budget, REPLICATED, view) if selected(budget, workload) is True)


def selection(workload: Resource, view: View) -> bool | Unknown:
    """Whether any budget is for the Pods of a workload."""
    found = [selected(budget, workload) for budget in _around(workload, (DISRUPTION_BUDGET,), view)]
    return True if True in found else UNKNOWN if UNKNOWN in found else False


def _around(resource: Resource, types: tuple[str, ...], view: View) -> list[Resource]:
    """The objects of `types` that may be in the namespace of `resource`."""
    space = namespace_of(resource)
    if space is UNKNOWN:
        return view.of(types)
    index = view.indexed(types, _spaces)
    return [*index.get(space, ()), *index.get(UNKNOWN, ())]


def _spaces(resource: Resource) -> tuple[str | Unknown | None]:
    return (namespace_of(resource),)


def amount(value: Any, of: float) -> float | Unknown | None:
    """A count of Pods written as a number or as a share ("50%"), rounded up as Kubernetes does."""
    if isinstance(value, str) and value.endswith("%"):
        share = number(value[:-1])
        return -(-share * of // 100) if isinstance(share, float) else None
    return number(value)
