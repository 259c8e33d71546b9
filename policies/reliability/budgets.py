"""Disruption budgets and the workloads they are for."""

from collections.abc import Iterator
from typing import Any

from policies.engine.stack import Stack
from policies.inputs import number, read
from policies.kubernetes.pods import DEPLOYMENT, STATEFUL_SET, pod_of
from policies.kubernetes.selection import around, selected, selects
from pricing.resource import Resource, Unknown

DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
REPLICATED = (DEPLOYMENT, STATEFUL_SET)
_SELECTOR = "selector"


def replicas(workload: Resource) -> float | Unknown:
    """How many Pods a workload asks for; Kubernetes takes an absent number as one."""
    count = number(read(workload.inputs, "spec", "replicas"))
    return 1.0 if count is None else count


def workloads_of(budget: Resource, stack: Stack) -> Iterator[Resource]:
    """The workloads that a budget is for."""
    for workload in around(budget, REPLICATED, stack):
        if selects(budget, _SELECTOR, workload, pod_of(workload).labels) is True:
            yield workload


def selection(workload: Resource, stack: Stack) -> bool | Unknown:
    """Whether any budget is for the Pods of a workload."""
    return selected(workload, pod_of(workload).labels, DISRUPTION_BUDGET, _SELECTOR, stack)


def amount(value: Any, of: float) -> float | Unknown | None:
    """A count of Pods written as a number or as a share ("50%"), rounded up as Kubernetes does."""
    if isinstance(value, str) and value.endswith("%"):
        share = number(value[:-1])
        return -(-share * of // 100) if isinstance(share, float) else None
    return number(value)
