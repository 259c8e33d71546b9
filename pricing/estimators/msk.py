"""Amazon MSK: brokers by size with their storage, and serverless clusters by use."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import flag, number, section, text
from resources.resource import Resource

_SERVICE = "msk"
_INCLUDED_MIBPS = 250
"""Source: Amazon MSK developer guide, "Provision storage throughput for Standard brokers"."""


@prices("aws:msk/cluster:Cluster")
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The brokers in all hours, their disks or the records they keep, and tiered storage."""
    brokers = number(resource.inputs, "numberOfBrokerNodes")
    group = section(resource.inputs, "brokerNodeGroupInfo")
    kind = text(group, "instanceType")
    yield stack.machine_hours(resource, _SERVICE, kind, kind, brokers, f"{brokers:g} x {kind}, all hours")
    if kind.startswith("express."):
        yield from _express(resource, stack)
    else:
        disk = section(section(group, "storageInfo"), "ebsStorageInfo")
        size = number(disk, "volumeSize")
        what = f"{brokers:g} disks of {size:g} GB"
        yield stack.charge(resource, _SERVICE, "provisioned-storage", brokers * size, what)
        throughput = section(disk, "provisionedThroughput")
        if flag(throughput, "enabled"):
            above = max(0.0, number(throughput, "volumeThroughput") - _INCLUDED_MIBPS) * brokers
            sku = "provisioned-throughput-over-250MBps"
            yield stack.charge(resource, _SERVICE, sku, above, "throughput of disks above 250 MiB a second")
    if text(resource.inputs, "storageMode", "LOCAL") == "TIERED":
        kept = stack.share(resource, stack.usage.streams.tiered_gb)
        yield stack.charge(resource, _SERVICE, "tiered-storage", kept, "records in tiered storage")
        read = stack.share(resource, stack.usage.streams.tiered_read_gb)
        yield stack.charge(resource, _SERVICE, "tiered-storage-retrieval", read, "records read from tiered storage")
    if (level := text(resource.inputs, "enhancedMonitoring", "DEFAULT")) != "DEFAULT":
        yield Gap(f"the metrics of enhancedMonitoring = {level} are charged by CloudWatch, and their number is unknown")


def _express(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    written = stack.share(resource, stack.usage.streams.written_gb)
    yield stack.charge(resource, _SERVICE, "express-data-in", written, "records written")
    kept = stack.share(resource, stack.usage.streams.stored_gb)
    yield stack.charge(resource, _SERVICE, "express-storage", kept, "records kept")


@prices("aws:msk/serverlessCluster:ServerlessCluster")
def serverless_cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The cluster and its partitions in all hours, and what is written, read and kept."""
    usage = stack.usage.streams
    yield stack.charge(resource, _SERVICE, "serverless-cluster", HOURS_A_MONTH, "cluster in all hours, without brokers")
    partitions = stack.stated_or_registered(resource, usage, "serverless_partitions", "kafkaPartitions")
    what = f"{partitions:g} partitions, all hours"
    yield stack.charge(resource, _SERVICE, "serverless-partition", partitions * HOURS_A_MONTH, what)
    written = stack.share(resource, usage.written_gb)
    yield stack.charge(resource, _SERVICE, "serverless-data-in", written, "records written")
    yield stack.charge(resource, _SERVICE, "serverless-data-out", written * usage.reads, "records read")
    kept = stack.share(resource, usage.stored_gb)
    yield stack.charge(resource, _SERVICE, "serverless-storage", kept, "records kept")
