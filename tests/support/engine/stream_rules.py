"""What MSK and Kinesis refuse of clusters, configurations, topics and streams.

Sources: Amazon MSK API reference, CreateConfiguration, DeleteConfiguration, CreateClusterV2, UpdateBrokerStorage and
UpdateTopic; Amazon MSK developer guide, "Topic operations"; Kinesis API reference, DeleteStream and UpdateShardCount.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

CLUSTER = "aws:msk/cluster:Cluster"


class StreamRules:
    """MSK and Kinesis of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """Revisions of configurations by ARN, clusters and topics by ARN and name, and consumers by stream ARN."""
        return memory(self._path, {"configurations": {}, "clusters": {}, "topics": {}, "streams": {}})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource and say what the provider reads of it afterwards."""
        with self.memory() as known:
            match kind:
                case "aws:msk/configuration:Configuration":
                    return _configure(known, given)
                case "aws:msk/cluster:Cluster":
                    _check_configuration(known, given)
                    known["clusters"][given["clusterName"]] = _cluster(given)
                case "aws:msk/topic:Topic":
                    known["topics"][given["name"]] = {"partitions": given["partitionCount"], "subscribed": False}
                case "aws:kinesis/stream:Stream":
                    known["streams"][given["name"]] = {"shards": given.get("shardCount"), "consumers": []}
                case "aws:kinesis/streamConsumer:StreamConsumer":
                    _consumers(known, given).append(given["name"])
                case _:
                    pass
        return {}

    def read(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of a resource as they have become, for a refresh: MSK enlarges disks by itself."""
        if kind != CLUSTER:
            return {}
        with self.memory() as known:
            size = known["clusters"][given["clusterName"]]["size"]
        group = given["brokerNodeGroupInfo"]
        disk = {"ebsStorageInfo": {**group["storageInfo"]["ebsStorageInfo"], "volumeSize": size}}
        return {"brokerNodeGroupInfo": {**group, "storageInfo": disk}}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource as the provider does."""
        with self.memory() as known:
            match kind:
                case "aws:msk/configuration:Configuration":
                    known["configurations"][old["arn"]]["revision"] += 1
                    return {"latestRevision": known["configurations"][old["arn"]]["revision"]}
                case "aws:msk/cluster:Cluster":
                    _change_cluster(known, given)
                case "aws:msk/topic:Topic":
                    _change_topic(known["topics"][given["name"]], given)
                case "aws:kinesis/stream:Stream":
                    _reshard(known["streams"][given["name"]], given)
                case _:
                    pass
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Forget a resource."""
        with self.memory() as known:
            match kind:
                case "aws:msk/configuration:Configuration":
                    if given["arn"] in [each["configuration"] for each in known["clusters"].values()]:
                        raise RefusedError("This configuration is in use by one or more clusters.")
                    del known["configurations"][given["arn"]]
                case "aws:msk/cluster:Cluster":
                    del known["clusters"][given["clusterName"]]
                case "aws:msk/topic:Topic":
                    if known["topics"][given["name"]]["subscribed"]:
                        raise RefusedError("GroupSubscribedToTopicException")
                    del known["topics"][given["name"]]
                case "aws:kinesis/stream:Stream":
                    if known["streams"][given["name"]]["consumers"] and not given.get("enforceConsumerDeletion"):
                        raise RefusedError(f"Stream {given['name']} has consumers registered: ResourceInUseException")
                    del known["streams"][given["name"]]
                case "aws:kinesis/streamConsumer:StreamConsumer":
                    _consumers(known, given).remove(given["name"])
                case _:
                    pass


def _configure(known: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    if given["name"] in [each["name"] for each in known["configurations"].values()]:
        raise RefusedError(f"A resource with the name {given['name']} already exists.")
    arn = f"arn:aws:kafka:us-east-1:111122223333:configuration/{given['name']}/{len(known['configurations'])}"
    known["configurations"][arn] = {"name": given["name"], "versions": given["kafkaVersions"], "revision": 1}
    return {"arn": arn, "latestRevision": 1}


def _cluster(given: Mapping[str, Any]) -> dict[str, Any]:
    disk = given["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]
    used = given["configurationInfo"]
    return {
        "version": given["kafkaVersion"],
        "size": disk["volumeSize"],
        "configuration": used["arn"],
        "revision": used["revision"],
    }


def _check_configuration(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    used = given["configurationInfo"]
    configuration = known["configurations"].get(used["arn"])
    if configuration is None or used["revision"] > configuration["revision"]:
        raise RefusedError(f"The configuration {used['arn']} has no revision {used['revision']}.")
    if given["kafkaVersion"] not in configuration["versions"]:
        raise RefusedError(f"The configuration does not support Kafka {given['kafkaVersion']}.")


def _change_cluster(known: dict[str, Any], given: Mapping[str, Any]) -> None:
    before, after = known["clusters"][given["clusterName"]], _cluster(given)
    _check_configuration(known, given)
    if after["size"] < before["size"]:
        raise RefusedError("The specified storage is smaller than the current storage.")
    known["clusters"][given["clusterName"]] = after


def _change_topic(topic: dict[str, Any], given: Mapping[str, Any]) -> None:
    if given["partitionCount"] < topic["partitions"]:
        raise RefusedError("The partition count can only be increased.")
    topic["partitions"] = given["partitionCount"]


def _reshard(stream: dict[str, Any], given: Mapping[str, Any]) -> None:
    before, after = stream["shards"], given.get("shardCount")
    if before and after and not before / 2 <= after <= before * 2:
        raise RefusedError(f"UpdateShardCount scales at most to half or double: {before:g} to {after:g}")
    stream["shards"] = after


def _consumers(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    return known["streams"][str(given["streamArn"]).rpartition("/")[2]]["consumers"]
