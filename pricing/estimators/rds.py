"""Amazon RDS for PostgreSQL and MySQL: the instance, its storage and the backups beyond what is free."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import flag, number, text
from resources.resource import Resource

_SERVICES = {"postgres": "rds-postgresql", "mysql": "rds-mysql"}
_LARGE_GIB = 400
_INCLUDED_IOPS = {False: 3000.0, True: 12000.0}
_INCLUDED_THROUGHPUT = {False: 125.0, True: 500.0}
"""What gp3 has without a price, below 400 GiB and from there on. Source: RDS user guide, "gp3 storage"."""
_FREE_INSIGHTS_DAYS = 7


@prices("aws:rds/instance:Instance")
def instance(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The instance in all hours, its gp3 storage as it starts, and backups above the size of the storage.

    Performance Insights with seven days, managed secrets' rotation and the transfer between standbys are free.
    """
    inputs = resource.inputs
    engine = text(inputs, "engine")
    service = _SERVICES.get(engine)
    if service is None:
        yield Gap(f"RDS for {engine} has no estimator")
        return
    zones = "Multi-AZ" if flag(inputs, "multiAz") else "Single-AZ"
    kind = text(inputs, "instanceClass")
    machine = f"{kind} {zones}"
    yield stack.machine_hours(resource, service, machine, machine, 1, f"{machine}, all hours")
    if text(inputs, "storageType", "gp3") != "gp3":
        yield Gap(f"storage of type {text(inputs, 'storageType')} has no estimator")
        return
    size = number(inputs, "allocatedStorage")
    yield stack.charge(resource, service, f"gp3-storage {zones}", size, f"{size:g} GB of gp3 storage, {zones}")
    beyond = number(inputs, "iops", 0) - _INCLUDED_IOPS[size >= _LARGE_GIB]
    if beyond > 0:
        yield stack.charge(resource, service, f"gp3-iops-over-12000 {zones}", beyond, "operations beyond the included")
    yield from _gaps(resource, large=size >= _LARGE_GIB)
    yield stack.charge(resource, service, "backup-storage-over-100%", stack.usage.database_backup_gb, "backups")
    yield stack.charge(resource, "secretsmanager", "secret", int(flag(inputs, "manageMasterUserPassword")), "secret")


def _gaps(resource: Resource, *, large: bool) -> Iterator[Gap]:
    """What else is charged for, and has no price here."""
    inputs = resource.inputs
    if number(inputs, "storageThroughput", 0) > _INCLUDED_THROUGHPUT[large]:
        yield Gap("throughput beyond the included has no estimator")
    if number(inputs, "performanceInsightsRetentionPeriod", 0) > _FREE_INSIGHTS_DAYS:
        yield Gap(f"Performance Insights beyond {_FREE_INSIGHTS_DAYS} days have no estimator")
    if text(inputs, "databaseInsightsMode", "standard") != "standard":
        yield Gap("Database Insights in advanced mode have no estimator")
    if flag(inputs, "dedicatedLogVolume"):
        yield Gap("a dedicated log volume has no estimator")
