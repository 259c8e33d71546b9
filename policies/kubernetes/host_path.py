"""Pods don't mount the node's files."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa, pod_security
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read, shown
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(resource)
    for index, volume in enumerate(each(read(pod.spec, "volumes"))):
        mounted = read(volume, "hostPath")
        if volume is UNKNOWN:
            yield Undecided(f"{pod.path}.volumes")
        elif mounted is UNKNOWN:
            yield Undecided(f"{pod.path}.volumes[{index}].hostPath")
        elif mounted is not None:
            yield Finding(
                f"mounts {shown(read(mounted, 'path'))} of the node as the volume {shown(read(volume, 'name'))}"
            )


RULE = Rule(
    name="host-path",
    title="Pods mount no files of the node",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(pod_security("Baseline: HostPath Volumes"), nsa("Pod security enforcement")),
    remediation="Use emptyDir, a volume claim or a CSI driver; a device plugin is named in policies/exceptions.yaml.",
    field="volumes",
    types=WORKLOADS,
    check=_check,
)
