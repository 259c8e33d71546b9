"""EC2 instance types: their properties, and the regions that offer them.

The properties come from EC2's DescribeInstanceTypes; `make instances` refreshes them in `instances.csv`. The regions
come from the tables that cfn-lint publishes with each release.
"""

import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

MIG_PROFILES: dict[tuple[str, int], dict[str, int]] = {
    ("A100", 40960): {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1},
    ("A100", 81920): {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    ("H100", 81920): {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    ("H200", 144384): {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1},
    ("B200", 183359): {"1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1},
    ("B300", 275040): {"1g.34gb": 7, "1g.67gb": 4, "2g.67gb": 3, "3g.135gb": 2, "4g.135gb": 1, "7g.269gb": 1},
    ("RTX PRO Server 6000", 98304): {"1g.24gb": 4, "2g.48gb": 2, "4g.96gb": 1},
}
"""The number of MIG instances of each profile on one GPU, by the GPU's name and memory in MiB.

Source: NVIDIA Multi-Instance GPU user guide, "Supported MIG profiles"; the layouts that NVIDIA's mig-parted publishes.
"""


_WITHOUT_NVME = frozenset({"c1", "c3", "d2", "d3", "d3en", "h1", "i2", "m1", "m2", "m3", "r3", "x1", "x1e"})
"""Families whose local disks are not NVMe SSDs. EKS's images do not mount such disks, and EC2 does not encrypt them.

Source: EC2 user guide, "Instance store volume limits" and "SSD instance store volumes".
"""


_FAMILY = re.compile(r"([a-z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class InstanceType:
    """An EC2 instance type. Memory is in MiB, the local disk in GB; counts are per instance."""

    name: str
    vcpus: int
    memory_mib: int
    architecture: str
    accelerator_maker: str
    accelerator: str
    accelerators: int
    accelerator_memory_mib: int
    efa_interfaces: int
    network_cards: int
    interfaces: int
    addresses_per_interface: int
    local_disk_gb: int
    current: bool
    spot: bool

    @property
    def family(self) -> str:
        """The part before the dot: `g4dn` of `g4dn.xlarge`."""
        return self.name.partition(".")[0]

    @property
    def size(self) -> str:
        """The part after the dot: `xlarge` of `g4dn.xlarge`."""
        return self.name.partition(".")[2]

    @property
    def category(self) -> str:
        """The letters before the generation: `g` of `g4dn.xlarge`."""
        found = _FAMILY.match(self.family)
        return found[1] if found else ""

    @property
    def generation(self) -> int:
        """The number of the generation: 4 of `g4dn.xlarge`; 0 where the name has none."""
        found = _FAMILY.match(self.family)
        return int(found[2]) if found else 0

    @property
    def kubernetes_architecture(self) -> str:
        """The architecture as Kubernetes' label `kubernetes.io/arch` names it: `amd64` or `arm64`."""
        return "amd64" if self.architecture == "x86_64" else self.architecture

    @property
    def kubernetes_accelerator(self) -> str:
        """The name of its accelerators as a Kubernetes resource; empty without accelerators."""
        return "nvidia.com/gpu" if self.has_nvidia else "aws.amazon.com/neuron" if self.has_neuron else ""

    @property
    def has_nvidia(self) -> bool:
        """Whether it has NVIDIA GPUs."""
        return self.accelerator_maker == "nvidia"

    @property
    def has_neuron(self) -> bool:
        """Whether it has AWS Inferentia or Trainium devices."""
        return self.accelerator_maker == "aws"

    @property
    def nvme_gb(self) -> int:
        """The size of its local NVMe disks in GB, which EC2 encrypts; 0 without such disks."""
        return 0 if self.family in _WITHOUT_NVME else self.local_disk_gb

    @property
    def mig_profiles(self) -> dict[str, int]:
        """The MIG profiles of its GPU, with the number of instances on one GPU; empty without MIG."""
        return MIG_PROFILES.get((self.accelerator, self.accelerator_memory_mib), {})

    @property
    def maximum_pods(self) -> int:
        """The most pods with VPC CNI prefix delegation, limited to the 110 or 250 that Kubernetes is tested with.

        Source: EKS user guide, "Increase the available IP addresses"; /28 prefixes of 16 addresses take a slot each.
        """
        addresses = self.interfaces * (self.addresses_per_interface - 1) * 16 + 2
        return min(addresses, 110 if self.vcpus < 30 else 250)


@cache
def instance_type(name: str) -> InstanceType | None:
    """The instance type `name`, such as `g4dn.xlarge`; None when EC2 has no such type."""
    row = _rows().get(name)
    return _parsed(row) if row else None


def known_types() -> list[str]:
    """The names of all EC2 instance types, sorted."""
    return list(_rows())


@cache
def types_in(region: str) -> frozenset[str]:
    """The instance types that `region` offers; empty for an unknown region."""
    entry = _offerings().get(region)
    return frozenset(entry["enum"]) if entry else frozenset()


def regions() -> list[str]:
    """The known regions, sorted."""
    return sorted(region for region in _offerings() if region != "all")


def lacking(names: Sequence[str], region: str) -> str | None:
    """A sentence about the first of `names` that `region` does not offer, with similar types; None if it offers all."""
    offered = types_in(region)
    for name in names:
        missing = instance_type(name)
        if missing is None or not offered or name in offered:
            continue
        like = (missing.accelerator_maker, missing.accelerators, missing.architecture, missing.vcpus)
        equals = [
            other.name
            for other in map(instance_type, sorted(offered))
            if other and (other.accelerator_maker, other.accelerators, other.architecture, other.vcpus) == like
        ]
        nearest = get_close_matches(name, equals, n=3, cutoff=0)
        return f"{name} is not offered in {region}" + (f"; like it there: {', '.join(nearest)}" if nearest else "")
    return None


@cache
def _rows() -> dict[str, str]:
    lines = (Path(__file__).parent / "instances.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {line.partition(",")[0]: line for line in lines}


def _parsed(row: str) -> InstanceType:
    name, vcpus, memory, architecture, maker, accelerator, *numbers = row.split(",")
    count, accelerator_memory, efa, cards, interfaces, addresses, disk, current, spot = map(int, numbers)
    return InstanceType(
        name, int(vcpus), int(memory), architecture, maker, accelerator, count, accelerator_memory,
        efa, cards, interfaces, addresses, disk, bool(current), bool(spot),
    )  # fmt: skip


@cache
def _offerings() -> dict[str, dict[str, list[str]]]:
    """The types of each region, under `enum`."""
    table = json.loads(published_table("aws_ec2_instance", "instancetype_enum.json"))
    # The table also has entries that are not regions.
    return {region: entry for region, entry in table.items() if isinstance(entry, dict)}


def published_table(resource: str, file: str) -> bytes:
    """A table of cfn-lint that lists what AWS offers in each region.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    # Does not import cfn-lint, which takes a second; reading a table takes a few milliseconds.
    package = importlib.util.find_spec("cfnlint")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("cfn-lint is not installed; its tables list what each region offers")
    folder = Path(package.submodule_search_locations[0])
    return (folder / "data" / "schemas" / "extensions" / resource / file).read_bytes()
