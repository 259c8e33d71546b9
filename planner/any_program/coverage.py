"""How each resource of a program counts: priced, free with a reason, or unpriced with a reason; judged or not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.engine.evaluate import Verdict
from pricing.estimators import ESTIMATORS
from pricing.free import FREE_PACKAGES, free_reason
from pricing.lines import Estimate
from resources.resource import Resource

NOT_JUDGED = "unjudged-type"
"""Names the advisory verdict on a resource of a package that no rule is about."""

_JUDGED_PACKAGES = ("aws", "aws-native", "command", "eks", "kubernetes", "pulumi-nodejs", "pulumi-python")
"""Packages that rules are about, among them those whose types `unjudged` tells apart."""


class Standing(StrEnum):
    """How a resource counts in the price."""

    PRICED = "priced"
    FREE = "free"
    UNPRICED = "unpriced"


@dataclass(frozen=True, slots=True)
class Covered:
    """How a resource counts, and why where it has no price."""

    resource: Resource
    standing: Standing
    reason: str = ""


def covered(resources: Sequence[Resource], estimate: Estimate) -> tuple[Covered, ...]:
    """How each resource counts, without components and providers. What lacks a part of its price is unpriced."""
    reasons = estimate.reasons
    return tuple(
        _covered(each, reasons.get(each.urn))
        for each in resources
        if each.urn in reasons or (each.custom and not each.type.startswith("pulumi:"))
    )


def _covered(resource: Resource, gap: str | None) -> Covered:
    if gap is not None:
        return Covered(resource, Standing.UNPRICED, gap)
    if resource.type in ESTIMATORS:
        return Covered(resource, Standing.PRICED)
    return Covered(resource, Standing.FREE, free_reason(resource.type, custom=resource.custom) or "")


def unjudged(resources: Sequence[Resource]) -> Iterator[Verdict]:
    """A verdict on each resource of a package that no rule is about, such as another cloud's."""
    for each in resources:
        package = each.type.partition(":")[0]
        if not each.custom or package in FREE_PACKAGES:
            continue
        if package not in _JUDGED_PACKAGES:
            message = f"is of type {each.type}, and the rules are about AWS and Kubernetes, so nobody judged it"
            remedy = "Have it judged by a tool for that provider."
            yield Verdict(NOT_JUDGED, "low", "advisory", each.urn, message, None, "type", remedy)
