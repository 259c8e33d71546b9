"""Add-ons are of the version that was tested, not the newest of the day."""

from collections.abc import Iterator

from policies.clusters import REMOTE_CLUSTER
from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    if resource.type != REMOTE_CLUSTER:
        if not given(read(inputs, "addonVersion")):
            yield Finding("addonVersion is absent, so it gets the default of the day")
        return
    switches = (("useDefaultVpcCni", True), ("kubeProxyAddonOptions.enabled", False))
    for name, ours in switches:
        decided = flag(read(inputs, *name.split(".")))
        if decided is UNKNOWN:
            yield Undecided(name)
        elif decided is not ours:
            yield Finding(f"{name} is not {str(ours).lower()}: eks.Cluster adds the newest version of the day")


RULE = Rule(
    name="addon-version",
    title="Cluster add-ons are pinned to a version",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(eks_guide("Cluster upgrades: add-ons"),),
    remediation="Make the add-ons as resources with addonVersion; switch those of eks.Cluster off with "
    "useDefaultVpcCni true and "
    "kubeProxyAddonOptions.enabled false.",
    field="addonVersion",
    types=frozenset({REMOTE_CLUSTER, "aws:eks/addon:Addon"}),
    check=_check,
)
