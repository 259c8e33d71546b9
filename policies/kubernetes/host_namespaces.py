"""Pods don't share the node's network, processes or memory."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, flag, number, read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(resource)
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        shared = flag(read(pod.spec, name))
        if shared is UNKNOWN:
            yield Undecided(f"{pod.path}.{name}")
        elif shared:
            yield Finding(f"{name} is true: its Pods share it with the node")
    for container in pod.containers():
        for port in each(read(container.values, "ports")):
            host_port = number(read(port, "hostPort"))
            if host_port and host_port is not UNKNOWN:
                yield Finding(f"{container.label} listens on port {host_port:g} of the node")


RULE = Rule(
    name="host-namespaces",
    title="Pods share no network, processes or ports with the node",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(
        pod_security("Baseline: Host Namespaces"),
        pod_security("Baseline: Host Ports"),
        cis_eks("4.2.2"),
        cis_eks("4.2.3"),
        cis_eks("4.2.4"),
        nsa("Pod security enforcement"),
    ),
    remediation="Drop hostNetwork, hostPID, hostIPC and hostPort; a node agent that needs one is named in "
    "policies/exceptions.yaml.",
    field="hostNetwork, hostPID, hostIPC and hostPort",
    types=WORKLOADS,
    check=_check,
)
