"""Checks that the nodes can run the pods of models and of the platform, and that the subnets have enough addresses."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from components.core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL, NVIDIA_LABEL, NVIDIA_TAINT
from components.core.pod_sizes import mebibytes, millicpus
from components.core.problems import Place, Problem
from components.network.subnet_plan import plan_subnets
from components.serving.model_service.spec import ModelServiceSpec
from components.serving.serving_platform.names import Runtime
from stacks.nodes import Nodes, Shape, nodes_of
from stacks.platform_pods import platform_pods

if TYPE_CHECKING:
    from stacks.config import StackConfig

AMD64_RUNTIMES = (Runtime.HUGGINGFACE, Runtime.MLSERVER)
"""The model servers with images only for amd64. Triton also has images for arm64.

Source: kserve/kserve, .github/workflows/huggingface-docker-publish.yml, platforms; SeldonIO/MLServer, issue 2057.
"""
DOWNLOAD_CPU, DOWNLOAD_MEMORY = 500, 4096
"""The requests of KServe's init container, which downloads a model that is not cached on its node: millicpu and MiB."""
AGENT_CPU, AGENT_MEMORY, AGENT_MEMORY_LIMIT = 100, 100, 1024
"""The requests and the limit of KServe's agent, which logs predictions: millicpu and MiB.

Source: kserve v0.20.0, charts/kserve-resources, ConfigMap inferenceservice-config.
"""
ADDRESSES_A_NODE = 33
"""The minimum number of addresses of a node with pods: its own, a prefix of 16 in use and a warm prefix of 16.

Source: Amazon EKS best practices guide, "Prefix mode for Linux", WARM_PREFIX_TARGET.
"""
RESERVED_ADDRESSES = 5
"""Addresses that AWS reserves in each subnet. Source: Amazon VPC user guide, "Subnet CIDR blocks"."""
_FIELDS = {"gpuShare": "gpu_share", "storageGib": "storage_gib"}
SYSTEM_TAINTS = frozenset({"CriticalAddonsOnly"})
"""Taints that the platform's own pods tolerate."""


class Misfit(NamedTuple):
    """Why a model does not fit a pool: the model's field that does not fit, and the reason.

    `stage` is the number of the failed check. A pool that fails a later check is a closer match.
    """

    stage: int
    field: str
    reason: str


def placement_problems(config: "StackConfig") -> Iterator[Problem]:
    """Yield a problem for models and platform pods that fit no node, and for nodes without enough addresses."""
    if not config.gpu_cluster:
        return
    pools = nodes_of(config.gpu_cluster)
    yield from _system(config, pools)
    yield from _addresses(config, pools)
    if config.model_serving:
        yield from _runtimes(config, pools)
        yield from _models(config, pools)


def misfit(model: ModelServiceSpec, pool: Nodes, cached_on: Sequence[str] = ()) -> Misfit | None:
    """Return why no node of `pool` can run a replica of `model`, or None if a node can.

    `cached_on` contains the pools of the model's cache group.
    """
    wants_gpu = bool(model.gpus or model.gpu_share)
    gpu_field = "gpuShare" if model.gpu_share else "gpus"
    if cached_on and pool.name not in cached_on:
        return Misfit(0, "cache", f"is not in its cache group, {', '.join(cached_on)}")
    if wants_gpu and not pool.has_gpus:
        return Misfit(0, gpu_field, "has no GPU")
    tolerated = {NVIDIA_TAINT} if wants_gpu else set[str]()
    if foreign := sorted(pool.taints - tolerated):
        return Misfit(
            0,
            gpu_field,
            f"has the taint {foreign[0]}, which models {'with' if wants_gpu else 'without'} GPUs do not tolerate",
        )
    if pool.architecture == "arm64" and model.runtime in AMD64_RUNTIMES:
        return Misfit(1, "runtime", f"is arm64, and the image of runtime {model.runtime} is for amd64 alone")
    sharing = pool.labels.get(DEVICE_PLUGIN_CONFIG_LABEL)
    if model.gpu_share and sharing != (requested := f"{model.gpu_share.mode}-{model.gpu_share.pods}"):
        return Misfit(2, "gpuShare", f"shares its GPUs as {sharing or 'its image does'}, not {requested}")
    if model.gpus and sharing not in (None, "exclusive"):
        return Misfit(2, "gpus", f"shares its GPUs ({sharing}), and gpus asks for whole ones")
    if model.gpus and NVIDIA_LABEL not in pool.labels:
        return Misfit(2, "gpus", f"lacks the label {NVIDIA_LABEL}")
    largest_first = sorted(pool.shapes, key=lambda shape: (shape.gpus, shape.cpu), reverse=True)
    found = [_short(model, shape) for shape in largest_first]
    return None if None in found else max((each for each in found if each), key=lambda each: each.stage)


