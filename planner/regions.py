"""The partition and zones of each region, from kept data: a plan asks no account."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Region:
    """Where a region is. `zones` holds the id of each zone by its letter.

    Which letter names which id differs from account to account (AWS RAM user guide, "Availability Zone IDs"); the plan
    takes one mapping, the deployment asks the account. Source of the table: partitions as botocore has them, zones and
    ids as moto does.
    """

    name: str
    partition: str
    dns_suffix: str
    zones: dict[str, str]

    @property
    def reverse_dns_prefix(self) -> str:
        """The DNS suffix from its end, with which names of endpoint services begin: `com.amazonaws`."""
        return ".".join(reversed(self.dns_suffix.split(".")))


@cache
def known_regions() -> dict[str, Region]:
    """Every commercial, GovCloud and China region by its name."""
    with (Path(__file__).parent / "regions.csv").open(newline="", encoding="utf-8") as lines:
        return {
            name: Region(name, partition, suffix, dict(zone.split("=", 1) for zone in zones.split(" ")))
            for name, partition, suffix, zones in list(csv.reader(lines))[1:]
        }
