import csv
from pathlib import Path

import pytest

from components.facts.instances import MIG_PROFILES, instance_type, known_types, lacking, regions, types_in
from operations.instances import COLUMNS, TABLE


def test_the_facts_of_the_seeds_instance() -> None:
    """Source: EC2 user guide, "Accelerated computing instances": 4 vCPUs, 16 GiB, one T4 of 16 GiB, 125 GB NVMe."""
    found = instance_type("g4dn.xlarge")
    assert found
    assert (found.vcpus, found.memory_mib, found.accelerator, found.accelerators) == (4, 16 * 1024, "T4", 1)
    assert (found.local_disk_gb, found.family, found.has_nvidia, found.mig_profiles) == (125, "g4dn", True, {})


def test_neuron_devices_are_no_gpus() -> None:
    found = instance_type("inf2.xlarge")
    assert found
    assert (found.has_neuron, found.has_nvidia) == (True, False)


@pytest.mark.parametrize(
    ("name", "family", "size", "category", "generation"),
    [
        ("g4dn.12xlarge", "g4dn", "12xlarge", "g", 4),
        ("inf2.xlarge", "inf2", "xlarge", "inf", 2),
        ("u-6tb1.56xlarge", "u-6tb1", "56xlarge", "", 0),
    ],
)
def test_a_name_has_family_size_and_generation(
    name: str, family: str, size: str, category: str, generation: int
) -> None:
    found = instance_type(name)
    assert found
    assert (found.family, found.size, found.category, found.generation) == (family, size, category, generation)


@pytest.mark.parametrize(
    ("name", "architecture", "accelerator"),
    [
        ("g4dn.xlarge", "amd64", "nvidia.com/gpu"),
        ("inf2.xlarge", "amd64", "aws.amazon.com/neuron"),
        ("m7g.large", "arm64", ""),
    ],
)
def test_kubernetes_names_architecture_and_devices(name: str, architecture: str, accelerator: str) -> None:
    found = instance_type(name)
    assert found
    assert (found.kubernetes_architecture, found.kubernetes_accelerator) == (architecture, accelerator)


def test_an_unknown_type_is_none() -> None:
    assert instance_type("g4dn.huge") is None


def test_each_line_of_the_table_can_be_read() -> None:
    assert Path(__file__).parents[3] / "components" / "facts" / "instances.csv" == TABLE
    with TABLE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert ",".join(rows[0]) == COLUMNS
    assert [row["type"] for row in rows] == sorted(known_types())
    for row in rows:
        found = instance_type(row["type"])
        assert found
        assert found.vcpus >= 1
        assert found.architecture in ("x86_64", "arm64")
        assert (found.accelerators > 0) == bool(found.accelerator_maker)


def test_every_gpu_with_mig_is_one_that_an_instance_has() -> None:
    facts = [found for name in known_types() if (found := instance_type(name))]
    offered = {(each.accelerator, each.accelerator_memory_mib) for each in facts if each.has_nvidia}
    assert set(MIG_PROFILES) <= offered


def test_mig_profiles_fill_no_more_than_the_gpu() -> None:
    """A profile `Ng.Mgb` takes N of 7 compute slices (of 4 on the RTX PRO 6000) and M GB of its memory."""
    for (name, memory), profiles in MIG_PROFILES.items():
        for profile, instances in profiles.items():
            slices, _, gigabytes = profile.partition("g.")
            assert instances * int(slices) <= 7
            assert instances * int(gigabytes.removesuffix("gb")) * 1000 <= memory * 1.05, (name, profile)


def test_regions_are_regions() -> None:
    assert {"us-east-1", "eu-west-1", "us-gov-west-1"} <= set(regions())
    assert all(region.count("-") >= 2 and region[-1].isdigit() for region in regions())
    assert all(types_in(region) for region in regions())
    assert types_in("mars-north-1") == frozenset()


def test_what_a_region_lacks_is_named_with_what_is_like_it_there() -> None:
    assert lacking(["m7i.large", "g4dn.xlarge"], "us-east-1") is None
    assert lacking(["g4dn.xlarge"], "ap-southeast-3") == (
        "g4dn.xlarge is not offered in ap-southeast-3; like it there: g5.xlarge"
    )
    assert lacking(["g4dn.xlarge"], "ca-west-1") == "g4dn.xlarge is not offered in ca-west-1"


def test_an_unknown_region_refuses_nothing() -> None:
    assert lacking(["g4dn.xlarge"], "mars-north-1") is None


@pytest.mark.parametrize(("name", "pods"), [("m7i.large", 110), ("p5.48xlarge", 250), ("t3.nano", 34)])
def test_pods_are_bounded_by_addresses_and_kubernetes(name: str, pods: int) -> None:
    found = instance_type(name)
    assert found
    assert found.maximum_pods == pods