def _short(model: ModelServiceSpec, shape: Shape) -> Misfit | None:
    gpus, cpu, memory = _demand(model)
    if gpus > shape.gpus:
        return Misfit(3, "gpus", f"has {shape.gpus} GPU{'s' * (shape.gpus != 1)} a node ({shape.instance_type})")
    if cpu > shape.cpu:
        left = f"has {shape.cpu / 1000:.1f} CPUs a node for pods ({shape.instance_type})"
        return Misfit(4, "cpu", left if memory <= shape.memory else f"{left} and {shape.memory / 1024:.1f} GiB")
    if memory > shape.memory:
        return Misfit(5, "memory", f"has {shape.memory / 1024:.1f} GiB a node for pods ({shape.instance_type})")
    if model.storage_gib > shape.disk:
        return Misfit(6, "storageGib", f"has {shape.disk} GiB of disk a node for pods ({shape.instance_type})")
    return None


def _demand(model: ModelServiceSpec, agent_memory: int = AGENT_MEMORY) -> tuple[int, int, int]:
    """GPUs, millicpu and MiB of a replica: the larger request of its server and its download container."""
    cpu, memory = millicpus(model.cpu), mebibytes(model.memory)
    if model.prediction_logs:
        cpu, memory = cpu + AGENT_CPU, memory + agent_memory
    if not model.cache:
        cpu, memory = max(cpu, DOWNLOAD_CPU), max(memory, DOWNLOAD_MEMORY)
    return model.gpus or int(bool(model.gpu_share)), cpu, memory


def _models(config: "StackConfig", pools: Sequence[Nodes]) -> Iterator[Problem]:
    serving = config.model_serving
    groups = {group.name: group.nodes for group in serving.platform.model_cache} if serving else {}
    placed: list[tuple[int, ModelServiceSpec, list[Nodes]]] = []
    for index, model in enumerate(serving.models if serving else ()):
        cached_on = groups.get(model.cache.group, ()) if model.cache else ()
        found = {pool.name: misfit(model, pool, cached_on) for pool in pools}
        fitting = [pool for pool in pools if not found[pool.name]]
        at: Place = ("modelServing", "models", index)
        if not fitting:
            reasons = [f"pool {name} {each.reason}" for name, each in found.items() if each]
            nearest = max((each for each in found.values() if each), key=lambda each: each.stage)
            value = getattr(model, _FIELDS.get(nearest.field, nearest.field))
            yield Problem(
                (*at, nearest.field),
                _plain(value),
                f"no node can run a replica of {model.name}: {'; '.join(reasons)}. Add a pool whose nodes can, or ask "
                "for less",
            )
            continue
        placed.append((index, model, fitting))
        fits, least = sum(slots(model, pool) for pool in fitting), least_replicas(model)
        if least + 1 > fits:
            names, canary = ", ".join(pool.name for pool in fitting), ", with the canary" * bool(model.canary)
            yield Problem(
                (*at, "minimum"),
                model.minimum,
                f"{model.name} needs room for {least + 1} replicas: its minimum{canary}, and one more while a new "
                f"version rolls out. Pool {names} has room for {fits}; raise the pool's maximum, or lower the model's "
                "minimum",
            )
            return
    yield from _together(config, pools, placed)
    yield from _quotas(config)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value) if isinstance(value, str) else value


def least_replicas(model: ModelServiceSpec) -> int:
    """The minimum number of replicas of a model, including its canary."""
    canary = ceil(model.minimum * model.canary.percent / 100) if model.canary else 0
    return model.minimum + (max(1, canary) if model.canary else 0)


