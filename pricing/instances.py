"""What the priced instance types are: processors, memory and accelerators."""

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).parent / "instance_types.csv"
_NAME = re.compile(r"([a-z]+)(\d+)([a-z-]*)")


class InstanceType(NamedTuple):
    """An EC2 instance type.

    `resource` is the name under which Kubernetes counts its accelerators, `accelerator` their model in lower case.
    Source of the table: DescribeInstanceTypes as recorded in moto 5.2.
    """

    name: str
    vcpus: int
    memory_gib: float
    architecture: str
    accelerator: str
    accelerators: int
    resource: str

    @property
    def family(self) -> str:
        """`g4dn` of `g4dn.xlarge`."""
        return self.name.partition(".")[0]

    @property
    def size(self) -> str:
        """`xlarge` of `g4dn.xlarge`."""
        return self.name.partition(".")[2]

    @property
    def category(self) -> str:
        """`g` of `g4dn.xlarge`, the letters before the generation."""
        match = _NAME.match(self.family)
        return match[1] if match else ""

    @property
    def generation(self) -> int:
        """4 of `g4dn.xlarge`."""
        match = _NAME.match(self.family)
        return int(match[2]) if match else 0


@lru_cache(maxsize=1)
def instance_types() -> tuple[InstanceType, ...]:
    """Every type of the table, by name."""
    with _TABLE.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(
        InstanceType(
            name=row["type"],
            vcpus=int(row["vcpus"]),
            memory_gib=float(row["memory_gib"]),
            architecture=row["architecture"],
            accelerator=row["accelerator"],
            accelerators=int(row["accelerators"]),
            resource=row["resource"],
        )
        for row in rows
    )
