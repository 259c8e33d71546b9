"""The Pod templates of Kubernetes objects: of the built-in kinds, and of every other kind that has one somewhere."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from policies.engine.stack import Stack
from resources.inputs import elements, entries, flag, read, text
from resources.resource import UNKNOWN, Resource

KUBERNETES = "kubernetes:*"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
POD = "kubernetes:core/v1:Pod"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CHARTS = (
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:helm.sh/v3:Chart",
)
"""What installs a Helm chart. The first is a resource, the others are components."""
_TEMPLATES: dict[str, tuple[str, ...]] = {
    POD: (),
    DEPLOYMENT: ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    STATEFUL_SET: ("spec", "template"),
    "kubernetes:apps/v1:ReplicaSet": ("spec", "template"),
    "kubernetes:core/v1:ReplicationController": ("spec", "template"),
    JOB: ("spec", "template"),
    CRON_JOB: ("spec", "jobTemplate", "spec", "template"),
}
"""Where each workload has its Pod template."""
_COMPLETE = {**_TEMPLATES, "kubernetes:core/v1:PodTemplate": ("template",)}
WORKLOADS = tuple(_TEMPLATES)
WORKLOAD_KINDS = {
    "v1": ["pods", "replicationcontrollers"],
    "apps/v1": ["daemonsets", "deployments", "replicasets", "statefulsets"],
    "batch/v1": ["cronjobs", "jobs"],
}
"""The plurals of the workloads, by `group/version`."""
CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_CONTEXTS = ("securityContext", "podSecurityContext", "containerSecurityContext")
"""Where a Pod has its security context. The last two are names in charts and custom resources."""
_PARTS = frozenset(
    {*CONTAINER_LISTS, *_CONTEXTS, "image", "volumes", "hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"}
)
"""An object with one of these keys describes a Pod or a container, wherever it is."""
_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_WITHOUT_PODS = (
    "kubernetes:apiextensions.k8s.io/",
    "kubernetes:admissionregistration.k8s.io/",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Secret",
    "kubernetes:core/v1:Service",
    "kubernetes:networking.k8s.io/",
    "kubernetes:rbac.authorization.k8s.io/",
    "kubernetes:kyverno.io/",
    "kubernetes:policies.kyverno.io/",
    "kubernetes:constraints.gatekeeper.sh/",
    "kubernetes:templates.gatekeeper.sh/",
)
"""Types with schemas, patterns or data where another type has a Pod template."""
DEVICES = ("nvidia.com/gpu", "nvidia.com/mig-", "aws.amazon.com/neuron", "amd.com/gpu")
"""How the names of accelerators start, as resources of a container."""
_ALONE = {"values": "the chart's container", "spec": "its container"}
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Container:
    """One container. `values` is `UNKNOWN` when the list that holds it is."""

    path: str
    values: Any
    is_alone: bool = False
    """Whether it stands for a whole Pod, as values of a chart do that are for its containers."""

    @property
    def label(self) -> str:
        """The container's name in a message."""
        name = text(read(self.values, "name"))
        nameless = _ALONE.get(self.path, f"the container of {self.path}") if self.is_alone else self.path
        return f"container {name}" if isinstance(name, str) else nameless


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod template. `path` is the path of its `spec` in the inputs.

    What a Pod that is not `complete` leaves out, something else decides: the object that a patch changes, the
    controller of a custom resource, the templates of a chart.
    """

    path: str
    spec: Any
    metadata: Any = None
    complete: bool = True

    @property
    def labels(self) -> Any:
        """The labels of the Pods."""
        return read(self.metadata, "labels")

    def containers(self, *fields: str) -> Iterator[Container]:
        """The containers of `fields`, or of all lists. An incomplete Pod without lists may be a container itself."""
        for field in fields or CONTAINER_LISTS:
            for index, values in enumerate(elements(read(self.spec, field))):
                yield Container(
                    f"{self.path}.{field}" if values is UNKNOWN else f"{self.path}.{field}[{index}]", values
                )
        if self.is_container:
            yield Container(self.path, self.spec, is_alone=True)

    @property
    def is_container(self) -> bool:
        """Whether the values describe a container, such as `model` of an InferenceService."""
        return not self.complete and all(read(self.spec, field) is None for field in CONTAINER_LISTS)

    def own_contexts(self) -> Iterator[tuple[str, str, Any]]:
        """The path, the label and the values of the security context of the Pod, under each name that it may have."""
        for name in _CONTEXTS[:1] if self.complete else _CONTEXTS:
            yield f"{self.path}.{name}", "the Pod", read(self.spec, name)

    def security_contexts(self) -> Iterator[tuple[str, str, Any]]:
        """The same of the Pod and of its containers."""
        yield from self.own_contexts()
        if not self.is_container:
            for container in self.containers():
                yield (
                    f"{container.path}.securityContext",
                    container.label,
                    read(container.values, "securityContext"),
                )


def pod_of(workload: Resource) -> Pod:
    """The Pod template of a resource of `WORKLOADS`."""
    path = _COMPLETE[workload.type]
    template = read(workload.inputs, *path)
    return Pod(".".join((*path, "spec")), read(template, "spec"), read(template, "metadata"))


def asks_for_devices(pod: Pod, kinds: tuple[str, ...] = DEVICES) -> bool:
    """Whether a container asks for accelerators, or for those of `kinds`: how their names start."""
    return any(
        name.startswith(kinds)
        for container in pod.containers()
        for part in ("requests", "limits")
        for name, _ in entries(read(container.values, "resources", part))
    )


def holds_no_pods(resource: Resource) -> bool:
    """Whether a type has schemas, patterns or data where another type has what it runs."""
    return resource.type.startswith(_WITHOUT_PODS)


def pods_in(resource: Resource, stack: Stack) -> list[Pod]:
    """Every Pod template in a Kubernetes object, whatever its kind, and in the values of a chart."""
    return stack.once_for(resource, _pods_in)


def _pods_in(resource: Resource) -> list[Pod]:
    if resource.type in _COMPLETE:
        return [pod_of(resource)]
    if resource.type in CHARTS:
        return list(_found_in_values(read(resource.inputs, "values")))
    if holds_no_pods(resource):
        return []
    return [*_found("spec", resource), *_found("template", resource)]


def _found(field: str, resource: Resource) -> Iterator[Pod]:
    metadata = read(resource.inputs, "metadata") if field == "spec" else None
    for path, values, beside in objects_in(field, read(resource.inputs, field), metadata, without=CONTAINER_LISTS):
        if not _PARTS.isdisjoint(values):
            yield Pod(path, values, beside, complete=False)


def _found_in_values(chart_values: Any) -> Iterator[Pod]:
    for path, values, beside in objects_in("values", chart_values, without=CONTAINER_LISTS):
        added = _by_names_of_charts(values, path)
        if added or not _PARTS.isdisjoint(values):
            yield Pod(path, {**values, **added} if added else values, beside, complete=False)


def _by_names_of_charts(values: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Parts of a Pod that values give by names of their own, by the names of a Pod."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key in ("containerSecurityContext", "privileged") and not path.endswith(_CONTEXTS):
            context = {key: value} if key == "privileged" else dict(entries(value))
            found["securityContext"] = {**dict(entries(values.get("securityContext"))), **context}
        elif key.endswith("Volumes") and isinstance(value, list):
            found["volumes"] = [*found.get("volumes", elements(values.get("volumes"))), *elements(value)]
        elif key == "ports" and isinstance(value, list):
            found["ports"] = value
        elif key == "hostPort" and not path.endswith("]"):
            ports = entries(read(value, "ports")) if flag(read(value, "enabled")) is True else [("", value)]
            found["ports"] = [{"hostPort": port} for _, port in ports]
        elif key in _HOST_NAMESPACES and isinstance(value, dict):
            found[key] = read(value, "enabled")
    return found


def objects_in(
    path: str, value: Any, metadata: Any = None, *, without: Collection[str] = (), depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """The objects that a value is or holds, each with its path and the `metadata` beside it.

    What has `enabled: false` is left out with all that it holds, and so is what is in the fields `without`.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for index, item in enumerate(cast(list[Any], value)):
            yield from objects_in(f"{path}[{index}]", item, without=without, depth=depth + 1)
    elif isinstance(value, dict):
        values = cast(Mapping[str, Any], value)
        if flag(values.get("enabled")) is False:
            return
        yield path, values, metadata
        for key, item in values.items():
            if key not in without and isinstance(item, dict | list):
                beside = values.get("metadata")
                yield from objects_in(f"{path}.{key}", item, beside, without=without, depth=depth + 1)
