"""How many series a stack has, what they cost, and why its collector and engine were chosen."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from components.observability.metrics.pod_target import PodTarget
from components.observability.metrics.spec import Collector, MetricsEngine, MetricsPlatformSpec
from components.observability.metrics.targets import pod_targets
from pricing.table import PriceNotFound, PriceTable, load_table
from stacks.config import StackConfig
from stacks.metrics import metrics_spec
from stacks.nodes import nodes_of
from stacks.platform_pods import platform_pods
from stacks.sizing import Decision

_SECONDS_A_MONTH = 730 * 3600
_NODE_SERIES = 80
"""Series of a node after the keep lists: node exporter, kubelet, and the node's objects."""
_POD_SERIES = 35
"""Series of a pod and its containers: cAdvisor and kube-state-metrics."""
_DAEMONS = 7
"""Pods that run on every node: network, storage, identity, monitoring agent and exporter."""
_FIRST_TIER = 2_000_000_000
_UNIT = 10_000_000


class Load(NamedTuple):
    """What is read in a month."""

    nodes: float
    pods: float
    series: float
    samples: float


def samples_million(config: StackConfig) -> int:
    """The samples of the stack's nodes and parts, in millions a month; none without metrics."""
    return math.ceil(metrics_load(config).samples / 1_000_000) if config.metrics else 0


def metrics_load(config: StackConfig) -> Load:
    """Nodes, pods, series and samples of an average hour, a month long.

    A pool has the nodes of usage.averageNodes, or its minimum and half of what a schedule adds; a Karpenter pool the
    share of its limits that usage assumes.
    """
    spec = metrics_spec(config)
    nodes, accelerated = _nodes(config)
    pods = sum(each.replicas for each in platform_pods(config)) + nodes * _DAEMONS + 2 * accelerated
    everywhere = nodes * _NODE_SERIES + pods * _POD_SERIES
    samples = everywhere * _SECONDS_A_MONTH / spec.scrape_seconds
    series = everywhere
    for target in pod_targets(spec.exporters, spec.model_namespaces):
        of_target = target.series * _answering(target, config, accelerated)
        series += of_target
        samples += of_target * _SECONDS_A_MONTH / (target.seconds or spec.scrape_seconds)
    return Load(nodes, pods, series, samples)


def _nodes(config: StackConfig) -> tuple[float, float]:
    """The average nodes, and those of them with GPUs."""
    everywhere, accelerated = 0.0, 0.0
    for pool in nodes_of(config.gpu_cluster) if config.gpu_cluster else ():
        found = config.usage.average_nodes.get(pool.name)
        if found is None:
            found = pool.maximum * config.usage.karpenter_limit_share
            if pool.is_managed:
                managed = next(each for each in config.gpu_cluster.node_pools if each.name == pool.name)  # pyright: ignore[reportOptionalMemberAccess]
                found = managed.minimum + (pool.peak - pool.maximum) / 2
        everywhere += found
        accelerated += found if pool.has_gpus else 0
    return everywhere, accelerated


def _answering(target: PodTarget, config: StackConfig, accelerated: float) -> float:
    """The pods of a target: two of a controller, one for each node with GPUs, one model for each GPU."""
    if target.job == "gpus":
        return accelerated
    if target.job.startswith("models-"):
        return accelerated / 3
    if target.job == "istio-gateway" and config.model_serving:
        return config.model_serving.platform.gateway_minimum
    return 2


def metrics_decisions(config: StackConfig) -> tuple[Decision, ...]:
    """The collector and the engine with the costs of the others; none without metrics."""
    spec = config.metrics
    if not spec:
        return ()
    load, table = metrics_load(config), load_table(config.environment.region)
    return tuple(_decisions(spec, load, table))


def _decisions(spec: MetricsPlatformSpec, load: Load, table: PriceTable) -> Iterator[Decision]:
    counted = (
        f"{load.series:,.0f} series of {load.nodes:,.0f} nodes and {load.pods:,.0f} pods make "
        f"{load.samples / 1e9:,.2f} billion samples a month"
    )
    managed, disks = _ingest(load, table), _disks(spec, table)
    if spec.engine is MetricsEngine.AMP:
        why = (
            f"{counted}: {managed} USD to ingest, stored in three zones. In the cluster, "
            f"{_count(spec.replicas, 'disk')} would cost {disks}, and metrics would be lost with the cluster."
        )
        yield Decision("metrics.engine", {"engine": str(spec.engine)}, why)
        yield Decision("metrics.collector", {"collector": str(spec.collector)}, _collector(spec))
    else:
        why = (
            f"{counted}. {_count(spec.replicas, 'disk')} for {disks} USD, besides memory on the system pool; metrics "
            f"are lost with the cluster. Amazon Managed Service for Prometheus would ingest them for {managed}."
        )
        yield Decision("metrics.engine", {"engine": str(spec.engine)}, why)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _collector(spec: MetricsPlatformSpec) -> str:
    if spec.collector is Collector.SCRAPER:
        return (
            "AWS charges the managed scraper by the hour and by the sample, beside the ingestion; no published price "
            "was found. It needs every namespace open to the VPC, and a workspace without a customer key. Pods on the "
            "system pool would cost nothing more."
        )
    return (
        f"{_count(spec.replicas, 'pod')} of 200m CPU and {spec.memory} on the system pool, which has room for them. "
        "AWS would charge the managed scraper by the hour and by the sample, beside the ingestion; it needs every "
        "namespace open to the VPC, and a workspace without a customer key."
    )


def _ingest(load: Load, table: PriceTable) -> str:
    """The monthly list price of the ingestion, formatted; "unpriced" where the region has no price."""
    first = min(load.samples, _FIRST_TIER)
    try:
        cost = table.price("amp", "ingest-first-2B-samples").on_demand * first / _UNIT
        if load.samples > first:
            cost += table.price("amp", "ingest-next-250B-samples").on_demand * (load.samples - first) / _UNIT
    except PriceNotFound:
        return "unpriced"
    return f"{cost:,.2f}"


def _disks(spec: MetricsPlatformSpec, table: PriceTable) -> str:
    try:
        price = table.price("ebs", "gp3-storage").on_demand
    except PriceNotFound:
        return "unpriced"
    return f"{price * spec.storage_gib * spec.replicas:,.2f}"
