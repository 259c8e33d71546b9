"""What containers ask of their node and tell the kubelet: CPU, memory, GPUs and probes."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import checkov, eks_guide, nsa
from policies.engine.pod_templates import CRON_JOB, DEVICES, JOB, WORKLOADS, asks_for_devices, pod_of
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, entries, first, is_set, number, read
from resources.resource import UNKNOWN, Resource

_GPU_TAINT = "nvidia.com/gpu"
_GPUS = ("nvidia.com/",)
_UNPROBED = "((has(c.livenessProbe) ? [] : ['livenessProbe']) + (has(c.readinessProbe) ? [] : ['readinessProbe']))"
_LACKING = (
    "("
    + " + ".join(
        f"({' == optional.none() && '.join(f'c.?resources.?{path}' for path in paths)} == optional.none() ? "
        f"['{paths[0].replace('.?', '.')}'] : [])"
        for paths in (
            ("requests.?cpu", "limits.?cpu"),
            ("requests.?memory", "limits.?memory"),
            ("limits.?memory",),
        )
    )
    + ")"
)


@rule(
    "resource-limits",
    "Containers state requests for CPU and memory and a memory limit",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        checkov("CKV_K8S_10"),
        checkov("CKV_K8S_12"),
        checkov("CKV_K8S_13"),
        nsa("Network separation and hardening: resource policies"),
        eks_guide("Reliability: applications"),
    ],
    remediation="Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on every container.",
    field="resources",
    admission="(variables.pod.?initContainers.orValue([]) + variables.pod.containers)"
    f".filter(c, {_LACKING}.size() > 0).map(c, 'container ' + c.name + ' lacks ' + {_LACKING}.join(', '))",
)
def _resource_limits(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(workload).containers("initContainers", "containers"):
        resources = read(container.values, "resources")
        if resources is UNKNOWN:
            yield Undecided(f"{container.path}.resources")
            continue
        limits = read(resources, "limits")
        requests = read(resources, "requests")
        # Kubernetes takes an absent request from the limit. A CPU limit is left to the workload: it throttles a
        # container even where the node's CPUs are idle.
        stated = {
            "requests.cpu": first(read(requests, "cpu"), read(limits, "cpu")),
            "requests.memory": first(read(requests, "memory"), read(limits, "memory")),
            "limits.memory": read(limits, "memory"),
        }
        if lacking := [path for path, value in stated.items() if not is_set(value)]:
            yield Finding(f"{container.label} lacks {', '.join(lacking)}")


@rule(
    "probes",
    "Long-running containers have liveness and readiness probes",
    [kind for kind in WORKLOADS if kind not in (JOB, CRON_JOB)],
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_K8S_8"), checkov("CKV_K8S_9"), eks_guide("Reliability: applications")],
    remediation="Add livenessProbe and readinessProbe; a slow start gets a startupProbe beside them.",
    field="livenessProbe and readinessProbe",
    admission="request.kind.kind in ['Job', 'CronJob'] || variables.pod.?restartPolicy.orValue('Always') != 'Always' "
    f"? [] : variables.pod.containers.filter(c, {_UNPROBED}.size() > 0)"
    f".map(c, 'container ' + c.name + ' lacks ' + {_UNPROBED}.join(' and '))",
)
def _probes(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    # A Pod that is not started again runs to its end, as a job does.
    for container in () if read(pod.spec, "restartPolicy") in ("Never", "OnFailure") else pod.containers("containers"):
        lacking = [probe for probe in ("livenessProbe", "readinessProbe") if not is_set(read(container.values, probe))]
        if container.values is UNKNOWN:
            yield Undecided(container.path)
        elif lacking:
            yield Finding(f"{container.label} lacks {' and '.join(lacking)}")


@rule(
    "gpu-requests",
    "GPU requests equal their limits",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("Kubernetes documentation", "Schedule GPUs: limits and requests must be equal")],
    remediation="State the device under limits alone, or the same whole number under requests.",
    field="resources.limits",
)
def _gpu_requests(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(workload).containers():
        requests = dict(entries(read(container.values, "resources", "requests")))
        limits = dict(entries(read(container.values, "resources", "limits")))
        for device in sorted(name for name in {*requests, *limits} if name.startswith(DEVICES)):
            request, limit = number(requests.get(device)), number(limits.get(device))
            if request is UNKNOWN or limit is UNKNOWN:
                yield Undecided(f"{container.path}.resources: {device}")
            elif limit is None:
                yield Finding(f"{container.label} requests {device} without a limit, which Kubernetes refuses")
            elif request is not None and request != limit:
                yield Finding(
                    f"{container.label} requests {request:g} and limits {limit:g} of {device}; they must be equal"
                )
            elif limit % 1:
                yield Finding(f"{container.label} limits {device} to {limit:g}; devices are counted whole")


@rule(
    "gpu-toleration",
    "Workloads with GPUs tolerate the taint of GPU nodes",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[eks_guide("Scheduling: taints and tolerations")],
    remediation="Add a toleration with key nvidia.com/gpu and operator Exists.",
    field="tolerations",
)
def _gpu_toleration(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    tolerations = elements(read(pod.spec, "tolerations"))
    if not asks_for_devices(pod, _GPUS) or any(map(_tolerates_gpu_taint, tolerations)):
        return
    if UNKNOWN in tolerations:
        yield Undecided(f"{pod.path}.tolerations")
    else:
        yield Finding(f"asks for a GPU and does not tolerate the taint {_GPU_TAINT}, so it stays pending")


def _tolerates_gpu_taint(toleration: Any) -> bool:
    key = read(toleration, "key")
    return key == _GPU_TAINT or (key in (None, "") and read(toleration, "operator") == "Exists")
