"""Refreshes `components/facts/instances.csv`, the facts of EC2 instance types, from the EC2 API: `make instances`."""

import csv
import io
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

from operations.flags import FlagParser

TABLE = Path(__file__).parent.parent / "components" / "facts" / "instances.csv"
COLUMNS = (
    "type,vcpus,memory_mib,architecture,accelerator_maker,accelerator,accelerators,accelerator_memory_mib,"
    "efa_interfaces,network_cards,interfaces,addresses_per_interface,local_disk_gb,current,spot"
)


def facts_of(description: Mapping[str, Any]) -> tuple[object, ...]:
    """The row for one entry of EC2's DescribeInstanceTypes, in the order of `COLUMNS`."""
    network = description["NetworkInfo"]
    maker, accelerator, count, memory = _accelerator(description)
    return (
        description["InstanceType"],
        description["VCpuInfo"]["DefaultVCpus"],
        description["MemoryInfo"]["SizeInMiB"],
        "arm64" if "arm64" in description["ProcessorInfo"]["SupportedArchitectures"] else "x86_64",
        maker,
        accelerator,
        count,
        memory,
        network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 1 if network.get("EfaSupported") else 0),
        network.get("MaximumNetworkCards", 1),
        network["MaximumNetworkInterfaces"],
        network["Ipv4AddressesPerInterface"],
        description.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
        int(description["CurrentGeneration"]),
        int("spot" in description["SupportedUsageClasses"]),
    )


def _accelerator(description: Mapping[str, Any]) -> tuple[str, str, int, int]:
    """Maker, name, count and memory in MiB of the accelerators. An instance has at most one kind."""
    if devices := description.get("NeuronInfo", {}).get("NeuronDevices"):
        return "aws", devices[0]["Name"], devices[0]["Count"], devices[0]["MemoryInfo"]["SizeInMiB"]
    if gpus := description.get("GpuInfo", {}).get("Gpus"):
        # A fraction of a GPU, as in the g6f types, counts as one GPU with that memory.
        return (
            gpus[0]["Manufacturer"].lower(),
            gpus[0]["Name"],
            gpus[0]["Count"] or 1,
            gpus[0]["MemoryInfo"]["SizeInMiB"],
        )
    return "", "", 0, 0


def render(descriptions: Iterable[Mapping[str, Any]]) -> str:
    """The table as CSV, one instance type a line, sorted by type."""
    text = io.StringIO()
    text.write(COLUMNS + "\n")
    csv.writer(text, lineterminator="\n").writerows(sorted(facts_of(each) for each in descriptions))
    return text.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the table of the region's instance types. Exits with 1 and the reason if EC2 does not respond."""
    parser = FlagParser(description=__doc__)
    parser.add_argument("--region", default="us-east-1", help="the region to read; us-east-1 has almost every type")
    parser.add_argument("--table", type=Path, default=TABLE, help="the file to write")
    options = parser.parse_args(arguments)
    try:
        pages = boto3.client("ec2", region_name=options.region).get_paginator("describe_instance_types").paginate()  # pyright: ignore
        text = render(description for page in pages for description in page["InstanceTypes"])  # pyright: ignore
    except (BotoCoreError, ClientError) as error:
        print(f"instances: EC2 in {options.region} did not respond; the table is unchanged: {error}", file=sys.stderr)
        return 1
    fresh = options.table.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, options.table)  # noqa: PTH105 - atomic
    print(f"instances: {text.count(chr(10)) - 1} types written to {options.table}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
