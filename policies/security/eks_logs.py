"""The control plane says what it does."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS
from policies.engine.frameworks import cis_eks, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read
from pricing.resource import UNKNOWN, Resource

_KINDS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    enabled = each(read(resource.inputs, "enabledClusterLogTypes"))
    lacking = [kind for kind in _KINDS if kind not in enabled]
    if not lacking:
        return
    if UNKNOWN in enabled:
        yield Undecided("enabledClusterLogTypes")
    else:
        yield Finding(f"does not log {', '.join(lacking)}")


RULE = Rule(
    name="eks-logs",
    title="All control-plane logs are on",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EKS.8"), cis_eks("2.1.1"), well_architected("SEC04-BP01")),
    remediation="Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
    field="enabledClusterLogTypes",
    types=CLUSTERS,
    check=_check,
)
