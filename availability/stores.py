"""Caches, databases, streams and buckets as parts."""

from collections.abc import Iterator, Sequence

from availability.parts import Improvement, Part
from availability.site import Site, counted, regional
from availability.spread import Spread
from resources.inputs import flag, number, read
from resources.resource import UNKNOWN, Resource

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = "aws:rds/instance:Instance"
KAFKA = "aws:msk/cluster:Cluster"
VOLUME = "aws:ebs/volume:Volume"
STREAM = "aws:kinesis/stream:Stream"
BUCKET = "aws:s3/bucket:Bucket"
_SUBNET_GROUP = {CACHE: "aws:elasticache/subnetGroup:SubnetGroup", DATABASE: "aws:rds/subnetGroup:SubnetGroup"}
_GROUP_INPUT = {CACHE: "subnetGroupName", DATABASE: "dbSubnetGroupName"}


def store(site: Site, resource: Resource) -> Part:
    """A store as a part.

    Raises:
        KeyError: for a resource of another type.
    """
    return {CACHE: _cache, DATABASE: _database, KAFKA: _kafka, STREAM: _stream, BUCKET: _bucket}[resource.type](
        site, resource
    )


def used_by(site: Site, resource: Resource, key: str, types: Sequence[str]) -> Iterator[Part]:
    """The stores of these types that an input of a resource was computed from."""
    for each in site.sources(resource, key, *types):
        yield store(site, each)


def _zones(site: Site, resource: Resource) -> tuple[str, ...]:
    """The zones of the subnet group of a cache or a database."""
    key, kind = _GROUP_INPUT[resource.type], _SUBNET_GROUP[resource.type]
    group = site.source(resource, key, kind) or site.named(read(resource.inputs, key), kind)
    return site.zones_of(group, "subnetIds") if group else ()


def _cache(site: Site, resource: Resource) -> Part:
    zones, name = _zones(site, resource), f"cache {_name(resource, 'replicationGroupId')}"
    shards = _units(resource, "numNodeGroups", 1)
    replicas = _units(resource, "replicasPerNodeGroup", max(0, _units(resource, "numCacheClusters", 1) - 1))
    multi = flag(read(resource.inputs, "multiAzEnabled"))
    safe = Spread("elasticache-zone", "elasticache-zones", zones, replicas + 1, takes_over=True)
    unknown = "multiAzEnabled is known only after the deployment" if multi is UNKNOWN else ""
    shown = f"{shards} shard{'' if shards == 1 else 's'}, {replicas} replica{'' if replicas == 1 else 's'} each"
    if replicas and (multi is True or unknown):
        return Part(name, safe, shown, (resource.urn,), unknown=unknown)
    # Shards without a standby, over the zones: the loss of a zone loses its shards.
    alone = Spread("elasticache-zone", "elasticache-zone", zones, max(1, shards if not replicas else 1))
    better = Spread("elasticache-zone", "elasticache-zones", zones, max(2, replicas + 1), takes_over=True)
    cost = 0.0 if replicas else site.cost(resource)
    what = "set multiAzEnabled" if replicas else "give each shard a replica, with multiAzEnabled"
    change = Improvement(what, better, cost) if len(zones) > 1 else None
    return Part(name, alone, shown, (resource.urn,), change, returns="a person creates its nodes in another zone")


def _database(site: Site, resource: Resource) -> Part:
    zones, multi = _zones(site, resource), flag(read(resource.inputs, "multiAz"))
    name = f"database {_name(resource, 'identifier')}"
    safe = Spread("rds-zone", "rds-zones", zones, 2, takes_over=True)
    if multi is UNKNOWN:
        return Part(name, safe, "", (resource.urn,), unknown="multiAz is known only after the deployment")
    if multi:
        return Part(name, safe, "a standby in another zone", (resource.urn,))
    change = Improvement("set multiAz", safe, site.cost(resource)) if len(zones) > 1 else None
    alone = Spread("rds-zone", "rds-zone", zones)
    return Part(name, alone, "one instance", (resource.urn,), change, returns="a person restores it in another zone")


def _kafka(site: Site, resource: Resource) -> Part:
    group = "brokerNodeGroupInfo"
    zones = site.zones_of(resource, group, "clientSubnets")
    brokers = _units(resource, "numberOfBrokerNodes", max(1, len(zones)))
    spread = Spread("msk-zone", "msk-zones", zones, brokers)
    return Part(f"Kafka {_name(resource, 'clusterName')}", spread, counted(brokers, "broker", zones), (resource.urn,))


def _stream(_: Site, resource: Resource) -> Part:
    return regional("kinesis", f"stream {_name(resource, 'name')}", resource)


def _bucket(_: Site, resource: Resource) -> Part:
    return regional("s3", f"bucket {_name(resource, 'bucket')}", resource)


def _name(resource: Resource, key: str) -> str:
    value = read(resource.inputs, key)
    return value if isinstance(value, str) and value else resource.name


def _units(resource: Resource, key: str, default: int) -> int:
    found = number(read(resource.inputs, key))
    return int(found) if isinstance(found, float) else default
