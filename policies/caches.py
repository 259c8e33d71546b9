"""The stores of ElastiCache, as rules see them."""

from policies.inputs import each, first, flag, number, read, text
from pricing.resource import UNKNOWN, Resource, Unknown

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
USER = "aws:elasticache/user:User"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"


def engine(resource: Resource) -> str | Unknown:
    """The engine in lower case; redis, as the provider takes it, where none is named."""
    named = text(read(resource.inputs, "engine"))
    return named if named is UNKNOWN else (named or "redis").lower()


def on_unless_said(resource: Resource, field: str) -> bool | Unknown:
    """A switch that Valkey has on and Redis OSS off where it is absent."""
    said = flag(read(resource.inputs, field))
    if said is not None:
        return said
    of = engine(resource)
    return of if of is UNKNOWN else of == "valkey"


def replicas(resource: Resource) -> float | Unknown:
    """The replicas of the shard that has the fewest."""
    clusters = number(read(resource.inputs, "numCacheClusters"))
    if clusters is not None:
        return clusters if clusters is UNKNOWN else clusters - 1
    common = number(read(resource.inputs, "replicasPerNodeGroup"))
    groups = each(read(resource.inputs, "nodeGroupConfigurations"))
    counts = [first(number(read(group, "replicaCount")), common, 0.0) for group in groups] or [first(common, 0.0)]
    return UNKNOWN if UNKNOWN in counts else min(counts)


def shards(resource: Resource) -> float | Unknown:
    """The number of shards."""
    groups = each(read(resource.inputs, "nodeGroupConfigurations"))
    said = number(read(resource.inputs, "numNodeGroups"))
    if said is None and UNKNOWN in groups:
        return UNKNOWN
    return first(said, float(len(groups)) or 1.0)
