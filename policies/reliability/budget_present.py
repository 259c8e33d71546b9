"""A workload with several replicas keeps some of them while nodes are drained."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.reliability.budgets import REPLICATED, replicas, selection
from pricing.resource import UNKNOWN


def _check(stack: Stack) -> Iterator[Result]:
    for workload in stack.of(REPLICATED):
        count = replicas(workload)
        found = selection(workload, stack)
        if found is True or count in (0, 1):
            continue
        if count is UNKNOWN:
            yield Undecided("spec.replicas", workload.urn)
        elif found is UNKNOWN:
            yield Undecided("which Pods the disruption budgets select", workload.urn)
        else:
            yield Finding(
                f"has {count:g} replicas and no disruption budget, so a drain may take all at once", workload.urn
            )


RULE = Rule(
    name="budget-present",
    title="Replicated workloads have a disruption budget",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(eks_guide("Reliability: applications"),),
    remediation="Add a PodDisruptionBudget whose selector matches the Pods' labels, with maxUnavailable 1.",
    field="PodDisruptionBudget of the Pods",
    check_stack=_check,
)
