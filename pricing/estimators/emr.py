"""Amazon EMR: what jobs use on EMR Serverless and on EKS, its warm workers, and clusters of EC2 instances."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.facts.instances import instance_type
from pricing.charges import Charge, Cheaper, Gap
from pricing.estimators.ebs import volume_charges
from pricing.estimators.ec2_pools import Load, instance_charges, purchase
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import UnreadableInput, number, section, sections, text
from resources.resource import Resource

_SERVERLESS = "emr-serverless"
_FREE_DISK_GB = 20
"""Of each worker. Source: EMR pricing, "Amazon EMR Serverless"."""
_NO_WARM_WORKERS = Cheaper(
    "no warm worker while no job runs",
    "Set warm to 0 for driver and executor. Each job then waits until its workers have started.",
    0.0,
)
_AMOUNT = re.compile(r"\s*(\d+)\s*(?:vcpu|gb)?\s*", re.IGNORECASE)


@prices("aws:emrserverless/application:Application")
def serverless_application(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its share of what all jobs use, and its warm workers in the hours in which no job uses them."""
    usage = stack.usage.spark
    used = (usage.vcpu_hours, usage.memory_gb_hours, usage.storage_gb_hours)
    whats = ("vCPUs of Spark jobs", "memory of Spark jobs", "disks of Spark jobs above 20 GB")
    for charge in _charges(resource, stack, [stack.share(resource, amount) for amount in used], whats):
        yield _on_arm(charge, resource, stack)
    warm = [_warm(each) for each in sections(resource.inputs, "initialCapacities")]
    unused = usage.started_hours * (1 - usage.warm_used_share)
    idle = [sum(part) * unused for part in zip(*warm, strict=True)]
    whats = ("unused vCPUs of warm workers", "unused memory of warm workers", "unused disks of warm workers")
    for charge in _charges(resource, stack, idle, whats):
        yield charge if isinstance(charge, Gap) else charge._replace(cheaper=_NO_WARM_WORKERS)


def _on_arm(charge: Charge | Gap, resource: Resource, stack: PricedStack) -> Charge | Gap:
    """A charge of x86 workers, with the price of ARM workers where the region has one."""
    if isinstance(charge, Gap) or not charge.item.endswith(("vcpu-hour", "gb-hour")) or "storage" in charge.item:
        return charge
    arm = stack.charge(resource, _SERVERLESS, f"{charge.item.partition(' ')[2]}-arm", 1, charge.what)
    if isinstance(arm, Gap):
        return charge
    how = "Set architecture to arm64, after a test that the libraries of the jobs are built for it."
    return charge._replace(cheaper=Cheaper("ARM (Graviton) for workers of Spark jobs", how, arm.unit_price))


@prices("aws:emrcontainers/virtualCluster:VirtualCluster")
def virtual_cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """EMR's part of jobs on EKS, by what their pods request. The nodes are priced with their pools."""
    usage = stack.usage.spark
    vcpus, memory = (stack.share(resource, amount) for amount in (usage.vcpu_hours, usage.memory_gb_hours))
    yield stack.charge(resource, "emr-on-eks", "vcpu-hour", vcpus, "EMR for vCPUs of Spark jobs on EKS")
    yield stack.charge(resource, "emr-on-eks", "gb-hour", memory, "EMR for memory of Spark jobs on EKS")


@prices("aws:emr/cluster:Cluster")
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The primary and core nodes while the cluster runs: instances, EMR's part, and disks."""
    hours = stack.usage.spark.cluster_hours
    for field, name in (("masterInstanceFleet", "primary"), ("coreInstanceFleet", "core")):
        fleet = section(resource.inputs, field)
        if not fleet:
            if field == "masterInstanceFleet":
                yield Gap("instance groups have no estimator; use instance fleets")
            continue
        configs = sections(fleet, "instanceTypeConfigs")
        if not configs:
            raise UnreadableInput(f"{field} has no instanceTypeConfigs")
        nodes = math.ceil(number(fleet, "targetOnDemandCapacity", 0) / number(configs[0], "weightedCapacity", 1))
        kind = text(configs[0], "instanceType")
        load = Load(nodes) if hours >= HOURS_A_MONTH else Load(0, nodes * hours, nodes, f"as {name} nodes")
        yield from instance_charges(purchase(resource, stack, [kind], "ON_DEMAND"), load)
        yield from _node_charges(resource, stack, configs[0], nodes * hours, name)


@prices("aws:emr/instanceFleet:InstanceFleet")
def task_fleet(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Task nodes on spot, as many hours as the usage section states."""
    configs = sections(resource.inputs, "instanceTypeConfigs")
    kinds = [text(config, "instanceType") for config in configs]
    bought = purchase(resource, stack, kinds, "SPOT")
    lead = instance_type(kinds[0])
    if lead is None:
        raise UnreadableInput(f"instance type {kinds[0]!r} is not known")
    hours = stack.share(resource, stack.usage.spark.task_vcpu_hours) / lead.vcpus
    if not hours:
        what = f"task nodes {bought.kind} on spot, priced at 0: usage.spark.taskVcpuHours states none"
        yield Charge(
            what, 0, bought.price.unit, bought.unit_price, bought.price.date, f"ec2 {bought.kind} SPOT", idle=True
        )
        return
    nodes = hours / HOURS_A_MONTH
    yield from instance_charges(bought, Load(0, hours, nodes, "as task nodes on average"))
    yield from _node_charges(resource, stack, configs[0], hours, "task")


def _node_charges(
    resource: Resource, stack: PricedStack, config: Mapping[str, Any], hours: float, name: str
) -> Iterator[Charge | Gap]:
    """EMR's part of so many node hours, and the disks of these nodes."""
    kind = text(config, "instanceType")
    yield stack.charge(resource, "emr", f"uplift {kind}", hours, f"EMR for {name} nodes {kind}")
    for disk in sections(config, "ebsConfigs"):
        described = {"volumeSize": disk.get("size"), "volumeType": disk.get("type")}
        count = number(disk, "volumesPerInstance", 1) * hours / HOURS_A_MONTH
        yield from volume_charges(resource, stack, described, count, f"volume of {name} nodes")


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
