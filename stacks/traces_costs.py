"""Why kept traces go where they go: what X-Ray and Tempo cost in a month."""

from collections.abc import Callable

from components.observability.traces.tempo_spec import CPU, TempoSpec
from pricing.table import PriceNotFound, PriceTable, load_table
from stacks.config import StackConfig
from stacks.sizing import Decision

_DAYS_A_MONTH = 30
_THOUSAND_WRITES = 150
"""Thousands of writes and lists of Tempo in a month, whether it has many spans or few.

A list of work each minute, an index and two lists each five minutes, and six writes for a block each five minutes, of
which merges repeat a part.
"""
_LIKE_DEFAULT = TempoSpec(bucket="traces")


def traces_decisions(config: StackConfig) -> tuple[Decision, ...]:
    """The store of traces with the cost of the other; none without traces, or with a store outside of the stack."""
    traces = config.traces
    if not traces or traces.endpoint:
        return ()
    table, gigabytes = load_table(config.environment.region), config.usage.traces.span_gb
    x_ray = _formatted(lambda: gigabytes * _price(table, "xray", "spans-ingested"))
    tempo = traces.tempo or _LIKE_DEFAULT
    bucket = _formatted(lambda: _bucket(table, tempo, gigabytes))
    disk = _formatted(lambda: tempo.storage_gib * _price(table, "ebs", "gp3-storage"))
    pod = f"{CPU} CPU and {tempo.memory} on the system pool"
    if traces.tempo:
        why = (
            f"{gigabytes:g} GB of spans a month, kept for {tempo.retention_days} days: {bucket} for the bucket, "
            f"{disk} for the disk, and {pod}. X-Ray would keep them for {x_ray}, without a pod to look after."
        )
        return (Decision("traces.tempo", {"store": "tempo"}, why),)
    why = (
        f"{gigabytes:g} GB of spans a month cost {x_ray}. Tempo on the cluster would cost {bucket} for a "
        f"bucket with {tempo.retention_days} days, {disk} for its disk, and {pod}; it is one pod in one zone."
    )
    return (Decision("traces", {"store": "x-ray"}, why),)


def _bucket(table: PriceTable, tempo: TempoSpec, gigabytes: float) -> float:
    """Spans as large as they come; Tempo compresses them, but merges blocks before it deletes the old ones."""
    stored = gigabytes * tempo.retention_days / _DAYS_A_MONTH
    writes = _THOUSAND_WRITES * _price(table, "s3", "standard-put-copy-post-list")
    return stored * _price(table, "s3", "intelligent-frequent-first-50TB") + writes


def _price(table: PriceTable, service: str, sku: str) -> float:
    return table.price(service, sku).on_demand


def _formatted(cost: Callable[[], float]) -> str:
    """A monthly list price with its currency; words where the table of the region has no price."""
    try:
        return f"{cost():,.2f} USD"
    except PriceNotFound:
        return "a price that the plan does not know"
