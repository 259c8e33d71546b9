"""A Pod that doesn't speak to the API server carries no token for it."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import first, flag, read, text
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource

_ACCOUNT = "kubernetes:core/v1:ServiceAccount"


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == _ACCOUNT:
        mounted, where, name = flag(read(resource.inputs, "automountServiceAccountToken")), "", "default"
        # An account of its own was made for a workload that uses it; each Pod still says whether it mounts the token.
        if text(read(resource.inputs, "metadata", "name")) != "default":
            return
    else:
        pod = pod_of(resource)
        mounted, where = flag(read(pod.spec, "automountServiceAccountToken")), f"{pod.path}."
        account = first(text(read(pod.spec, "serviceAccountName")), text(read(pod.spec, "serviceAccount")), "default")
        name = "" if account is UNKNOWN else account
    if mounted is UNKNOWN:
        yield Undecided(f"{where}automountServiceAccountToken")
    elif mounted is None and name != "default":
        yield Finding("does not say whether its Pods carry a token: automountServiceAccountToken is absent")
    elif mounted is not False and name == "default":
        yield Finding("carries the token of the default service account: automountServiceAccountToken is not false")


RULE = Rule(
    name="service-account-token",
    title="Pods carry a service-account token only where they say so",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(
        cis_eks("4.1.5"),
        cis_eks("4.1.6"),
        nsa("Pod security: protecting Pod service account tokens"),
    ),
    remediation="Set automountServiceAccountToken to false; where the Pod uses the API server, to true with a service "
    "account of its own.",
    field="automountServiceAccountToken",
    types=WORKLOADS | {_ACCOUNT},
    check=_check,
)
