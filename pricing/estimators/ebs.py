"""Amazon EBS: volumes, those that instances bring, and snapshots."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import UnreadableInput, number, quantity, section, sections, text
from resources.resource import Resource

_GIB = 2**30


@prices("aws:ebs/volume:Volume")
def volume(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A volume of its own."""
    inputs = resource.inputs
    described = {"volumeSize": inputs.get("size"), "volumeType": inputs.get("type")}
    described |= {key: inputs.get(key) for key in ("iops", "throughput")}
    yield from volume_charges(resource, stack, described, 1, "volume")


@prices("aws:ebs/snapshot:Snapshot", "aws:ebs/snapshotCopy:SnapshotCopy")
def snapshot(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A snapshot, as if its volume were full."""
    source = stack.source(resource, "volumeId", "aws:ebs/volume:Volume")
    if source is None:
        yield Gap("the size of the snapshot's volume is not in the stack")
        return
    size = number(source.inputs, "size")
    yield stack.charge(resource, "ebs", "snapshot", size, f"snapshot of {size:g} GB, as if the volume were full")


def volume_charges(
    resource: Resource, stack: PricedStack, described: Mapping[str, Any], count: float, name: str
) -> Iterator[Charge | Gap]:
    """`count` volumes on average over the month, each as described by the keys of a block device mapping."""
    size = _gigabytes(described)
    kind = text(described, "volumeType", "gp2")
    each = f"{count:.4g} x {name} of {size:g} GB {kind}"
    yield stack.charge(resource, "ebs", f"{kind}-storage", size * count, each)
    if kind == "gp3":
        yield from _over(resource, stack, described, "iops", 3000, "gp3-iops-over-3000", count)
        yield from _over(resource, stack, described, "throughput", 125, "gp3-throughput-over-125MiBps", count)
    elif kind == "io1":
        yield stack.charge(resource, "ebs", "io1-iops", number(described, "iops") * count, "io1 operations a second")
    elif kind == "io2":
        iops = number(described, "iops")
        sku = "io2-iops-first-32000" if iops <= 32_000 else "io2-iops-over-32000"
        yield stack.charge(resource, "ebs", sku, iops * count, "io2 operations a second")


def mapped_volumes(
    resource: Resource, stack: PricedStack, holder: Mapping[str, Any], count: float
) -> Iterator[Charge | Gap]:
    """The volumes that the block device mappings of a launch template or node class give to `count` nodes."""
    disks = [section(mapping, "ebs") for mapping in sections(holder, "blockDeviceMappings") if mapping.get("ebs")]
    if not disks:
        yield Gap("the volumes of its nodes are those of an image that the stack does not describe")
    for disk in disks:
        yield from volume_charges(resource, stack, disk, count, "node volume")


def _over(
    resource: Resource,
    stack: PricedStack,
    described: Mapping[str, Any],
    key: str,
    included: float,
    sku: str,
    count: float,
) -> Iterator[Charge | Gap]:
    beyond = max(0.0, number(described, key, included) - included)
    yield stack.charge(resource, "ebs", sku, beyond * count, f"gp3 {key} over {included:g}")


def _gigabytes(described: Mapping[str, Any]) -> float:
    value = described.get("volumeSize")
    if isinstance(value, str) and value.endswith("i"):
        size = quantity(described, "volumeSize")
        if size is None:
            raise UnreadableInput("volumeSize is missing")
        return size / _GIB
    return number(described, "volumeSize")
