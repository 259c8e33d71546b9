"""Reading the Pod template of every kind of workload alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.inputs import each, entries, flag, given, read, text
from pricing.resource import UNKNOWN, Resource, Unknown

POD = "kubernetes:core/v1:Pod"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
REPLICA_SET = "kubernetes:apps/v1:ReplicaSet"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"

_PATHS: dict[str, tuple[str, ...]] = {
    POD: (),
    DEPLOYMENT: ("spec", "template"),
    DAEMON_SET: ("spec", "template"),
    STATEFUL_SET: ("spec", "template"),
    REPLICA_SET: ("spec", "template"),
    "kubernetes:core/v1:ReplicationController": ("spec", "template"),
    JOB: ("spec", "template"),
    CRON_JOB: ("spec", "jobTemplate", "spec", "template"),
}
WORKLOADS = frozenset(_PATHS)
LONG_RUNNING = WORKLOADS - {JOB, CRON_JOB}


@dataclass(frozen=True, slots=True)
class Container:
    """One container. `values` is `UNKNOWN` when the list that holds it is."""

    path: str
    values: Any
    initial: bool

    @property
    def label(self) -> str:
        """How a message calls it."""
        name = text(read(self.values, "name"))
        return f"container {name}" if isinstance(name, str) else self.path

    @property
    def security(self) -> Any:
        """Its security context."""
        return read(self.values, "securityContext")


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod template: `path` is where its `spec` stands in the inputs."""

    path: str
    spec: Any
    labels: Any

    @property
    def unknown(self) -> bool:
        """Whether nothing of it can be read."""
        return self.spec is UNKNOWN

    def containers(self, *, initial: bool = True) -> Iterator[Container]:
        """The containers, with init containers unless `initial` is false."""
        for field in ("initContainers", "containers") if initial else ("containers",):
            for index, values in enumerate(each(read(self.spec, field))):
                path = field if values is UNKNOWN else f"{field}[{index}]"
                yield Container(f"{self.path}.{path}", values, field == "initContainers")

    def setting(self, container: Container, name: str) -> bool | Unknown | None:
        """A flag of the container's security context, or else of the Pod's."""
        own = flag(read(container.security, name))
        return own if own is not None else flag(read(self.spec, "securityContext", name))

    def tolerates(self, taint: str) -> bool | Unknown:
        """Whether it tolerates a taint of this key."""
        tolerations = each(read(self.spec, "tolerations"))
        if any(_tolerates(toleration, taint) for toleration in tolerations):
            return True
        return UNKNOWN if UNKNOWN in tolerations or self.unknown else False


def pod_of(resource: Resource) -> Pod:
    """The Pod template of a resource of `WORKLOADS`."""
    path = _PATHS[resource.type]
    template = read(resource.inputs, *path)
    return Pod(".".join((*path, "spec")), read(template, "spec"), read(template, "metadata", "labels"))


def matches(selector: Any, labels: Any) -> bool | Unknown:
    """Whether a label selector's `matchLabels` select these labels. Expressions are not followed: `UNKNOWN`."""
    wanted = read(selector, "matchLabels")
    if wanted is UNKNOWN or labels is UNKNOWN or given(read(selector, "matchExpressions")):
        return UNKNOWN
    have = dict(entries(labels))
    results = [
        UNKNOWN if UNKNOWN in (value, have.get(key)) else have.get(key) == value for key, value in entries(wanted)
    ]
    return False if False in results else UNKNOWN if UNKNOWN in results else True


def _tolerates(toleration: Any, taint: str) -> bool:
    key = read(toleration, "key")
    return key == taint or (key in (None, "") and read(toleration, "operator") == "Exists")
