"""The zones of each region, from kept data: a plan asks no account."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from components.facts.regions import dns_suffix, partition_of


@dataclass(frozen=True, slots=True)
class Region:
    """Where a region is. `zones` holds the id of each zone by its letter.

    Which letter names which id differs from account to account (AWS RAM user guide, "Availability Zone IDs"); the plan
    takes one mapping, the deployment asks the account. Source of the table: moto.
    """

    name: str
    zones: dict[str, str]

    @property
    def partition(self) -> str:
        """The partition, with which ARNs begin."""
        return partition_of(self.name)

    @property
    def dns_suffix(self) -> str:
        """The domain of its endpoints."""
        return dns_suffix(self.name)

    @property
    def reverse_dns_prefix(self) -> str:
        """The DNS suffix from its end, with which names of endpoint services begin: `com.amazonaws`."""
        return ".".join(reversed(self.dns_suffix.split(".")))


@cache
def known_regions() -> dict[str, Region]:
    """Every commercial, GovCloud and China region by its name."""
    with (Path(__file__).parent / "regions.csv").open(newline="", encoding="utf-8") as lines:
        return {
            row["region"]: Region(row["region"], dict(zone.split("=", 1) for zone in row["zones"].split(" ")))
            for row in csv.DictReader(lines)
        }
