"""AWS Backup: what recovery points hold, by the kind of store, and copies of them in other regions."""

from collections.abc import Iterator, Mapping

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.estimators.s3 import GB_A_TB
from pricing.priced_stack import PricedStack
from resources import inputs
from resources.required import number, sections, text
from resources.resource import UNKNOWN, Resource

_VAULT = "aws:backup/vault:Vault"
_PLAN = "aws:backup/plan:Plan"
_INSTANCE = "aws:rds/instance:Instance"
_BUCKET = "aws:s3/bucket:Bucket"
_FILES = "aws:efs/fileSystem:FileSystem"
_VOLUME = "aws:ebs/volume:Volume"
_DATABASES = {"postgres": "rds-postgresql", "mysql": "rds-mysql"}
_TO_ANOTHER_REGION = ("data-transfer", "inter-region-out")


@prices("aws:backup/selection:Selection")
def selection(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The recovery points of the stores that a plan backs up, and their copies.

    A store is kept once in full, and its changes by later recovery points. RDS charges snapshots as it does backups.
    Source: AWS Backup pricing, "Backup storage" and "Cross-Region data transfer".
    """
    plan = stack.source(resource, "planId", _PLAN)
    stores = stack.sources(resource, "resources", _INSTANCE, _BUCKET, _FILES, _VOLUME)
    if plan is None or not stores:
        yield Gap("the stores that it backs up are not in this stack, so their size is not known")
        return
    for store in stores:
        yield from _store(resource, stack, plan, store)


def _store(resource: Resource, stack: PricedStack, plan: Resource, store: Resource) -> Iterator[Charge | Gap]:
    name = text(resource.inputs, "name", resource.name)
    size = _size(stack, store)
    known = stack.named_usage.backup_gigabytes([name, resource.name])
    if size is None and known is None:
        yield Gap(f"the size of {store.name} is not known; write usage.backup.storedGb.{name}")
        return
    share = stack.usage.backup.changed_share
    held = known if known is not None else (size or 0.0) * (1 + share)
    changed = (size if size is not None else held) * share
    service, sku = _item(store)
    yield stack.charge(resource, service, sku, held, f"recovery points of {name}")
    for region in _copy_regions(stack, plan):
        yield stack.charge(
            resource, service, sku, held, f"copies of {name}", region=region if region != stack.home.region else None
        )
        if region != stack.home.region:
            yield stack.charge(resource, *_TO_ANOTHER_REGION, changed, f"changes of {name} copied to {region}")


def _size(stack: PricedStack, store: Resource) -> float | None:
    """The size of a store in GB, where the stack states it."""
    if store.type == _INSTANCE:
        return number(store.inputs, "allocatedStorage")
    if store.type == _BUCKET:
        return stack.bucket_usage(store).stored_tb * GB_A_TB
    return number(store.inputs, "size") if store.type == _VOLUME else None


def _item(store: Resource) -> tuple[str, str]:
    """The service and the sku of a store's recovery points."""
    if store.type == _INSTANCE:
        return _DATABASES.get(text(store.inputs, "engine"), "rds"), "backup-storage-over-100%"
    return {_BUCKET: ("backup", "s3-warm"), _FILES: ("backup", "efs-warm"), _VOLUME: ("ebs", "snapshot")}[store.type]


def _copy_regions(stack: PricedStack, plan: Resource) -> Iterator[str]:
    """The region of each copy that a plan makes."""
    elsewhere = [each for each in stack.sources(plan, "rules", _VAULT) if inputs.is_set(each.inputs.get("region"))]
    for rule in sections(plan.inputs, "rules"):
        for copy in sections(rule, "copyActions"):
            yield _region(copy, elsewhere) or stack.home.region


def _region(copy: Mapping[str, object], vaults: list[Resource]) -> str | None:
    arn = copy.get("destinationVaultArn")
    if isinstance(arn, str) and arn.startswith("arn:"):
        return arn.split(":")[3]
    region = vaults[0].inputs.get("region") if arn is UNKNOWN and vaults else None
    return region if isinstance(region, str) else None


@prices("aws:backup/restoreTestingPlan:RestoreTestingPlan")
def restore_test(_resource: Resource, _stack: PricedStack) -> Iterator[Charge | Gap]:
    """A fee for each restore, and what is restored for a day: without a price here."""
    yield Gap("restore tests, and what they restore for a day, have no estimator")
