"""A container's own file system can't be written."""

from collections.abc import Iterator

from policies.engine.frameworks import nsa
from policies.engine.rule import Result, Rule, Severity, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read
from policies.kubernetes.pods import WORKLOADS, pod_of
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        yield from require(
            read(container.security, "readOnlyRootFilesystem"),
            True,
            f"{container.path}.securityContext.readOnlyRootFilesystem",
            f"{container.label} can write to its image: readOnlyRootFilesystem is not true",
        )


RULE = Rule(
    name="read-only-root",
    title="Container file systems are read-only",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(nsa("Pod security: immutable container file systems"),),
    remediation="Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where it must write.",
    field="securityContext.readOnlyRootFilesystem",
    types=WORKLOADS,
    check=_check,
)
