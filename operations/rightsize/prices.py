"""Hourly prices of instance types, from the price table of a region."""

import csv
from dataclasses import dataclass
from pathlib import Path

from .errors import RightsizeError

TABLES = Path(__file__).parents[2] / "pricing" / "prices"


@dataclass(frozen=True, slots=True)
class Prices:
    """USD an hour by instance type; `spot` where it is known."""

    on_demand: dict[str, float]
    spot: dict[str, float]

    def hourly(self, kind: str, *, spot: bool) -> float | None:
        """The price of an hour, None where the table has none."""
        return (self.spot if spot else self.on_demand).get(kind)


def read_prices(region: str, folder: Path = TABLES) -> Prices:
    """The table of a region.

    Raises:
        RightsizeError: the region has no price table.
    """
    table = folder / f"{region}.csv"
    if not table.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.csv")))
        raise RightsizeError(f"--region {region}: has no price table; name one of {known}, or run make prices")
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["service"] == "ec2"]
    on_demand = {row["sku"]: float(row["on_demand"]) for row in rows if row["on_demand"]}
    return Prices(on_demand, {row["sku"]: float(row["spot"]) for row in rows if row["spot"]})
