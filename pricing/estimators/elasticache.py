"""Amazon ElastiCache: clusters of Valkey and Redis OSS by node, with snapshots, and serverless caches by use."""

from collections.abc import Iterator

from components.facts.cache_nodes import usable_gib
from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from pricing.table import NoPrice
from resources.required import number, sections, text
from resources.resource import Resource

_SERVICE = "elasticache"
_LEAST_GB = {"valkey": 0.1}
"""The least that a serverless cache is charged for, in GB; 1 for other engines (ElastiCache pricing, "Serverless")."""
_PRODUCTS = {"valkey": "Valkey", "redis": "Redis", "memcached": "Memcached"}


@prices("aws:elasticache/replicationGroup:ReplicationGroup")
def replication_group(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The nodes of every shard in all hours, and the daily snapshots beyond the one that is free."""
    inputs = resource.inputs
    if inputs.get("globalReplicationGroupId") is not None:
        yield Gap("the nodes of a secondary cluster are those of its global datastore")
        return
    held = stack.named_usage.cache_gigabytes([text(inputs, "replicationGroupId", ""), resource.name])
    node_type, shards, nodes = text(inputs, "nodeType"), _shards(resource), _nodes(resource)
    yield _hours(resource, stack, node_type, text(inputs, "engine", "redis"), nodes)
    snapshots = number(inputs, "snapshotRetentionLimit", 0)
    if snapshots > 1:
        size, as_if = _snapshot(node_type, shards, held)
        what = f"{snapshots - 1:g} daily snapshots of {size:.4g} GB beyond the free one{as_if}"
        yield stack.charge(resource, _SERVICE, "backup-storage", size * (snapshots - 1), what)


@prices("aws:elasticache/cluster:Cluster")
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The nodes of a lone cluster, or one node more of the replication group that it joins."""
    inputs = resource.inputs
    if inputs.get("replicationGroupId") is None:
        nodes = number(inputs, "numCacheNodes", 1)
        yield _hours(resource, stack, text(inputs, "nodeType"), text(inputs, "engine"), nodes)
        return
    group = stack.source(resource, "replicationGroupId", "aws:elasticache/replicationGroup:ReplicationGroup")
    if group is None:
        yield Gap("the replication group that it joins is not in the stack")
        return
    yield _hours(resource, stack, text(group.inputs, "nodeType"), text(group.inputs, "engine", "redis"), 1)


@prices("aws:elasticache/serverlessCache:ServerlessCache")
def serverless_cache(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The data it holds in all hours, the processing units (ECPU) that requests take, and its snapshots, none free."""
    engine = text(resource.inputs, "engine").lower()
    held = max(stack.share(resource, stack.usage.serverless_cache_gb), _LEAST_GB.get(engine, 1.0))
    hours = held * HOURS_A_MONTH
    yield stack.charge(resource, _SERVICE, f"serverless-{engine}-data", hours, f"data held by serverless {engine}")
    units = stack.share(resource, stack.usage.serverless_cache_million_ecpus)
    yield stack.charge(resource, _SERVICE, f"serverless-{engine}-ecpu", units, f"requests to serverless {engine}")
    snapshots = number(resource.inputs, "snapshotRetentionLimit", 0)
    yield stack.charge(resource, _SERVICE, "backup-storage", held * snapshots, f"{snapshots:g} daily snapshots")


def _shards(resource: Resource) -> float:
    groups = sections(resource.inputs, "nodeGroupConfigurations")
    return number(resource.inputs, "numNodeGroups", float(len(groups)) or 1)


def _nodes(resource: Resource) -> float:
    inputs = resource.inputs
    if inputs.get("numCacheClusters") is not None:
        return number(inputs, "numCacheClusters")
    replicas = number(inputs, "replicasPerNodeGroup", 0)
    groups = sections(inputs, "nodeGroupConfigurations")
    if groups:
        return sum(1 + number(group, "replicaCount", replicas) for group in groups)
    return _shards(resource) * (1 + replicas)


def _hours(resource: Resource, stack: PricedStack, node_type: str, engine: str, nodes: float) -> Charge | Gap:
    product = _PRODUCTS.get(engine.lower(), engine)
    kind = f"{node_type} for {product}"
    sku, what = f"{node_type} ({product})", f"{nodes:g} x {kind}, all hours"
    return stack.machine_hours(resource, _SERVICE, sku, kind, nodes, what)


def _snapshot(node_type: str, shards: float, held: float | None) -> tuple[float, str]:
    """The size of a snapshot in GB: that of the data, or where it isn't known what the cluster can hold."""
    if held is not None:
        return held, ""
    usable = usable_gib(node_type)
    if usable is None:
        raise NoPrice(
            f"the memory of {node_type} is unknown, so snapshots have no size; set usage.cacheGb",
            subject=node_type,
        )
    return shards * usable, ", as if the cluster were full"
