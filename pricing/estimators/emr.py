"""Amazon EMR: what jobs use on EMR Serverless, and what its pre-initialized workers cost while no job uses them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import UnreadableInput, number, section, sections, text
from resources.resource import Resource

_SERVERLESS = "emr-serverless"
_FREE_DISK_GB = 20
"""Of each worker. Source: EMR pricing, "Amazon EMR Serverless"."""
_AMOUNT = re.compile(r"\s*(\d+)\s*(?:vcpu|gb)?\s*", re.IGNORECASE)


@prices("aws:emrserverless/application:Application")
def serverless_application(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its share of what all jobs use, and its warm workers in the hours in which no job uses them."""
    usage = stack.usage.spark
    used = (usage.vcpu_hours, usage.memory_gb_hours, usage.storage_gb_hours)
    whats = ("vCPUs of Spark jobs", "memory of Spark jobs", "disks of Spark jobs above 20 GB")
    yield from _charges(resource, stack, [stack.share(resource, amount) for amount in used], whats)
    warm = [_warm(each) for each in sections(resource.inputs, "initialCapacities")]
    unused = usage.started_hours * (1 - usage.warm_used_share)
    idle = [sum(part) * unused for part in zip(*warm, strict=True)]
    whats = ("unused vCPUs of warm workers", "unused memory of warm workers", "unused disks of warm workers")
    yield from _charges(resource, stack, idle, whats)


def _charges(
    resource: Resource, stack: PricedStack, hours: list[float], whats: tuple[str, ...]
) -> Iterator[Charge | Gap]:
    """The charges of vCPU-hours, and of GB-hours of memory and disk, by the application's architecture."""
    arm = "-arm" if text(resource.inputs, "architecture", "X86_64") == "ARM64" else ""
    skus = (f"vcpu-hour{arm}", f"gb-hour{arm}", "storage-gb-hour")
    for sku, amount, what in zip(skus, hours, whats, strict=False):
        yield stack.charge(resource, _SERVERLESS, sku, amount, what)


def _warm(capacity: Mapping[str, Any]) -> tuple[float, float, float]:
    """The vCPUs, and the GB of memory and of charged disk, of the warm workers of one type."""
    config = section(capacity, "initialCapacityConfig")
    count, worker = number(config, "workerCount", 0), section(config, "workerConfiguration")
    if not worker:
        raise UnreadableInput("initialCapacities have workers without a size; set workerConfiguration")
    disk = _amount(worker, "disk") if worker.get("disk") is not None else _FREE_DISK_GB
    return (
        count * _amount(worker, "cpu"),
        count * _amount(worker, "memory"),
        count * max(0.0, disk - _FREE_DISK_GB),
    )


def _amount(worker: Mapping[str, Any], key: str) -> float:
    """`4 vCPU` and `16 GB` as numbers."""
    written = text(worker, key)
    found = _AMOUNT.fullmatch(written)
    if not found:
        raise UnreadableInput(f"{key} {written!r} is not like 4 vCPU or 16 GB")
    return float(found[1])
