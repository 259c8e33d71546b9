"""The nodes and GPUs of a cluster, by pool, with what each used over the window."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from components.facts.instances import InstanceType, instance_type

from .errors import RightsizeError
from .prometheus import Prometheus, Series, Window

_COVERED = 0.95
"""The share of the window in which the cluster must have been recorded."""

_NODES = "kube_node_labels"
_BUSY = "avg_over_time(DCGM_FI_DEV_GPU_UTIL[5m])"
_ENGINE = "100 * avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[5m])"
_USED = "max_over_time(DCGM_FI_DEV_FB_USED[5m])"
_CORES = 'sum by (node, instance) (rate(node_cpu_seconds_total{mode!~"idle|iowait"}[5m]))'
_MEMORY = "node_memory_MemTotal_bytes - min_over_time(node_memory_MemAvailable_bytes[5m])"
_RATE = (
    'sum by (destination_service_namespace, destination_workload) (rate(istio_requests_total{reporter="source"}[5m]))'
)
_REPLICAS = "kube_deployment_status_replicas_ready"
_MIB = 2**20

Points = Mapping[int, float]
"""Values by time."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU: percent of the time that it worked, and MiB of memory, both for each step."""

    node: str
    busy: Points
    used_mib: Points


@dataclass(slots=True)
class Node:
    """A node and when it was there; cores and MiB that it used."""

    name: str
    times: frozenset[int]
    cores: Points = field(default_factory=dict[int, float])
    memory_mib: Points = field(default_factory=dict[int, float])


@dataclass(slots=True)
class Pool:
    """Nodes of one pool, type and purchase."""

    name: str
    kind: InstanceType
    spot: bool
    nodes: list[Node]
    gpus: list[Gpu]

    def running(self, time: int) -> int:
        """How many nodes there were."""
        return sum(time in node.times for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Model:
    """A deployment that answers requests: requests a second and ready replicas, both for each step."""

    name: str
    rate: Points
    replicas: Points


@dataclass(frozen=True, slots=True)
class Fleet:
    """What was recorded; `unknown` has a sentence for each thing that was not."""

    window: Window
    pools: list[Pool]
    models: list[Model]
    unknown: list[str]


def read_fleet(server: Prometheus, window: Window) -> Fleet:
    """The pools and models of the window.

    Raises:
        RightsizeError: when the window is not recorded as a whole, or no node has labels.
    """
    unknown: list[str] = []
    labelled = server.read(_NODES, window)
    recorded = {time for each in labelled for time in each.values}
    share = len(recorded) / len(window.times)
    if share < _COVERED:
        raise RightsizeError(
            f"{_NODES} is recorded in {share:.0%} of the last {window.days} days, and {_COVERED:.0%} are needed, "
            "because a peak may be in the rest; wait, or read the server that has the history with --prometheus"
        )
    nodes: dict[str, Node] = {}
    pools: dict[tuple[str, str, bool], Pool] = {}
    for name, labels, times in _present(labelled):
        kind = instance_type(labels.get("label_node_kubernetes_io_instance_type", ""))
        if kind is None:
            unknown.append(f"{name}: its instance type is not in {_NODES}, so it is left out")
            continue
        key = (_pool(labels), kind.name, _is_spot(labels))
        pool = pools.setdefault(key, Pool(key[0], kind, key[2], [], []))
        nodes[name] = Node(name, times)
        pool.nodes.append(nodes[name])
    _fill_nodes(server, window, nodes)
    by_node = {node.name: pool for pool in pools.values() for node in pool.nodes}
    _fill_gpus(server, window, by_node, unknown)
    ordered = sorted(pools.values(), key=lambda pool: (pool.name, pool.kind.name, pool.spot))
    return Fleet(window, ordered, _models(server, window), unknown)


def _present(labelled: Iterable[Series]) -> Iterator[tuple[str, Mapping[str, str], frozenset[int]]]:
    """Each node with its labels and when it was there. Its labels may change, and make a further series."""
    found: dict[str, tuple[Mapping[str, str], set[int]]] = {}
    for each in labelled:
        _, times = found.setdefault(each.labels.get("node", ""), (each.labels, set()))
        times.update(each.values)
    for name, (labels, times) in sorted(found.items()):
        yield name, labels, frozenset(times)


def _pool(labels: Mapping[str, str]) -> str:
    names = ("label_karpenter_sh_nodepool", "label_mlplatform_io_pool", "label_eks_amazonaws_com_nodegroup")
    return next((labels[name] for name in names if labels.get(name)), "no pool")


def _is_spot(labels: Mapping[str, str]) -> bool:
    names = ("label_karpenter_sh_capacity_type", "label_eks_amazonaws_com_capacity_type")
    return any(labels.get(name, "").lower() == "spot" for name in names)


def _node_of(labels: Mapping[str, str]) -> str:
    """The node that a series is from: its label `node`, that of DCGM, or its target without the port."""
    return labels.get("node") or labels.get("Hostname") or labels.get("instance", "").partition(":")[0]


def _fill_nodes(server: Prometheus, window: Window, nodes: Mapping[str, Node]) -> None:
    for each in server.read(_CORES, window):
        if node := nodes.get(_node_of(each.labels)):
            node.cores = each.values
    for each in server.read(_MEMORY, window):
        if node := nodes.get(_node_of(each.labels)):
            node.memory_mib = {time: value / _MIB for time, value in each.values.items()}


def _fill_gpus(server: Prometheus, window: Window, pools: Mapping[str, Pool], unknown: list[str]) -> None:
    busy = _by_gpu(server.read(_ENGINE, window)) or _by_gpu(server.read(_BUSY, window))
    used = _by_gpu(server.read(_USED, window))
    for key in sorted(busy.keys() | used.keys()):
        if pool := pools.get(key[0]):
            pool.gpus.append(Gpu(key[0], busy.get(key, {}), used.get(key, {})))
    for name in sorted({node for node, _ in busy.keys() | used.keys()} - pools.keys()):
        unknown.append(f"{name}: has GPUs, and {_NODES} does not name it, so its pool and price are not known")


def _by_gpu(series: Iterable[Series]) -> dict[tuple[str, str], dict[int, float]]:
    """The highest value of each GPU by node and number: each pod on a shared GPU has a series of its own."""
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for each in series:
        points = found[_node_of(each.labels), each.labels.get("gpu", "")]
        for time, value in each.values.items():
            points[time] = max(points.get(time, 0.0), value)
    return dict(found)


def _models(server: Prometheus, window: Window) -> list[Model]:
    replicas = {
        (each.labels.get("namespace", ""), each.labels.get("deployment", "")): each.values
        for each in server.read(_REPLICAS, window)
    }
    found: list[Model] = []
    for each in server.read(_RATE, window):
        key = (each.labels.get("destination_service_namespace", ""), each.labels.get("destination_workload", ""))
        if key in replicas:
            found.append(Model("/".join(key), each.values, replicas[key]))
    return sorted(found, key=lambda model: model.name)
