"""Kafka clusters, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from pricing.lines import Estimate
from resources.resource import UNKNOWN, Resource
from tests.support.components.streams import serverless
from tests.support.pricing.build import priced, resource

USAGE: dict[str, Any] = {
    "streams": {"writtenGb": 1000, "reads": 3, "storedGb": 230, "tieredGb": 2000, "tieredReadGb": 100}
}


def cluster(kind: Any = "kafka.m7g.large", brokers: Any = 3.0, size: Any = 100.0, **inputs: Any) -> Resource:
    disk = {"ebsStorageInfo": {"volumeSize": size}}
    group = {"instanceType": kind} if str(kind).startswith("express.") else {"instanceType": kind, "storageInfo": disk}
    return resource(
        "aws:msk/cluster:Cluster", "events", numberOfBrokerNodes=brokers, brokerNodeGroupInfo=group, **inputs
    )


def costs(found: Estimate) -> dict[str, float]:
    assert found.gaps == ()
    return {line.what: line.monthly for line in found.lines}


def test_three_brokers_with_their_disks() -> None:
    # 3 x 730 h x 0.204 = 446.76; 3 x 100 GB x 0.10 = 30.
    assert costs(priced(cluster())) == {
        "3 x kafka.m7g.large, all hours": pytest.approx(446.76),
        "3 disks of 100 GB": pytest.approx(30.0),
    }


def test_tiered_storage_is_charged_by_what_it_keeps() -> None:
    # 2,000 GB x 0.06 = 120; 100 GB x 0.0015 = 0.15.
    found = costs(priced(cluster(storageMode="TIERED"), **USAGE))
    assert found["records in tiered storage"] == pytest.approx(120.0)
    assert found["records read from tiered storage"] == pytest.approx(0.15)


def test_throughput_beyond_what_is_included() -> None:
    disk = {"volumeSize": 100.0, "provisionedThroughput": {"enabled": True, "volumeThroughput": 300.0}}
    group = {"instanceType": "kafka.m7g.4xlarge", "storageInfo": {"ebsStorageInfo": disk}}
    made = resource("aws:msk/cluster:Cluster", "events", numberOfBrokerNodes=3.0, brokerNodeGroupInfo=group)
    # 3 x 50 MiB/s x 0.08 = 12.
    assert costs(priced(made))["throughput of disks above 250 MiB a second"] == pytest.approx(12.0)


def test_express_brokers_are_charged_by_what_they_keep() -> None:
    # 3 x 730 h x 0.408 = 893.52; 1,000 GB x 0.01 = 10; 230 GB x 0.10 = 23.
    assert costs(priced(cluster("express.m7g.large"), **USAGE)) == {
        "3 x express.m7g.large, all hours": pytest.approx(893.52),
        "records written": pytest.approx(10.0),
        "records kept": pytest.approx(23.0),
    }


def test_metrics_beyond_the_free_ones_have_no_figure() -> None:
    found = priced(cluster(enhancedMonitoring="PER_BROKER"))
    assert ["enhancedMonitoring = PER_BROKER" in gap.reason for gap in found.gaps] == [True]
    assert priced(cluster(enhancedMonitoring="DEFAULT")).gaps == ()


@pytest.mark.parametrize("made", [cluster(brokers=UNKNOWN), cluster(UNKNOWN), cluster(size=UNKNOWN)])
def test_brokers_that_the_deployment_decides_are_not_free(made: Resource) -> None:
    assert priced(made).gaps


def test_a_broker_size_without_a_price_is_named() -> None:
    assert [gap.subject for gap in priced(cluster("kafka.m9g.large")).gaps] == ["msk kafka.m9g.large"]


def test_serverless_costs_hours_partitions_and_data() -> None:
    # 730 h x 0.75 = 547.5; 20 x 730 h x 0.0015 = 21.9; 1,000 x 0.10 = 100; 3,000 x 0.05 = 150; 230 x 0.10 = 23.
    usage: dict[str, Any] = {"streams": {**USAGE["streams"], "serverlessPartitions": 20}}
    assert costs(priced(resource("aws:msk/serverlessCluster:ServerlessCluster", "events"), **usage)) == {
        "cluster in all hours, without brokers": pytest.approx(547.5),
        "20 partitions, all hours": pytest.approx(21.9),
        "records written": pytest.approx(100.0),
        "records read": pytest.approx(150.0),
        "records kept": pytest.approx(23.0),
    }


@pytest.mark.parametrize(("usage", "partitions"), [({}, 2392), ({"streams": {"serverlessPartitions": 2400}}, 2400)])
def test_serverless_partitions_are_those_of_the_topics(usage: dict[str, Any], partitions: int) -> None:
    topics: Any = [{"name": "clicks", "partitions": 2391, "dead_letter": True}]
    found = priced(*serverless(topics=topics).resources, **usage)
    costs = {line.what: line.monthly for line in found.lines}
    assert costs[f"{partitions:g} partitions, all hours"] == pytest.approx(partitions * 730 * 0.0015)


def test_clusters_share_what_is_written() -> None:
    two = [resource("aws:msk/serverlessCluster:ServerlessCluster", name) for name in ("a", "b")]
    found = priced(*two, **USAGE)
    # 500 GB x 0.10 = 50 for each.
    assert [line.monthly for line in found.lines if line.what == "records written"] == [50.0, 50.0]
