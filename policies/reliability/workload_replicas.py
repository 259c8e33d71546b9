"""In production a service survives the loss of one Pod."""

from collections.abc import Iterator

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read
from policies.kubernetes.pods import DEPLOYMENT
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    count = number(read(resource.inputs, "spec", "replicas"))
    if count is UNKNOWN:
        yield Undecided("spec.replicas")
    elif count is None or count == 1:
        yield Finding("has one replica, so a lost node takes it down until another starts")


RULE = Rule(
    name="workload-replicas",
    title="In production deployments have at least two replicas",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(eks_guide("Reliability: applications"),),
    remediation="Set spec.replicas to 2 or more; for a controller with leader election the second one waits.",
    field="spec.replicas",
    types=frozenset({DEPLOYMENT}),
    check=_check,
)
