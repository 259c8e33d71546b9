"""Pods and their containers, alike in every kind of workload."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Unpack

from policies.engine.checks import Value, must_be, must_not_be
from policies.engine.frameworks import cis_eks, eks_guide, nsa, pod_security
from policies.engine.rule import About, Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, first, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
_POD = "kubernetes:core/v1:Pod"
_JOB = "kubernetes:batch/v1:Job"
_CRON_JOB = "kubernetes:batch/v1:CronJob"
_SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_TEMPLATES: dict[str, tuple[str, ...]] = {
    _POD: (),
    DEPLOYMENT: ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    STATEFUL_SET: ("spec", "template"),
    "kubernetes:apps/v1:ReplicaSet": ("spec", "template"),
    "kubernetes:core/v1:ReplicationController": ("spec", "template"),
    _JOB: ("spec", "template"),
    _CRON_JOB: ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind has its Pod template."""
WORKLOADS = tuple(_TEMPLATES)
_DEVICES = ("nvidia.com/gpu", "nvidia.com/mig-", "aws.amazon.com/neuron", "amd.com/gpu")
_GPU_TAINT = "nvidia.com/gpu"


@dataclass(frozen=True, slots=True)
class Container:
    """One container. `values` is `UNKNOWN` when the list that holds it is."""

    path: str
    values: Any

    @property
    def label(self) -> str:
        """The container's name in a message."""
        name = text(read(self.values, "name"))
        return f"container {name}" if isinstance(name, str) else self.path


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod template. `path` is the path of its `spec` in the inputs."""

    path: str
    spec: Any
    labels: Any = None

    def containers(self, *fields: str) -> Iterator[Container]:
        """The containers of `fields`: init containers and containers where none are given."""
        for field in fields or ("initContainers", "containers"):
            for index, values in enumerate(elements(read(self.spec, field))):
                yield Container(
                    f"{self.path}.{field}" if values is UNKNOWN else f"{self.path}.{field}[{index}]", values
                )


def pod_of(workload: Resource) -> Pod:
    """The Pod template of a resource of `WORKLOADS`."""
    path = _TEMPLATES[workload.type]
    template = read(workload.inputs, *path)
    return Pod(".".join((*path, "spec")), read(template, "spec"), read(template, "metadata", "labels"))


def each_container(path: str, expected: Value, message: str, *, name: str, title: str, **about: Unpack[About]) -> None:
    """State the rule that an input of every container must be `expected`. The message follows the container's name."""

    @rule(name, title, WORKLOADS, **{"field": path, **about})
    def _(workload: Resource, _: Stack) -> Iterator[Result]:
        for container in pod_of(workload).containers():
            within = f"{container.path}."
            yield from must_be(container.values, path, expected, f"{container.label} {message}", within=within)


def no_container(path: str, forbidden: Value, message: str, *, name: str, title: str, **about: Unpack[About]) -> None:
    """State the rule that an input of no container may be `forbidden`. The message follows the container's name."""

    @rule(name, title, WORKLOADS, **{"field": path, **about})
    def _(workload: Resource, _: Stack) -> Iterator[Result]:
        for container in pod_of(workload).containers():
            within = f"{container.path}."
            yield from must_not_be(container.values, path, forbidden, f"{container.label} {message}", within=within)


each_container(
    "securityContext.allowPrivilegeEscalation",
    False,
    "may gain privileges: allowPrivilegeEscalation is not false",
    name="privilege-escalation",
    title="Containers cannot gain privileges",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Restricted: Privilege Escalation"),
        cis_eks("4.2.5"),
        nsa("Pod security: preventing privilege escalation"),
    ],
    remediation="Set securityContext.allowPrivilegeEscalation to false on every container.",
)
each_container(
    "securityContext.readOnlyRootFilesystem",
    True,
    "can write to its image: readOnlyRootFilesystem is not true",
    name="read-only-root",
    title="Container file systems are read-only",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[nsa("Pod security: immutable container file systems")],
    remediation="Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where it must write.",
)
no_container(
    "securityContext.privileged",
    True,
    "is privileged: it has the rights of the node",
    name="privileged",
    title="No container is privileged",
    area=Area.KUBERNETES,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[pod_security("Baseline: Privileged Containers"), cis_eks("4.2.1"), nsa("Pod security enforcement")],
    remediation="Drop privileged; a device plugin that needs it is named in policies/exceptions.yaml with its reason.",
)


