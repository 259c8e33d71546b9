"""Refreshes `components/facts/zones.csv`, the zones of each region, from botocore and moto: `make regions`."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore  # pyright: ignore[reportMissingTypeStubs] - it ships none
from moto.ec2.models.availability_zones_and_regions import (  # pyright: ignore[reportMissingTypeStubs]
    RegionsAndZonesBackend,
)

TABLE = Path(__file__).parent.parent / "components" / "facts" / "zones.csv"
COLUMNS = "region,zones"
PARTITIONS = ("aws", "aws-us-gov", "aws-cn")
"""The partitions that any account in them can use."""


def rows() -> Iterator[tuple[str, str]]:
    """A row for each region: the regions are from botocore, the zones and their ids from moto."""
    folder = Path(botocore.__file__).parent / "data"
    document: Mapping[str, Any] = json.loads((folder / "partitions.json").read_bytes())
    for partition in document["partitions"]:
        for region in partition["regions"] if partition["id"] in PARTITIONS else ():
            zones: list[Any] = RegionsAndZonesBackend.zones.get(region, [])
            named = " ".join(f"{zone.name.removeprefix(region)}={zone.zone_id}" for zone in zones)
            if named:
                yield region, named


def render() -> str:
    """The table as CSV, sorted by region."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS.split(","))
    writer.writerows(sorted(rows()))
    return lines.getvalue()


def main() -> int:
    """Write the table."""
    TABLE.write_text(render(), encoding="utf-8")
    print(f"written to {TABLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
