"""Clusters don't slip into extended support unasked."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS
from policies.engine.frameworks import finops
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    support = text(read(resource.inputs, "upgradePolicy", "supportType"))
    if support is UNKNOWN:
        yield Undecided("upgradePolicy.supportType")
    elif support != "STANDARD":
        how = "absent, which AWS takes as EXTENDED" if support is None else support
        yield Finding(
            f"upgradePolicy.supportType is {how}: the control plane costs six times as much after support ends"
        )


RULE = Rule(
    name="eks-upgrade-policy",
    title="Clusters do not enter extended support by themselves",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(finops("Policy & Governance"),),
    remediation="Set upgradePolicy.supportType to STANDARD; AWS then upgrades the cluster when standard support ends.",
    field="upgradePolicy.supportType",
    types=CLUSTERS,
    check=_check,
)