def slots(model: ModelServiceSpec, pool: Nodes, *, peak: bool = False) -> int:
    """The number of replicas of a model that fit a pool without other pods."""
    gpus, cpu, memory = _demand(model)
    most = 0
    for shape in pool.shapes:
        each = min(shape.cpu // cpu, shape.memory // memory, shape.gpus // gpus if gpus else shape.cpu)
        nodes = pool.peak if peak else pool.maximum
        most = max(most, each * nodes)
    if pool.gpu_limit is not None and gpus:
        most = min(most, pool.gpu_limit // gpus)
    return most


def _together(
    config: "StackConfig", pools: Sequence[Nodes], placed: Sequence[tuple[int, ModelServiceSpec, list[Nodes]]]
) -> Iterator[Problem]:
    """Models that compete for the same pools: all of their minimums must fit, and one more replica of the largest."""
    platform = platform_pods(config)
    for names in {frozenset(pool.name for pool in fitting) for _, _, fitting in placed}:
        inside = [model for _, model, fitting in placed if {pool.name for pool in fitting} <= names]
        if len(inside) < 2:
            continue
        there = [pool for pool in pools if pool.name in names]
        carried = platform if any(_carries_platform(pool) for pool in there) else ()
        demands = [
            sum(_demand(model)[part] * least_replicas(model) for model in inside)
            + max(_demand(model)[part] for model in inside)
            + (sum((0, each.cpu, each.memory)[part] * each.replicas for each in carried))
            for part in range(3)
        ]
        for what, requested, has in zip(("GPUs", "CPUs", "GiB of memory"), demands, _capacity(there), strict=True):
            if has is not None and requested > has:
                unit = {"GPUs": 1, "CPUs": 1000, "GiB of memory": 1024}[what]
                yield Problem(
                    ("modelServing", "models"),
                    [model.name for model in inside],
                    f"the minimums of these models, with one more replica while a version rolls out, need "
                    f"{requested / unit:,.0f} {what}, and pools {', '.join(sorted(names))} have {has / unit:,.0f}. "
                    "Raise a pool's maximum, or lower a model's minimum",
                )
                return


def _quotas(config: "StackConfig") -> Iterator[Problem]:
    """Models in a team's namespace fit its quota at their minimum, with one more replica while a version rolls out."""
    serving = config.model_serving
    for team in config.delivery.teams if config.delivery else ():
        limits = (
            ("gpus", team.quota.gpus, 1),
            ("cpu", team.quota.cpu, 1000),
            ("memoryGib", team.quota.memory_gib, 1024),
        )
        for home in team.homes:
            here = [model for model in (serving.models if serving else ()) if model.namespace == home]
            for part, (field, limit, unit) in enumerate(limits):
                # The quota bounds limits of memory, too.
                demands = {model.name: _demand(model, AGENT_MEMORY_LIMIT)[part] for model in here}
                requested = sum(demands[model.name] * least_replicas(model) for model in here)
                requested += max(demands.values(), default=0)
                if requested > limit * unit:
                    yield Problem(
                        ("modelServing", "models"),
                        [model.name for model in here],
                        f"the minimums of the models in {home}, with one more replica while a version rolls out, need "
                        f"{field} {requested / unit:,.0f}, and the quota of team {team.name} is {limit}; raise "
                        f"quota.{field}, or lower a minimum",
                    )
                    return


def _capacity(pools: Sequence[Nodes]) -> tuple[int, int | None, int | None]:
    """GPUs, millicpu and MiB of all nodes; None if Karpenter has no limit."""
    managed = [pool for pool in pools if pool.is_managed]
    other = [pool for pool in pools if not pool.is_managed]
    gpus = sum(pool.shapes[0].gpus * pool.maximum for pool in managed) + sum(pool.gpu_limit or 0 for pool in other)
    cpu = sum(pool.shapes[0].cpu * pool.maximum for pool in managed) + sum(pool.cpu_limit or 0 for pool in other)
    memory = None if other else sum(pool.shapes[0].memory * pool.maximum for pool in managed)
    return gpus, cpu, memory


def _runtimes(config: "StackConfig", pools: Sequence[Nodes]) -> Iterator[Problem]:
    """A model server needs a node without a GPU whose architecture its image supports."""
    offered = config.model_serving.platform.runtimes if config.model_serving else ()
    amd64_only = [str(each) for each in offered if each in AMD64_RUNTIMES]
    without_gpu = [pool for pool in pools if not pool.has_gpus and pool.taints <= SYSTEM_TAINTS]
    plain = [pool for pool in without_gpu if not pool.taints] or without_gpu
    if amd64_only and plain and all(pool.architecture == "arm64" for pool in plain):
        yield Problem(
            ("modelServing", "platform", "runtimes"),
            [str(each) for each in offered],
            f"the images of {' and '.join(amd64_only)} are for amd64 alone, and the pools for pods without a GPU "
            f"({', '.join(pool.name for pool in plain)}) are arm64; add a pool of amd64 nodes such as m7i.large, or "
            "offer triton alone",
        )


def _carries_platform(pool: Nodes) -> bool:
    return pool.is_managed and not pool.has_gpus and pool.taints <= SYSTEM_TAINTS


def _system(config: "StackConfig", pools: Sequence[Nodes]) -> Iterator[Problem]:
    """Each platform pod fits a node of the system pools, and all of them fit these pools together."""
    system = [pool for pool in pools if _carries_platform(pool)]
    platform = platform_pods(config)
    if not system:
        return
    first = system[0]
    for pod in platform:
        if not any(pod.cpu <= pool.shapes[0].cpu and pod.memory <= pool.shapes[0].memory for pool in system):
            yield _too_small(first, f"a pod of {pod.name} requests {pod.cpu}m CPU and {pod.memory:,} MiB")
            return
    sums = (sum(pod.cpu * pod.replicas for pod in platform), sum(pod.memory * pod.replicas for pod in platform))
    has = (
        sum(pool.shapes[0].cpu * pool.maximum for pool in system),
        sum(pool.shapes[0].memory * pool.maximum for pool in system),
    )
    if sums[0] > has[0] or sums[1] > has[1]:
        nodes = sum(pool.maximum for pool in system)
        yield _too_small(
            first,
            f"the platform's own pods request {sums[0]:,}m CPU and {sums[1]:,} MiB, and {nodes} nodes at most have "
            f"{has[0]:,}m and {has[1]:,} MiB",
        )
    if config.kubeflow and all(pool.architecture == "arm64" for pool in system):
        # Source: kubeflow/pipelines, issue 10309: "build and publish ARM images for kubeflow pipelines".
        yield Problem(
            (*first.at, "instanceTypes"),
            [shape.instance_type for shape in first.shapes],
            "the images of Kubeflow Pipelines are for amd64 alone, and the pools that run them are arm64; take an "
            "amd64 type such as m7i.xlarge",
        )


def _too_small(pool: Nodes, need: str) -> Problem:
    shape = pool.shapes[0]
    return Problem(
        (*pool.at, "instanceTypes"),
        [shape.instance_type],
        f"a {shape.instance_type} has {shape.cpu:,}m CPU and {shape.memory:,} MiB for pods, and {need}; take a larger "
        "type such as m7i.large, or raise maximum",
    )


def _addresses(config: "StackConfig", pools: Sequence[Nodes]) -> Iterator[Problem]:
    """Private subnets have enough addresses for the peak number of nodes and for their pods."""
    network = config.network
    zones = network.zones or tuple("abc"[: network.zone_count])
    if network.existing:
        private = [IPv4Network(each.cidr) for each in network.existing.private_subnets]
    else:
        private = [each.private for each in plan_subnets(IPv4Network(network.vpc_cidr), zones)]
    free = {zone: cidr.num_addresses - RESERVED_ADDRESSES for zone, cidr in zip(zones, private, strict=True)}
    nodes = sum(pool.peak for pool in pools)
    if (needed := nodes * ADDRESSES_A_NODE) > (has := sum(free.values())):
        largest = max(pools, key=lambda pool: pool.peak)
        yield Problem(
            ("network", "vpcCidr"),
            network.vpc_cidr,
            f"{nodes} nodes at their peak, {largest.peak} of them in pool {largest.name}, take {needed:,} addresses "
            f"for themselves and their pods, and the private subnets of {len(free)} zones have {has:,}; take a larger "
            "range, up to /16, or lower the maximum of pools",
        )
        return
    for index, pool in enumerate(config.gpu_cluster.node_pools if config.gpu_cluster else ()):
        in_one_zone = pool.zone or pool.efa
        has = free.get(pool.zone or "", max(free.values()))
        if in_one_zone and pool.peak * ADDRESSES_A_NODE > has:
            yield Problem(
                ("gpuCluster", "nodePools", index, "maximum"),
                pool.maximum,
                f"{pool.peak} nodes in one zone take {pool.peak * ADDRESSES_A_NODE:,} addresses for themselves and "
                f"their pods, and its private subnet has {has:,}; take a larger vpcCidr, or lower maximum",
            )
