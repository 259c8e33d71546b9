"""Caches worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from components.facts.cache_nodes import NODES, usable_gib
from pricing.estimate import Estimate, Line, estimate
from pricing.table import PRICES, load_table, read_rows
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import component, referring, resource

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage))


def group(node_type: Any = "cache.r6g.16xlarge", shards: Any = 2.0, replicas: Any = 1.0, **inputs: Any) -> Resource:
    sizes = {"nodeType": node_type, "numNodeGroups": shards, "replicasPerNodeGroup": replicas}
    return resource(GROUP, "store", **{"engine": "valkey", **sizes, **inputs})


def only(result: Estimate) -> Line:
    assert result.unpriced == ()
    assert len(result.lines) == 1, [line.what for line in result.lines]
    return result.lines[0]


def line(result: Estimate, what: str) -> Line:
    found = [line for line in result.lines if what in line.what]
    assert len(found) == 1, [line.what for line in result.lines]
    return found[0]


def test_two_shards_with_a_replica_each_on_valkey() -> None:
    # 4 nodes x 730 h = 2,920 h; x 5.2536 = 15,340.512. One year: 2,920 x 3.5856 = 10,469.952.
    nodes = only(priced(group()))
    assert nodes.what == "4 x cache.r6g.16xlarge for Valkey, all hours"
    assert (nodes.quantity, nodes.unit, nodes.unit_price) == (2_920, "node-hour", 5.2536)
    assert (nodes.monthly, nodes.one_year, nodes.spot) == (15_340.512, 10_469.952, None)
    assert nodes.component == "ml"


def test_the_same_on_redis() -> None:
    # 2,920 h x 6.567 = 19,175.64. One year: 2,920 x 4.482 = 13,087.44.
    nodes = only(priced(group(engine="redis")))
    assert (nodes.monthly, nodes.one_year) == (19_175.64, 13_087.44)


def test_an_engine_that_is_not_said_is_redis() -> None:
    without = resource(GROUP, "store", nodeType="cache.r6g.16xlarge", numNodeGroups=2.0, replicasPerNodeGroup=1.0)
    assert only(priced(without)).monthly == 19_175.64


def test_data_tiering() -> None:
    # 3 shards x 2 x 730 h = 4,380 h; x 1.248 = 5,466.24; on Redis x 1.56 = 6,832.80.
    assert only(priced(group("cache.r6gd.2xlarge", 3.0, dataTieringEnabled=True))).monthly == 5_466.24
    assert only(priced(group("cache.r6gd.2xlarge", 3.0, engine="redis"))).monthly == 6_832.80


COUNTS: list[tuple[dict[str, Any], int]] = [
    ({"numCacheClusters": 3.0}, 3),
    ({}, 1),
    ({"nodeGroupConfigurations": [{"replicaCount": 2.0}, {"replicaCount": 0.0}]}, 4),
    ({"nodeGroupConfigurations": [{}, {}], "replicasPerNodeGroup": 1.0}, 4),
]


@pytest.mark.parametrize(("inputs", "nodes"), COUNTS)
def test_every_way_of_counting_nodes(inputs: dict[str, Any], nodes: int) -> None:
    # A node: 730 h x 0.3288 = 240.024.
    one = resource(GROUP, "store", engine="valkey", nodeType="cache.r6g.xlarge", **inputs)
    assert only(priced(one)).monthly == pytest.approx(nodes * 240.024)


def test_snapshots_after_the_first_cost_the_size_of_the_data() -> None:
    # 7 kept, 6 paid: 6 x 400 GB x 0.085 = 204.00.
    week = group(snapshotRetentionLimit=7.0, replicationGroupId="prod-store")
    snapshots = line(priced(week, cache_gb={"store": 400}), "daily snapshots")
    assert (snapshots.what, snapshots.monthly) == ("6 daily snapshots of 400 GB beyond the free one", 204.0)
    assert only(priced(group(snapshotRetentionLimit=1.0))).unit == "node-hour"
    # 2 kept, one paid: 400 x 0.085 = 34.00.
    two = group(snapshotRetentionLimit=2.0, replicationGroupId="prod-store")
    assert line(priced(two, cache_gb={"store": 400}), "daily snapshots").monthly == 34.0


def test_snapshots_of_unknown_data_are_of_a_full_cluster() -> None:
    # 2 shards x 419.09 x 0.75 = 628.635 GB; 6 x 628.635 x 0.085 = 320.6039.
    snapshots = line(priced(group(snapshotRetentionLimit=7.0)), "as if the cluster were full")
    assert snapshots.quantity == pytest.approx(6 * 628.635)
    assert snapshots.monthly == pytest.approx(320.6039, abs=1e-4)


def test_snapshots_of_nodes_that_are_not_listed_are_unpriced() -> None:
    old = group("cache.r3.large", snapshotRetentionLimit=7.0)
    assert "set usage.cacheGb" in priced(old).reasons[old.urn]


def test_a_lone_cluster_and_a_node_that_joins_a_group() -> None:
    # 2 x 730 x 0.032 = 46.72; a node more of the group: 730 x 5.2536 = 3,835.128.
    lone = resource(CLUSTER, "lone", engine="redis", nodeType="cache.t4g.small", numCacheNodes=2.0)
    assert only(priced(lone)).monthly == 46.72
    of = group()
    joining = referring(resource(CLUSTER, "joining", replicationGroupId=UNKNOWN), {"replicationGroupId": [of]})
    assert line(priced(of, joining), "1 x cache.r6g.16xlarge").monthly == 3_835.128
    assert "not in the stack" in priced(joining).reasons[joining.urn]


def test_serverless_by_what_it_holds_and_does() -> None:
    # 100 GB x 730 h x 0.084 = 6,132.00; 5,000 million ECPUs x 0.0023 = 11.50.
    # On Redis x 0.125 = 9,125.00; x 0.0034 = 17.00.
    usage = {"serverless_cache_gb": 100, "serverless_cache_million_ecpus": 5_000}
    for engine, data, requests in (("valkey", 6_132.0, 11.5), ("redis", 9_125.0, 17.0)):
        result = priced(resource(SERVERLESS, "cache", engine=engine), **usage)
        assert line(result, "data held").monthly == pytest.approx(data)
        assert line(result, "requests").monthly == pytest.approx(requests)
        assert result.monthly == pytest.approx(data + requests)


def test_every_snapshot_of_a_serverless_cache_costs() -> None:
    # 20 GB x 3 snapshots x 0.085 = 5.10.
    cache = resource(SERVERLESS, engine="valkey", snapshotRetentionLimit=3.0)
    result = priced(cache, serverless_cache_gb=20, serverless_cache_million_ecpus=0)
    assert [line.monthly for line in result.lines if "snapshots" in line.what] == [5.1]


def test_serverless_caches_share_what_the_stack_uses() -> None:
    both = [resource(SERVERLESS, name, engine="valkey") for name in ("one", "two")]
    assert priced(*both).monthly == pytest.approx(priced(both[0]).monthly)


def test_unreadable_cache_is_unpriced() -> None:
    for odd, why in (
        (group(UNKNOWN), "nodeType is known only after the deployment"),
        (group("cache.x9.large"), "no price of elasticache cache.x9.large (Valkey)"),
        (group(shards=UNKNOWN), "numNodeGroups is known only"),
        (group(globalReplicationGroupId="g"), "global datastore"),
        (resource(CLUSTER, "m", engine="memcached", nodeType="cache.m7g.large"), "(Memcached)"),
    ):
        result = priced(odd)
        assert why in result.reasons[odd.urn]
        assert result.monthly == 0


def test_a_commitment_is_advised_for_nodes_that_run_in_all_hours() -> None:
    # 15,340.512 - 10,469.952 = 4,870.56
    saving = priced(group()).savings[0]
    assert saving.monthly == 4_870.56
    assert "one-year commitment for 4 cache.r6g.16xlarge for Valkey" in saving.what


def test_a_name_in_the_usage_that_is_no_cache_is_a_fault() -> None:
    (fault,) = priced(group(), cache_gb={"stroe": 3}).faults
    assert fault.startswith("usage.cacheGb.stroe = 3: no cache of the stack has this name")
    assert priced(group(), cache_gb={"store": 3}).faults == ()


def test_unlisted_node_types_hold_nothing_known() -> None:
    for strange in ("cache.r6gd.large", "cache.r9.large", "r6g.large", "cache.t4g", ""):
        assert usable_gib(strange) is None


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"])
def test_every_listed_node_type_has_a_price_on_both_engines(region: str) -> None:
    table = load_table(region)
    for name in NODES:
        valkey, redis = (table.price("elasticache", f"{name} ({engine})") for engine in ("Valkey", "Redis"))
        # "Valkey is priced 20% lower than other engines" - ElastiCache pricing.
        assert valkey.on_demand == pytest.approx(0.8 * redis.on_demand, rel=0.001)
        assert valkey.one_year is None or "one-year-derived" in valkey.mark


def test_memory_is_that_of_the_price_list() -> None:
    for (service, sku), row in read_rows(PRICES / "us-east-1.csv").items():
        if service == "elasticache" and row.note.startswith("mem "):
            node = NODES[sku.partition(" ")[0]]
            assert row.note.startswith(f"mem {node.memory:g} GiB")
            assert not node.ssd or f"SSD {node.ssd:g} GiB" in row.note


@pytest.mark.parametrize(("engine", "least"), [("valkey", 0.1), ("redis", 1.0)])
def test_a_serverless_cache_is_charged_for_a_least_size(engine: str, least: float) -> None:
    cache = resource("aws:elasticache/serverlessCache:ServerlessCache", engine=engine)
    data = next(line for line in priced(cache, serverless_cache_gb=0).lines if "data held" in line.what)
    assert data.quantity == least * 730
