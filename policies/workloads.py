"""Whether workloads keep running when a Pod, a node or a zone is lost."""

from collections.abc import Iterator
from typing import Any

from policies.engine.checks import in_production
from policies.engine.frameworks import eks_guide
from policies.engine.objects import in_same_namespace, is_selected, selects
from policies.engine.pod_templates import DEPLOYMENT, STATEFUL_SET, pod_of
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, is_set, number, read
from resources.resource import UNKNOWN, Resource, Unknown

_DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
_REPLICATED = (DEPLOYMENT, STATEFUL_SET)


def _replicas(workload: Resource) -> float | Unknown:
    """The number of Pods; Kubernetes takes an absent number as one."""
    count = number(read(workload.inputs, "spec", "replicas"))
    return 1.0 if count is None else count


@rule(
    "workload-replicas",
    "In production, deployments have at least two replicas",
    DEPLOYMENT,
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[eks_guide("Reliability: applications")],
    remediation="Set spec.replicas to 2 or more; for a controller with leader election the second one waits.",
    field="spec.replicas",
)
def _two_replicas(deployment: Resource, _: Stack) -> Iterator[Result]:
    count = _replicas(deployment)
    if count is UNKNOWN:
        yield Undecided("spec.replicas")
    elif count == 1:
        yield Finding("has one replica, so a lost node takes it down until another starts")


@rule(
    "workload-spread",
    "Replicas are spread over nodes and zones",
    _REPLICATED,
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[eks_guide("Reliability: applications")],
    remediation="Add topologySpreadConstraints on topology.kubernetes.io/zone, or a podAntiAffinity on "
    "kubernetes.io/hostname.",
    field="spec.template.spec.topologySpreadConstraints",
)
def _spread(workload: Resource, _: Stack) -> Iterator[Result]:
    count, spec = _replicas(workload), pod_of(workload).spec
    spread, apart = read(spec, "topologySpreadConstraints"), read(spec, "affinity", "podAntiAffinity")
    if count in (0, 1):
        return
    if UNKNOWN in (spread, apart):
        yield Undecided("spec.template.spec.topologySpreadConstraints or affinity")
    elif is_set(spread) or is_set(apart):
        return
    elif count is UNKNOWN:
        yield Undecided("spec.replicas")
    else:
        yield Finding(f"has {count:g} replicas that may all run on one node or in one zone")


@rule(
    "budget-present",
    "Replicated workloads have a disruption budget",
    _REPLICATED,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[eks_guide("Reliability: applications")],
    remediation="Add a PodDisruptionBudget whose selector matches the Pods' labels, with maxUnavailable 1.",
    field="PodDisruptionBudget of the Pods",
)
def _budget_present(workload: Resource, stack: Stack) -> Iterator[Result]:
    count = _replicas(workload)
    found = is_selected(workload, pod_of(workload).labels, _DISRUPTION_BUDGET, "selector", stack)
    if found is True or count in (0, 1):
        return
    if count is UNKNOWN:
        yield Undecided("spec.replicas")
    elif found is UNKNOWN:
        yield Undecided("which Pods the disruption budgets select")
    else:
        yield Finding(f"has {count:g} replicas and no disruption budget, so a drain may take all at once")


@rule(
    "budget-satisfiable",
    "Disruption budgets let nodes be drained",
    _DISRUPTION_BUDGET,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[eks_guide("Reliability: applications")],
    remediation="Use maxUnavailable 1, or a minAvailable below the number of replicas.",
    field="spec.minAvailable or spec.maxUnavailable",
)
def _budget_satisfiable(budget: Resource, stack: Stack) -> Iterator[Result]:
    least, most = read(budget.inputs, "spec", "minAvailable"), read(budget.inputs, "spec", "maxUnavailable")
    if UNKNOWN in (least, most):
        yield Undecided("spec.minAvailable" if least is UNKNOWN else "spec.maxUnavailable")
    elif _pods(most, 100) == 0:
        yield Finding(f"maxUnavailable {display(most)} never allows an eviction, so no node can be drained")
    elif isinstance(least, str) and _pods(least, 100) == 100:
        yield Finding(f"minAvailable {display(least)} never allows an eviction, so no node can be drained")
    elif least is not None:
        for workload in in_same_namespace(budget, stack, *_REPLICATED):
            if selects(budget, "selector", workload, pod_of(workload).labels) is True:
                yield from _leaves_room(least, workload)


def _leaves_room(least: Any, workload: Resource) -> Iterator[Result]:
    count = _replicas(workload)
    needed = UNKNOWN if count is UNKNOWN else _pods(least, count)
    if count is UNKNOWN or needed is UNKNOWN:
        yield Undecided(f"replicas of {workload.name}")
    elif needed is not None and needed >= count:
        yield Finding(
            f"minAvailable {display(least)} of {count:g} replicas of {workload.name} never allows an eviction"
        )


def _pods(value: Any, total: float) -> float | Unknown | None:
    """A count of Pods written as a number or as a share of `total` ("50%"), rounded up as Kubernetes does."""
    if isinstance(value, str) and value.endswith("%"):
        share = number(value[:-1])
        return -(-share * total // 100) if isinstance(share, float) else None
    return number(value)
