"""The price table: one file a region in `pricing/prices/`, read at the first use of a region."""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PRICES: Path = Path(__file__).parent / "prices"
"""Where the region files are: `<region>.csv`, sorted by service and sku."""


class Row(NamedTuple):
    """A line of a region's file, as written there."""

    service: str
    sku: str
    region: str
    unit: str
    on_demand: str
    spot: str
    one_year: str
    source: str
    date: str
    mark: str
    note: str


class Price(NamedTuple):
    """What one `unit` costs in USD.

    `spot` and `one_year` (a commitment without upfront payment) are `None` where no such price is known. `mark` names
    what was worked out instead of read: `spot-derived` for a spot price made from a published discount,
    `one-year-derived` for a commitment worked out from another product's, `derived` for the whole row; `note` says from
    what.
    """

    on_demand: float
    spot: float | None
    one_year: float | None
    unit: str
    date: str
    source: str
    mark: str = ""
    note: str = ""


_BY_CLASS = ("ec2", "elasticache", "rds-mysql", "rds-postgresql", "sagemaker")
"""The services whose skus begin with a class of machines, such as `db.m7g.large Multi-AZ`."""


class NoPrice(LookupError):  # noqa: N818 - an expected result, not a failure
    """Something has no price. `subject` is what people call it, such as an instance type; empty means the resource."""

    def __init__(self, reason: str, subject: str = ""):
        self.subject = subject
        super().__init__(reason)


class PriceNotFound(NoPrice):
    """No price of that service and sku in that region; the message names the nearest one that there is.

    `subject` is the instance, node or database class, else the service and the sku.
    """

    def __init__(self, service: str, sku: str, region: str, nearest: str | None):
        self.service, self.sku, self.region, self.nearest = service, sku, region, nearest
        machine = service in _BY_CLASS and "." in sku.partition(" ")[0]
        subject = sku.partition(" ")[0] if machine else f"{service} {sku}"
        hint = f"nearest there: {nearest}" if nearest else f"make prices REGION={region} may bring it"
        super().__init__(f"no price of {service} {sku} in {region}; {hint}", subject)


class PriceTable:
    """The prices of one region."""

    def __init__(self, region: str, rows: Mapping[tuple[str, str], Row]):
        self.region = region
        self._rows = rows
        self._prices: dict[tuple[str, str], Price] = {}
        self._near: dict[tuple[str, str], str | None] = {}

    @property
    def date(self) -> str:
        """The newest date in the table, as written: a day, or a month or year where no more is known."""
        return max((row.date for row in self._rows.values()), default="")

    def price(self, service: str, sku: str) -> Price:
        """The price of a sku.

        Raises:
            PriceNotFound: naming service, sku, region and the nearest sku of that service.
        """
        key = (service, sku)
        if found := self._prices.get(key):
            return found
        if row := self._rows.get(key):
            return self._prices.setdefault(key, _price(row))
        raise self.missing(service, sku)

    def find(self, service: str, sku: str) -> Price | None:
        """The price of a sku, if the table has one."""
        return self.price(service, sku) if (service, sku) in self._rows else None

    def missing(self, service: str, sku: str) -> PriceNotFound:
        """The error for a sku without a price."""
        # A new error each time: one that is raised again keeps all that its earlier callers held.
        key = (service, sku)
        if key not in self._near:
            self._near[key] = self._nearest(service, sku)
        return PriceNotFound(service, sku, self.region, self._near[key])

    def skus(self, service: str) -> tuple[str, ...]:
        """Every sku of a service, sorted."""
        return tuple(sorted(sku for of, sku in self._rows if of == service))

    def _nearest(self, service: str, sku: str) -> str | None:
        from difflib import get_close_matches

        near = get_close_matches(sku, self.skus(service), n=1, cutoff=0.4)
        return near[0] if near else None


def regions() -> tuple[str, ...]:
    """Every region that has a table."""
    return tuple(sorted(path.stem for path in PRICES.glob("*.csv")))


@lru_cache(maxsize=64)
def load_table(region: str) -> PriceTable:
    """The table of a region; an empty one, in which every price is missing, where there is no file."""
    path = PRICES / f"{region}.csv"
    return PriceTable(region, read_rows(path) if region in regions() else {})


def read_rows(path: Path) -> dict[tuple[str, str], Row]:
    """The rows of a region's file by service and sku.

    Raises:
        ValueError: when the file's columns are not those of `Row`.
    """
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        if tuple(next(reader, ())) != Row._fields:
            raise ValueError(f"{path.name}: the columns must be {','.join(Row._fields)}")
        return {(line[0], line[1]): Row(*line) for line in reader}


def _price(row: Row) -> Price:
    return Price(
        on_demand=float(row.on_demand),
        spot=float(row.spot) if row.spot else None,
        one_year=float(row.one_year) if row.one_year else None,
        unit=row.unit,
        date=row.date,
        source=row.source,
        mark=row.mark,
        note=row.note,
    )
