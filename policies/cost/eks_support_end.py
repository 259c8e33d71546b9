"""An EKS version that leaves standard support soon is seen in time."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS, version
from policies.engine.frameworks import finops, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from pricing.resource import UNKNOWN, Resource
from pricing.support import STANDARD_SUPPORT_ENDS


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    number = version(resource)
    if number is UNKNOWN:
        yield Undecided("version")
        return
    ends = STANDARD_SUPPORT_ENDS.get(number or "")
    if ends is None:
        return
    days = (ends - stack.context.today).days
    if 0 < days <= stack.settings.support_notice:
        yield Finding(f"Kubernetes {number} leaves standard support on {ends}, in {days} days")


RULE = Rule(
    name="eks-support-end",
    title="Clusters do not leave standard support soon",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(fsbp("EKS.2"), finops("Rate Optimization")),
    remediation="Plan the upgrade; supportNotice in the section mlplatform:policies says how early to be told.",
    field="version",
    types=CLUSTERS,
    check=_check,
)
