"""The sizes of EMR Serverless workers, what an application of such workers may use, and how jobs state it."""

import math
import shlex
from collections.abc import Iterable, Mapping
from typing import NamedTuple

LEAST_DISK_GB = 20
MOST_DISK_GB = 200
MOST_SHUFFLE_DISK_GB = 2000

_OVERHEAD = 1.1
"""A worker needs a tenth more memory than Spark is given. Source: EMR Serverless user guide, "Spark job properties"."""


class MemoryRange(NamedTuple):
    """The memory in GB that a worker may have: from `least` to `most` in steps of `step`."""

    least: int
    most: int
    step: int

    def __contains__(self, memory_gb: object) -> bool:
        return isinstance(memory_gb, int) and memory_gb in range(self.least, self.most + 1, self.step)

    def __str__(self) -> str:
        return f"{self.least} to {self.most} GB in steps of {self.step}"

    def nearest(self, memory_gb: int) -> int:
        """The allowed size that is closest to `memory_gb`."""
        return min(range(self.least, self.most + 1, self.step), key=lambda allowed: abs(allowed - memory_gb))


MEMORY = {
    1: MemoryRange(2, 8, 1),
    2: MemoryRange(4, 16, 1),
    4: MemoryRange(8, 30, 1),
    8: MemoryRange(16, 60, 4),
    16: MemoryRange(32, 120, 8),
}
"""The memory of a worker by its vCPUs.

Source: EMR Serverless user guide, "Understanding application behavior", supported worker configurations.
"""


class Capacity(NamedTuple):
    """What workers use together: vCPUs, and GB of memory and disk."""

    vcpus: int
    memory_gb: int
    disk_gb: int


def sum_of(workers: Iterable[tuple[int, Capacity]]) -> Capacity:
    """What so many workers of each size use together."""
    counted = list(workers)
    return Capacity(*(sum(count * size[part] for count, size in counted) for part in range(3)))


def capacity_for(vcpus: int, sizes: Iterable[Capacity]) -> Capacity:
    """The capacity that `vcpus` of workers need, whichever of `sizes` they have.

    EMR stops at the first limit that is reached. In proportion to the sizes, this is always the vCPUs.
    """
    each = list(sizes)
    memory = max(size.memory_gb / size.vcpus for size in each)
    disk = max(size.disk_gb / size.vcpus for size in each)
    return Capacity(vcpus, math.ceil(vcpus * memory), math.ceil(vcpus * disk))


def spark_memory(memory_gb: int) -> str:
    """Spark's memory setting for a worker of `memory_gb`, which leaves room for the overhead."""
    return f"{math.floor(memory_gb / _OVERHEAD)}g"


def spark_parameters(settings: Mapping[str, str]) -> str:
    """Settings as the Spark parameters of a job, quoted as for a shell.

    Source: EMR Serverless user guide, "Spark job properties".
    """
    return " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
