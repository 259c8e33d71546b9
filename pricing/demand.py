"""The nodes that pods of the stack always need: those of models and deployments at their minimum.

A pool that may be empty is not empty while a model of the stack has a minimum. Pods are placed as a scheduler would: on
nodes that run anyway, and then on new nodes of the cheapest pool that admits them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from components.facts.cron import KUBERNETES
from components.facts.instances import InstanceType
from pricing.schedules import HOURS_A_MONTH, minutes_of_week
from resources.required import UnreadableInput, number, quantity, section, sections, text
from resources.resource import Resource
from resources.scheduling import selected, tolerated

INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
DEVICE_CONFIG = "nvidia.com/device-plugin.config"

_GPU = "nvidia.com/gpu"
_MIB = 2.0**20
_WEEK = 7 * 24 * 60
_MOST_PODS = 2000


class Node(NamedTuple):
    """One node of a pool: what pods may request of it, and what selects or repels them."""

    resources: Mapping[str, float]
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, Any]]


class Pool(NamedTuple):
    """Nodes that run without any model, at most as many as may run, and what one costs an hour."""

    urn: str
    node: Node
    running: int
    most: float
    rate: float


class Need(NamedTuple):
    """Nodes that a pool needs for so many hours a month."""

    hours: float
    nodes: int


@dataclass(frozen=True, slots=True)
class _Pods:
    """Pods of one kind: how many there are at the least, when more, and what each requests."""

    urn: str
    least: int
    requests: Mapping[str, float]
    spec: Mapping[str, Any]
    floors: Sequence["_Floor"] = ()


class _Floor(NamedTuple):
    """A schedule's minimum: in force from each minute of `starts` to the next of `ends`, in minutes of the week."""

    starts: frozenset[int]
    ends: frozenset[int]
    pods: int

    def holds(self, minute: int) -> bool:
        """Whether the last event before the end of this minute was a start."""
        since = {kind: min((minute - at) % _WEEK for at in getattr(self, kind)) for kind in ("starts", "ends")}
        return since["starts"] < since["ends"]


def needs(resources: Sequence[Resource], pools: Sequence[Pool]) -> Mapping[str, Sequence[Need]]:
    """The nodes of each pool that pods always need, over a month, by the pool's URN.

    Pods that no pool admits are left out. Times of day are compared without their time zones.
    """
    floors = _floors(resources)
    pods = [each for resource in resources for each in _pods(resource, floors)]
    pods = [each for each in pods if any(_admits(pool.node, each) for pool in pools)]
    if not pods:
        return {}
    found: defaultdict[str, list[Need]] = defaultdict(list)
    placed: dict[tuple[int, ...], Mapping[str, int]] = {}
    for hours, counts in _spans(pods):
        if counts not in placed:
            placed[counts] = _place(pods, counts, pools)
        for urn, nodes in placed[counts].items():
            found[urn].append(Need(hours, nodes))
    return found


def node_of(kind: InstanceType, labels: Mapping[str, Any], taints: Sequence[Mapping[str, Any]]) -> Node:
    """A node of an instance type with what Kubernetes and the operating system keep for themselves taken off.

    Sources: kube-reserved as the EKS AMI computes it (awslabs/amazon-eks-ami, nodeadm), 100 MiB for eviction, and 7.5 %
    of memory that the hypervisor takes (Karpenter's `vmMemoryOverheadPercent`).
    """
    pods = 110 if kind.vcpus < 30 else 250
    reserved = [0.06, 0.01, 0.005, 0.005, *[0.0025] * max(0, kind.vcpus - 4)][: kind.vcpus]
    memory = kind.memory_mib * (1 - 0.075) - (255 + 11 * pods) - 100
    resources = {"cpu": kind.vcpus - sum(reserved), "memory": memory * _MIB}
    if kind.kubernetes_accelerator:
        resources[kind.kubernetes_accelerator] = float(kind.accelerators * _shares(labels, kind))
    known = {"node.kubernetes.io/instance-type": kind.name, "kubernetes.io/arch": kind.kubernetes_architecture}
    return Node(resources, {**known, **{key: str(value) for key, value in labels.items()}}, taints)


def _shares(labels: Mapping[str, Any], kind: InstanceType) -> int:
    """How many pods share one accelerator: `time-slicing-4` and `mps-8` in the label of the device plugin's config."""
    config = labels.get(DEVICE_CONFIG)
    last = config.rpartition("-")[2] if isinstance(config, str) and kind.has_nvidia else ""
    return int(last) if last.isdecimal() else 1


def _floors(resources: Sequence[Resource]) -> Mapping[tuple[str, str], Sequence[_Floor]]:
    found: defaultdict[tuple[str, str], list[_Floor]] = defaultdict(list)
    for resource in resources:
        if resource.type != SCALED_OBJECT:
            continue
        try:
            spec, namespace = section(resource.inputs, "spec"), _namespace(resource)
            target = text(section(spec, "scaleTargetRef"), "name")
            for trigger in sections(spec, "triggers"):
                if trigger.get("type") == "cron":
                    found[namespace, target].append(_floor(section(trigger, "metadata")))
        except (UnreadableInput, ValueError):
            continue
    return found


