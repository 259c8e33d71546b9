"""Bringing new prices into a region's rows, saying what changed, and writing the file in one step."""

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from pricing.refresh.catalog import EXTENDED_SURCHARGE, Query
from pricing.refresh.offers import Offer
from pricing.table import PRICES, Row, read_rows

Rows = dict[tuple[str, str], Row]

_HOME = "us-east-1"
_GLOBAL = ("cognito", "route53")
_STANDARD = ("eks", "control-plane-standard-support")


def with_offers(rows: Mapping[tuple[str, str], Row], region: str, found: Iterable[tuple[Query, Offer]]) -> Rows:
    """The rows with every offer in its place. A spot price stays, for the price list has none."""
    merged = dict(rows)
    standard: Decimal | None = None
    offers = list(found)
    for _, offer in offers:
        if (offer.item.service, offer.item.sku) == _STANDARD:
            standard = offer.on_demand
    for query, offer in offers:
        if offer.item.sku == EXTENDED_SURCHARGE:
            if standard is None:
                continue
            item = replace(offer.item, sku="control-plane-extended-support")
            offer = replace(offer, item=item, on_demand=standard + offer.on_demand)
        key = (offer.item.service, offer.item.sku)
        old = merged.get(key)
        merged[key] = Row(
            service=offer.item.service,
            sku=offer.item.sku,
            region=region,
            unit=offer.item.unit,
            on_demand=written(offer.on_demand),
            spot=old.spot if old else "",
            one_year=written(offer.one_year) if offer.one_year is not None else "",
            source=f"AWS Price List, {query.code} {region}",
            date=offer.date,
            mark=old.mark if old and old.spot and old.mark == "spot-derived" else "",
            note=_spot_note(old),
        )
    return merged


def with_global(rows: Mapping[tuple[str, str], Row], region: str) -> Rows:
    """The rows with those of services that have one price in all commercial regions, from the table of us-east-1."""
    merged = dict(rows)
    if region.startswith(("us-gov-", "cn-")) or region == _HOME:
        return merged
    for key, row in read_rows(PRICES / f"{_HOME}.csv").items():
        if row.service in _GLOBAL and key not in merged:
            note = f"derived: the price of {_HOME}, which AWS lists for all commercial regions"
            merged[key] = row._replace(region=region, mark="derived", note=note)
    return merged


def with_spot(rows: Mapping[tuple[str, str], Row], prices: Mapping[str, Decimal], day: str) -> Rows:
    """The rows with these spot prices by instance type. Types without a row are left out."""
    merged = dict(rows)
    for kind, price in prices.items():
        row = merged.get(("ec2", kind))
        if row:
            note = f"spot: mean of the zones on {day}"
            merged[("ec2", kind)] = row._replace(spot=written(price), mark="", note=note)
    return merged


def changes(before: Mapping[tuple[str, str], Row], after: Mapping[tuple[str, str], Row]) -> list[str]:
    """A sentence for each price that is new or not what it was."""
    report: list[str] = []
    for key in sorted(after):
        old, new = before.get(key), after[key]
        for name in ("on_demand", "spot", "one_year"):
            was, now = getattr(old, name, ""), getattr(new, name)
            if was != now and not (was and now and Decimal(was) == Decimal(now)):
                report.append(f"{new.service} {new.sku} {name.replace('_', ' ')}: {was or 'none'} -> {now or 'none'}")
    return report


def write_rows(path: Path, rows: Mapping[tuple[str, str], Row]) -> None:
    """Replace a region's file by these rows, sorted, in one step: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(Row._fields)
            writer.writerows(rows[key] for key in sorted(rows))
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def written(price: Decimal) -> str:
    """A price as the table has it: no exponent, no trailing zeros."""
    return format(price.normalize(), "f")


def _spot_note(row: Row | None) -> str:
    """What of a row's note still holds when its other prices are replaced: where the spot price is from."""
    if row is None or not row.spot:
        return ""
    return "; ".join(part for part in row.note.split("; ") if part.startswith("spot"))
