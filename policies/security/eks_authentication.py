"""Who may enter a cluster is decided by access entries, not by a ConfigMap inside it."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS, REMOTE_CLUSTER
from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    path = ("authenticationMode",) if resource.type == REMOTE_CLUSTER else ("accessConfig", "authenticationMode")
    mode = text(read(resource.inputs, *path))
    if mode is UNKNOWN:
        yield Undecided(".".join(path))
    elif mode != "API":
        shown = "absent, which means the ConfigMap aws-auth" if mode is None else mode
        yield Finding(f"{'.'.join(path)} is {shown}")


RULE = Rule(
    name="eks-authentication",
    title="Clusters authenticate by access entries alone",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(eks_guide("Security: identity and access management"),),
    remediation="Set authenticationMode to API and give access entries; anyone who may edit aws-auth is an "
    "administrator.",
    field="authenticationMode",
    types=CLUSTERS,
    check=_check,
)
