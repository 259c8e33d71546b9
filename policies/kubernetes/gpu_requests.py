"""GPUs are asked for as Kubernetes counts them: whole, and requested as much as limited."""

from collections.abc import Iterator

from policies.engine.rule import Finding, Framework, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, number, read
from policies.kubernetes.gpus import is_device
from policies.kubernetes.pods import WORKLOADS, Container, pod_of
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(resource).containers():
        yield from _judge(container)


def _judge(container: Container) -> Iterator[Result]:
    requests = dict(entries(read(container.values, "resources", "requests")))
    limits = dict(entries(read(container.values, "resources", "limits")))
    for device in sorted(filter(is_device, {*requests, *limits})):
        request, limit = number(requests.get(device)), number(limits.get(device))
        if UNKNOWN in (request, limit):
            yield Undecided(f"{container.path}.resources: {device}")
        elif limit is None:
            yield Finding(f"{container.label} requests {device} without a limit, which Kubernetes refuses")
        elif request is not None and request != limit:
            yield Finding(
                f"{container.label} requests {request:g} and limits {limit:g} of {device}; they must be equal"
            )
        elif isinstance(limit, float) and limit % 1:
            yield Finding(f"{container.label} limits {device} to {limit:g}; devices are counted whole")


RULE = Rule(
    name="gpu-requests",
    title="GPU requests equal their limits",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(Framework("Kubernetes documentation", "Schedule GPUs: limits and requests must be equal"),),
    remediation="State the device under limits alone, or the same whole number under requests.",
    field="resources.limits",
    types=WORKLOADS,
    check=_check,
)
