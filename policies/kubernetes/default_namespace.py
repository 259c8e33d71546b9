"""Nothing runs in the namespace that nobody made."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.kubernetes.objects import RELEASE, namespace_of
from policies.kubernetes.pods import WORKLOADS
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    namespace = namespace_of(resource)
    if namespace is UNKNOWN:
        yield Undecided("namespace")
    elif namespace in (None, "default"):
        yield Finding("goes to the namespace default, which has no network policy and no Pod Security label")


RULE = Rule(
    name="default-namespace",
    title="Nothing runs in the namespace default",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(cis_eks("4.5.2"),),
    remediation="Name a namespace that the stack creates.",
    field="metadata.namespace",
    types=WORKLOADS | {RELEASE},
    check=_check,
)