def _floor(cron: Mapping[str, Any]) -> _Floor:
    starts, ends = (minutes_of_week(text(cron, key), KUBERNETES) for key in ("start", "end"))
    return _Floor(starts, ends, int(number(cron, "desiredReplicas")))


def _pods(resource: Resource, floors: Mapping[tuple[str, str], Sequence[_Floor]]) -> Iterator[_Pods]:
    try:
        spec = section(resource.inputs, "spec")
        if resource.type == INFERENCE_SERVICE:
            predictor = section(spec, "predictor")
            least, containers = number(predictor, "minReplicas", 1), [section(predictor, "model")]
            own = floors.get((_namespace(resource), f"{_name(resource)}-predictor"), ())
            yield _Pods(resource.urn, int(least), _requests(predictor, containers), predictor, own)
        elif resource.type == DEPLOYMENT:
            pod = section(section(spec, "template"), "spec")
            yield _Pods(resource.urn, int(number(spec, "replicas", 1)), _requests(pod, []), pod)
    except UnreadableInput:
        return


def _requests(pod: Mapping[str, Any], containers: list[Mapping[str, Any]]) -> Mapping[str, float]:
    """What a pod requests; a container without requests requests its limits, as Kubernetes has it."""
    sums: defaultdict[str, float] = defaultdict(float)
    for container in [*containers, *sections(pod, "containers")]:
        declared = section(container, "resources")
        amounts = {**section(declared, "limits"), **section(declared, "requests")}
        for name in amounts:
            sums[name] += quantity(amounts, name) or 0.0
    return dict(sums)


def _namespace(resource: Resource) -> str:
    return text(section(resource.inputs, "metadata"), "namespace", "default")


def _name(resource: Resource) -> str:
    return text(section(resource.inputs, "metadata"), "name", resource.name)


def _spans(pods: Sequence[_Pods]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Each part of the week between two events of schedules: its hours a month, and how many pods there are."""
    events = sorted({0, *(at for each in pods for floor in each.floors for at in floor.starts | floor.ends)})
    for start, end in zip(events, [*events[1:], _WEEK], strict=True):
        counts = (max([each.least, *(floor.pods for floor in each.floors if floor.holds(start))]) for each in pods)
        yield (end - start) * HOURS_A_MONTH / _WEEK, tuple(min(count, _MOST_PODS) for count in counts)


@dataclass(slots=True)
class _Open:
    """A node that is being filled."""

    pool: Pool
    left: dict[str, float] = field(default_factory=dict[str, float])


def _place(pods: Sequence[_Pods], counts: Sequence[int], pools: Sequence[Pool]) -> Mapping[str, int]:
    """The nodes of each pool once every pod has its place; larger pods first, each on the first node that has room."""
    nodes = [_Open(pool, dict(pool.node.resources)) for pool in pools for _ in range(pool.running)]
    opened = {pool.urn: pool.running for pool in pools}
    by_rate = sorted(pools, key=lambda pool: (pool.rate, pool.urn))
    order = sorted(zip(pods, counts, strict=True), key=lambda pair: (_size(pair[0]), pair[0].urn), reverse=True)
    for each, count in order:
        admitting = {pool.urn for pool in pools if _admits(pool.node, each)}
        for _ in range(count):
            node = next((node for node in nodes if node.pool.urn in admitting and _has_room(node, each)), None)
            if node is None:
                pool = next((it for it in by_rate if it.urn in admitting and opened[it.urn] < it.most), None)
                if pool is None:
                    break
                node = _Open(pool, dict(pool.node.resources))
                nodes.append(node)
                opened[pool.urn] += 1
            for name, amount in each.requests.items():
                if name in node.left:
                    node.left[name] -= amount
    return opened


def _size(pods: _Pods) -> tuple[float, float, float]:
    return tuple(pods.requests.get(name, 0.0) for name in (_GPU, "memory", "cpu"))  # pyright: ignore[reportReturnType]


def _has_room(node: _Open, pods: _Pods) -> bool:
    return all(node.left.get(name, 0.0) >= amount for name, amount in _counted(pods).items())


def _counted(pods: _Pods) -> Mapping[str, float]:
    """What a node is filled up with; disks are not, for their size is not that of the instance type."""
    return {name: amount for name, amount in pods.requests.items() if amount and name != "ephemeral-storage"}


def _admits(node: Node, pods: _Pods) -> bool:
    if any(node.resources.get(name, 0.0) < amount for name, amount in _counted(pods).items()):
        return False
    try:
        return tolerated(node.taints, pods.spec) and selected(node.labels, pods.spec)
    except UnreadableInput:
        return False