@rule(
    "run-as-non-root",
    "Containers do not run as root",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Restricted: Running as Non-root"), nsa("Pod security: non-root containers")],
    remediation="Set securityContext.runAsNonRoot to true and a runAsUser above 0 on the Pod.",
    field="securityContext.runAsNonRoot",
)
def _run_as_non_root(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    of_pod = read(pod.spec, "securityContext")
    for container in pod.containers():
        own = read(container.values, "securityContext")
        non_root = first(flag(read(own, "runAsNonRoot")), flag(read(of_pod, "runAsNonRoot")))
        if non_root is UNKNOWN:
            yield Undecided(f"{container.path}.securityContext.runAsNonRoot")
        elif not non_root:
            yield Finding(f"{container.label} may run as root: runAsNonRoot is not true")
        if first(number(read(own, "runAsUser")), number(read(of_pod, "runAsUser"))) == 0:
            yield Finding(f"{container.label} runs as user 0, which is root")


@rule(
    "seccomp",
    "Containers have a seccomp profile",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[pod_security("Restricted: Seccomp"), nsa("Pod security: hardening applications")],
    remediation="Set securityContext.seccompProfile.type to RuntimeDefault on the Pod.",
    field="securityContext.seccompProfile.type",
)
def _seccomp(workload: Resource, _: Stack) -> Iterator[Result]:
    pod, path = pod_of(workload), ("securityContext", "seccompProfile", "type")
    for container in pod.containers():
        profile = first(text(read(container.values, *path)), text(read(pod.spec, *path)))
        if profile is UNKNOWN:
            yield Undecided(f"{container.path}.{'.'.join(path)}")
        elif profile not in ("RuntimeDefault", "Localhost"):
            yield Finding(f"{container.label} has no seccomp profile")


@rule(
    "capabilities",
    "Containers drop all capabilities",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Restricted: Capabilities"), nsa("Pod security: Linux capabilities")],
    remediation="Set securityContext.capabilities.drop to [ALL]; NET_BIND_SERVICE may be added.",
    field="securityContext.capabilities",
)
def _capabilities(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(workload).containers():
        capabilities = read(container.values, "securityContext", "capabilities")
        dropped = elements(read(capabilities, "drop"))
        added = [name for name in elements(read(capabilities, "add")) if name != "NET_BIND_SERVICE"]
        if "ALL" not in dropped and UNKNOWN in dropped:
            yield Undecided(f"{container.path}.securityContext.capabilities.drop")
        elif "ALL" not in dropped:
            yield Finding(f"{container.label} keeps capabilities: capabilities.drop does not hold ALL")
        if UNKNOWN in added:
            yield Undecided(f"{container.path}.securityContext.capabilities.add")
        elif added:
            yield Finding(f"{container.label} adds the capability {', '.join(map(display, added))}")


@rule(
    "host-namespaces",
    "Pods share no network, processes or ports with the node",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Baseline: Host Namespaces"),
        pod_security("Baseline: Host Ports"),
        cis_eks("4.2.2"),
        cis_eks("4.2.3"),
        cis_eks("4.2.4"),
        nsa("Pod security enforcement"),
    ],
    remediation="Drop hostNetwork, hostPID, hostIPC and hostPort; a node agent that needs one is named in "
    "policies/exceptions.yaml.",
    field="hostNetwork, hostPID, hostIPC and hostPort",
)
def _host_namespaces(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        shared = f"{name} is true: its Pods share it with the node"
        yield from must_not_be(pod.spec, name, True, shared, within=f"{pod.path}.")
    for container in pod.containers():
        for port in elements(read(container.values, "ports")):
            host_port = number(read(port, "hostPort"))
            if host_port and host_port is not UNKNOWN:
                yield Finding(f"{container.label} listens on port {host_port:g} of the node")


@rule(
    "host-path",
    "Pods mount no files of the node",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Baseline: HostPath Volumes"), nsa("Pod security enforcement")],
    remediation="Use emptyDir, a volume claim or a CSI driver; a device plugin is named in policies/exceptions.yaml.",
    field="volumes",
)
def _host_path(workload: Resource, _: Stack) -> Iterator[Result]:
    pod = pod_of(workload)
    for index, volume in enumerate(elements(read(pod.spec, "volumes"))):
        mounted = read(volume, "hostPath")
        if volume is UNKNOWN:
            yield Undecided(f"{pod.path}.volumes")
        elif mounted is UNKNOWN:
            yield Undecided(f"{pod.path}.volumes[{index}].hostPath")
        elif mounted is not None:
            path, name = display(read(mounted, "path")), display(read(volume, "name"))
            yield Finding(f"mounts {path} of the node as the volume {name}")


@rule(
    "resource-limits",
    "Containers state requests for CPU and memory and a memory limit",
    WORKLOADS,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[nsa("Network separation and hardening: resource policies"), eks_guide("Reliability: applications")],
    remediation="Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on every container.",
    field="resources",
)
def _resource_limits(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(workload).containers():
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
    [kind for kind in WORKLOADS if kind not in (_JOB, _CRON_JOB)],
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[eks_guide("Reliability: applications")],
    remediation="Add livenessProbe and readinessProbe; a slow start gets a startupProbe beside them.",
    field="livenessProbe and readinessProbe",
)
def _probes(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in pod_of(workload).containers("containers"):
        lacking = [probe for probe in ("livenessProbe", "readinessProbe") if not is_set(read(container.values, probe))]
        if container.values is UNKNOWN:
            yield Undecided(container.path)
        elif lacking:
            yield Finding(f"{container.label} lacks {' and '.join(lacking)}")


@rule(
    "service-account-token",
    "Pods mount a service-account token only if they request it",
    (*WORKLOADS, _SERVICE_ACCOUNT),
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.5"),
        cis_eks("4.1.6"),
        nsa("Pod security: protecting Pod service account tokens"),
    ],
    remediation="Set automountServiceAccountToken to false; where the Pod uses the API server, to true with a service "
    "account of its own.",
    field="automountServiceAccountToken",
)
def _service_account_token(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == _SERVICE_ACCOUNT:
        # An account of its own was made for a workload that uses it; each Pod still says whether it mounts the token.
        if text(read(resource.inputs, "metadata", "name")) != "default":
            return
        values, within, account = resource.inputs, "", "default"
    else:
        pod = pod_of(resource)
        values, within = pod.spec, f"{pod.path}."
        account = first(text(read(pod.spec, "serviceAccountName")), text(read(pod.spec, "serviceAccount")), "default")
    mounted = flag(read(values, "automountServiceAccountToken"))
    if mounted is UNKNOWN:
        yield Undecided(f"{within}automountServiceAccountToken")
    elif mounted is None and account != "default":
        yield Finding("does not say whether its Pods carry a token: automountServiceAccountToken is absent")
    elif mounted is not False and account == "default":
        yield Finding("carries the token of the default service account: automountServiceAccountToken is not false")


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
        for device in sorted(name for name in {*requests, *limits} if name.startswith(_DEVICES)):
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
    if not _asks_for_gpu(pod) or any(map(_tolerates_gpu_taint, tolerations)):
        return
    if UNKNOWN in tolerations:
        yield Undecided(f"{pod.path}.tolerations")
    else:
        yield Finding(f"asks for a GPU and does not tolerate the taint {_GPU_TAINT}, so it stays pending")


def _asks_for_gpu(pod: Pod) -> bool:
    return any(
        name.startswith("nvidia.com/")
        for container in pod.containers()
        for part in ("requests", "limits")
        for name, _ in entries(read(container.values, "resources", part))
    )


def _tolerates_gpu_taint(toleration: Any) -> bool:
    key = read(toleration, "key")
    return key == _GPU_TAINT or (key in (None, "") and read(toleration, "operator") == "Exists")
