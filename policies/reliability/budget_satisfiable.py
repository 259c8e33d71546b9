"""A disruption budget lets a node be drained."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, shown
from policies.reliability.budgets import DISRUPTION_BUDGET, amount, replicas, workloads_of
from pricing.resource import UNKNOWN, Resource

_ANY_COUNT = 100.0


def _check(stack: Stack) -> Iterator[Result]:
    for budget in stack.of([DISRUPTION_BUDGET]):
        yield from _judge(budget, stack)


def _judge(budget: Resource, stack: Stack) -> Iterator[Result]:
    least, most = read(budget.inputs, "spec", "minAvailable"), read(budget.inputs, "spec", "maxUnavailable")
    if UNKNOWN in (least, most):
        yield Undecided("spec.minAvailable" if least is UNKNOWN else "spec.maxUnavailable", budget.urn)
    elif amount(most, _ANY_COUNT) == 0:
        yield Finding(f"maxUnavailable {shown(most)} never lets a Pod go, so no node can be drained", budget.urn)
    elif isinstance(least, str) and amount(least, _ANY_COUNT) == _ANY_COUNT:
        yield Finding(f"minAvailable {shown(least)} never lets a Pod go, so no node can be drained", budget.urn)
    elif least is not None:
        for workload in workloads_of(budget, stack):
            count = replicas(workload)
            needed = amount(least, count) if isinstance(count, float) else UNKNOWN
            if needed is UNKNOWN:
                yield Undecided(f"replicas of {workload.name}", budget.urn)
            elif isinstance(count, float) and isinstance(needed, float) and needed >= count:
                yield Finding(
                    f"minAvailable {shown(least)} of {count:g} replicas of {workload.name} never lets a Pod go",
                    budget.urn,
                )


RULE = Rule(
    name="budget-satisfiable",
    title="Disruption budgets let nodes be drained",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(eks_guide("Reliability: applications"),),
    remediation="Use maxUnavailable 1, or a minAvailable below the number of replicas.",
    field="spec.minAvailable or spec.maxUnavailable",
    check_stack=_check,
)
