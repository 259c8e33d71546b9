"""Service accounts: which Pods carry the token of one."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import checkov, cis_eks, nsa
from policies.engine.objects import is_patch, with_patches
from policies.engine.pod_templates import WORKLOADS, Pod, pod_of
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import first, flag, read, text
from resources.resource import UNKNOWN, Resource

_UNSTATED = "does not say whether its Pods carry a token: automountServiceAccountToken is absent"
_ACCOUNT_IN_CLUSTER = "variables.pod.?serviceAccountName.or(variables.pod.?serviceAccount).orValue('default')"
_SERVICE_ACCOUNTS = with_patches("kubernetes:core/v1:ServiceAccount")


@rule(
    "service-account-token",
    "Pods do not mount the token of the default service account",
    (*WORKLOADS, *_SERVICE_ACCOUNTS),
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.5"),
        cis_eks("4.1.6"),
        checkov("CKV_K8S_38"),
        checkov("CKV_K8S_41"),
        nsa("Pod security: protecting Pod service account tokens"),
    ],
    remediation="Set automountServiceAccountToken to false; where the Pod uses the API server, to true with a service "
    "account of its own.",
    field="automountServiceAccountToken",
    admission="variables.pod.?automountServiceAccountToken != optional.of(false) && "
    f"{_ACCOUNT_IN_CLUSTER} in ['', 'default'] ? "
    "['carries the token of the default service account: automountServiceAccountToken is not false'] : []",
)
def _service_account_token(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type in _SERVICE_ACCOUNTS:
        # An account of its own was made for a workload that uses it; each Pod still says whether it mounts the token.
        if text(read(resource.inputs, "metadata", "name")) != "default":
            return
        values, within, account = resource.inputs, "", "default"
    else:
        pod = pod_of(resource)
        values, within, account = pod.spec, f"{pod.path}.", _account(pod)
    mounted = flag(read(values, "automountServiceAccountToken"))
    if mounted is UNKNOWN:
        yield Undecided(f"{within}automountServiceAccountToken")
    elif mounted is None and is_patch(resource):
        return
    elif mounted is not False and account == "default":
        yield Finding("carries the token of the default service account: automountServiceAccountToken is not false")


def _account(pod: Pod) -> Any:
    return first(text(read(pod.spec, "serviceAccountName")), text(read(pod.spec, "serviceAccount")), "default")


@rule(
    "service-account-token-stated",
    "Pods with a service account of their own say whether they mount its token",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[cis_eks("4.1.6"), checkov("CKV_K8S_38")],
    remediation="Set automountServiceAccountToken to true where the Pod uses the API server, or to false.",
    field="automountServiceAccountToken",
    admission="!has(variables.pod.automountServiceAccountToken) && "
    f"!({_ACCOUNT_IN_CLUSTER} in ['', 'default']) ? ['{_UNSTATED}'] : []",
)
def _token_stated(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    mounted = flag(read(pod.spec, "automountServiceAccountToken"))
    if mounted is UNKNOWN:
        yield Undecided(f"{pod.path}.automountServiceAccountToken")
    elif mounted is None and _account(pod) != "default":
        yield Finding(_UNSTATED)
