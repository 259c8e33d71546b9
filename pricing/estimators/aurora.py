"""Amazon Aurora with PostgreSQL: instances, storage, and reads and writes."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import text
from resources.resource import Resource

_CLUSTER = "aws:rds/cluster:Cluster"
_ENGINE = "aurora-postgresql"
_SERVERLESS = "db.serverless"


@prices(_CLUSTER)
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Data, and reads and writes where the storage charges for them. Instances are resources of their own."""
    engine = text(resource.inputs, "engine")
    if engine != _ENGINE:
        yield Gap(f"clusters of {engine} have no price in the table")
        return
    usage, kind = stack.usage.services, _storage(resource)
    yield stack.charge(resource, _ENGINE, f"storage {kind}", usage.aurora_gb, "data in the cluster")
    if kind == "standard":
        requests = usage.aurora_io_million
        yield stack.charge(resource, _ENGINE, "io-requests standard", requests, "reads and writes of the cluster")


@prices("aws:rds/clusterInstance:ClusterInstance")
def instance(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An instance in all hours; a serverless one by its average capacity."""
    engine = text(resource.inputs, "engine")
    if engine != _ENGINE:
        yield Gap(f"instances of {engine} have no price in the table")
        return
    cluster = stack.source(resource, "clusterIdentifier", _CLUSTER) or stack.named(
        resource.inputs.get("clusterIdentifier"), _CLUSTER
    )
    if cluster is None:
        yield Gap("its cluster, which decides the price, is not in the stack")
        return
    kind, machine = _storage(cluster), text(resource.inputs, "instanceClass")
    if machine == _SERVERLESS:
        hours = stack.usage.services.aurora_capacity_units * HOURS_A_MONTH
        yield stack.charge(resource, _ENGINE, f"serverless-v2 {kind}", hours, "capacity units of the instance")
        return
    sku = f"{machine} {kind}"
    yield stack.machine_hours(resource, _ENGINE, sku, sku, 1, f"{sku}, all hours")


def _storage(cluster: Resource) -> str:
    return "io-optimized" if text(cluster.inputs, "storageType", "aurora") == "aurora-iopt1" else "standard"
