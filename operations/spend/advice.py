"""Which usage assumption is wrong, and what to write instead."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .compare import HOURS, Comparison, Row

_TB = 1024
_BACKUP = "aws:backup/"
"""Backups are billed as the storage of what they are of, but their amount has keys of its own."""
_BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_BUCKETS = {
    "s3 standard storage": ("storedTb", 1 / _TB),
    "s3 frequent tier": ("storedTb", 1 / _TB),
    "s3 infrequent tier": ("storedTb", 1 / _TB),
    "s3 infrequent access": ("storedTb", 1 / _TB),
    "s3 archive": ("storedTb", 1 / _TB),
    "s3 monitored objects": ("objectsMillion", 1e-3),
    "s3 moved objects": ("movedMillion", 1e-3),
    "s3 retrieval": ("retrievedGb", 1.0),
    "s3 writes and lists": ("putMillion", 1e-3),
    "s3 reads": ("getMillion", 1e-3),
}
"""The keys of a bucket in the usage section, and how much of each one unit of the plan is."""


class Advice(NamedTuple):
    """A usage key that the bill contradicts: its values in both, None where there is not one number."""

    key: str
    assumed: float | None
    billed: float | None
    monthly: float
    how: str


def advice(comparison: Comparison, share: float, least: float) -> list[Advice]:
    """What to change, the largest difference first.

    Args:
        comparison: The bill against the plan.
        share: A difference up to this share of the plan is right enough.
        least: A difference below this many USD a month is not worth a change.
    """
    found = [*_keys(comparison.rows, share, least), *_buckets(comparison.rows, share, least)]
    return sorted(found, key=lambda each: (-abs(each.monthly), each.key))


def _keys(rows: Sequence[Row], share: float, least: float) -> Iterator[Advice]:
    for row in rows:
        key, meter = row.meter.key, row.meter
        if not key or not row.differs(share, least) or any(kind.startswith(_BACKUP) for kind in row.kinds):
            continue
        if key == "averageNodes":
            yield _nodes(row)
        elif not meter.scale or row.quantity is None:
            yield Advice(f"usage.{key}", None, None, row.difference, f"Change usage.{key}.")
        else:
            parts = max(1, row.lines) if meter.each else 1
            assumed, billed = (each * meter.scale / parts for each in (row.planned_quantity, row.quantity))
            each = f" It counts for each of {parts} resources." if parts > 1 else ""
            yield Advice(
                f"usage.{key}", assumed, billed, row.difference, f"Set usage.{key} to {rounded(billed)}.{each}"
            )


def _nodes(row: Row) -> Advice:
    """Hours of machines: of AWS Batch as they are, of a pool as nodes on average. Its component ends with its name."""
    if row.kinds == {_BATCH}:
        key, assumed, billed = "usage.batch.machineHours", row.planned_quantity, row.quantity
        how = f"Change the hours of the compute environment in {key}."
        return Advice(key, assumed, billed, row.difference, how)
    pool = row.component.rpartition("-")[2] if row.kinds == {_NODE_GROUP} else ""
    key = f"usage.averageNodes.{pool}" if pool else "usage.averageNodes"
    assumed, billed = row.planned_quantity / HOURS, None if row.quantity is None else row.quantity / HOURS
    if not billed:
        how = "The bill has no hours of this type: check the pool and the month before you change the key."
    elif pool:
        how = f"Set {key} to {rounded(billed)}."
    else:
        how = f"Several pools may have this type: together they had {rounded(billed)} nodes on average."
    return Advice(key, assumed, billed, row.difference, how)


def _buckets(rows: Sequence[Row], share: float, least: float) -> Iterator[Advice]:
    """A bucket's keys. Its storage is the sum of all classes."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for row in rows:
        if row.meter.name in _BUCKETS and row.component and row.quantity is not None:
            key, unit = _BUCKETS[row.meter.name]
            sizes = (row.planned_quantity * unit, row.quantity * unit, row.planned, row.listed)
            found = sums[row.component.rpartition("-")[2], key]
            for place, size in enumerate(sizes):
                found[place] += size
    for (bucket, key), (assumed, billed, planned, listed) in sums.items():
        difference = listed - planned
        if abs(difference) >= least and abs(difference) > share * planned:
            name = f"usage.buckets.{bucket}.{key}"
            yield Advice(name, assumed, billed, difference, f"Set {name} to {rounded(billed)}.")


def rounded(value: float) -> str:
    """A value with three digits, as it is written in a config."""
    return f"{float(f'{value:.3g}'):g}" if abs(value) < 1e6 else f"{float(f'{value:.3g}'):.0f}"
