"""No workload talks to whom it likes: some network policy is for its Pods."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, flag, read
from policies.kubernetes.objects import INFERENCE_SERVICE, NETWORK_POLICY, metadata, name_of
from policies.kubernetes.pods import WORKLOADS, pod_of
from policies.kubernetes.selection import selected
from pricing.resource import UNKNOWN, Resource

_INFERENCE_LABEL = "serving.kserve.io/inferenceservice"
_KINDS = (*sorted(WORKLOADS), INFERENCE_SERVICE)


def _check(stack: Stack) -> Iterator[Result]:
    for workload in stack.of(_KINDS):
        if _on_the_host(workload):
            continue
        found = selected(workload, _labels(workload), NETWORK_POLICY, "podSelector", stack)
        if found is UNKNOWN:
            yield Undecided("which Pods the network policies of its namespace select", workload.urn)
        elif not found:
            yield Finding("no network policy of its namespace selects its Pods, which may talk to anyone", workload.urn)


def _labels(workload: Resource) -> Any:
    """The labels of its Pods; KServe hands down a service's own and adds its name."""
    if workload.type != INFERENCE_SERVICE:
        return pod_of(workload).labels
    own = metadata(workload, "labels")
    return UNKNOWN if own is UNKNOWN else {**dict(entries(own)), _INFERENCE_LABEL: name_of(workload)}


def _on_the_host(workload: Resource) -> bool:
    """Whether its Pods have the node's network, where no network policy reaches; host-namespaces judges that."""
    return workload.type in WORKLOADS and flag(read(pod_of(workload).spec, "hostNetwork")) is True


RULE = Rule(
    name="workload-network-policy",
    title="Every workload is selected by a network policy of its namespace",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(cis_eks("4.3.2"), nsa("Network separation and hardening: network policies")),
    remediation="Deny by default in its namespace (an empty podSelector selects every Pod), also in namespaces that "
    "the stack does not make, and allow what the workload needs. Workloads that Helm charts make are out of sight "
    "here; default-deny covers the namespaces that the stack makes for them.",
    field="NetworkPolicy of the namespace",
    check_stack=_check,
)
