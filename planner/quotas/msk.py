"""Quotas of Amazon MSK: brokers and configurations.

Source: Amazon MSK developer guide, "Amazon MSK quota".
"""

from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota, whole
from resources.index import ResourceIndex
from resources.inputs import text

_BROKERS = Limit("L-EDD31C36", "Number of brokers per account", 90)
_BROKERS_KRAFT = Limit("L-03FD6822", "Number of brokers per KRaft cluster", 60)
_BROKERS_ZOOKEEPER = Limit("L-FAB9E493", "Number of brokers per ZooKeeper cluster", 30)
_CONFIGURATIONS = Limit("L-B2FDE22A", "Number of configurations per account", 100)


def msk_quotas(index: ResourceIndex) -> Iterator[Quota]:
    """The quotas of brokers, of each cluster and together, and of configurations."""
    clusters = index.of_type("aws:msk/cluster:Cluster")
    brokers = {each.name: whole(each.inputs, "numberOfBrokerNodes") for each in clusters}
    for cluster in clusters:
        kraft = str(text(cluster.inputs.get("kafkaVersion"))).endswith(".kraft")
        limit = _BROKERS_KRAFT if kraft else _BROKERS_ZOOKEEPER
        if brokers[cluster.name] > limit.default:
            yield quota("kafka", limit, brokers[cluster.name], cluster.name)
    if sum(brokers.values()) > _BROKERS.default:
        why = "; ".join(f"{name}: {count}" for name, count in sorted(brokers.items()))
        yield quota("kafka", _BROKERS, sum(brokers.values()), why)
    configurations = index.of_type("aws:msk/configuration:Configuration")
    if len(configurations) > _CONFIGURATIONS.default:
        yield quota("kafka", _CONFIGURATIONS, len(configurations), "configurations of brokers")
