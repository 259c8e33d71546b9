"""Clusters run a Kubernetes version in standard support."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS, version
from policies.engine.frameworks import finops, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from pricing.resource import UNKNOWN, Resource
from pricing.support import STANDARD_SUPPORT_ENDS, in_extended_support


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    number = version(resource)
    if number is UNKNOWN:
        yield Undecided("version")
        return
    if number is None:
        yield Finding("names no version, so it gets whichever is the newest on the day it is made")
        return
    try:
        extended = in_extended_support(number, stack.context.today)
    except ValueError:
        yield Finding(f"version {number} is not a Kubernetes version such as 1.35")
        return
    ends = STANDARD_SUPPORT_ENDS.get(number)
    if not extended:
        return
    if ends is None or stack.context.today >= ends.replace(year=ends.year + 1):
        yield Finding(f"Kubernetes {number} is out of support, also out of extended support")
    else:
        yield Finding(
            f"Kubernetes {number} left standard support on {ends}; extended support costs six times as much, "
            "0.60 instead of 0.10 USD an hour"
        )


RULE = Rule(
    name="eks-version",
    title="Clusters run a Kubernetes version in standard support",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EKS.2"), finops("Rate Optimization")),
    remediation="Upgrade one minor version at a time, the control plane first, then add-ons and node groups.",
    field="version",
    types=CLUSTERS,
    check=_check,
)
