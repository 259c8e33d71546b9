from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError  # pyright: ignore[reportMissingTypeStubs]
from moto import mock_aws

from operations import instances
from operations.instances import TABLE, facts_of, main, render

pytestmark = pytest.mark.slow


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")


@pytest.mark.usefixtures("credentials")
def test_table_has_what_ec2_describes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "instances.csv"
    with mock_aws():
        assert main(["--table", str(table)]) == 0
    fresh, kept = table.read_text().splitlines(), TABLE.read_text().splitlines()
    assert [line for line in fresh if line not in kept] == []
    assert [line for line in kept if line not in fresh] == []
    assert capsys.readouterr().out == f"instances: {len(kept) - 1} types written to {table}\n"


class Refusing:
    """An EC2 whose pages fail, as without credentials or permission."""

    def __init__(self, error: Exception):
        self._error = error

    def get_paginator(self, operation: str) -> "Refusing":
        assert operation == "describe_instance_types"
        return self

    def paginate(self) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NoCredentialsError(), "Unable to locate credentials"),
        (
            ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "DescribeInstanceTypes"),
            "UnauthorizedOperation",
        ),
    ],
)
def test_failure_keeps_the_table_and_gives_the_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    reason: str,
) -> None:
    table = tmp_path / "instances.csv"
    table.write_text("what was there")
    asked: list[str] = []

    def client(service: str, region_name: str) -> Refusing:
        asked.append(f"{service} in {region_name}")
        return Refusing(error)

    monkeypatch.setattr(instances.boto3, "client", client)  # pyright: ignore[reportUnknownMemberType]
    assert main(["--region", "eu-west-1", "--table", str(table)]) == 1
    assert asked == ["ec2 in eu-west-1"]
    assert table.read_text() == "what was there"
    assert [each.name for each in tmp_path.iterdir()] == ["instances.csv"]
    told = capsys.readouterr().err
    assert told.startswith("instances: EC2 in eu-west-1 did not respond; the table is unchanged: ")
    assert reason in told


def description(**more: Any) -> dict[str, Any]:
    return {
        "InstanceType": "x1.large",
        "VCpuInfo": {"DefaultVCpus": 2},
        "MemoryInfo": {"SizeInMiB": 8192},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "NetworkInfo": {"MaximumNetworkInterfaces": 3, "Ipv4AddressesPerInterface": 10},
        "CurrentGeneration": True,
        "SupportedUsageClasses": ["on-demand", "spot"],
        **more,
    }


def test_plain_instance_has_no_accelerator_efa_or_disk() -> None:
    assert facts_of(description()) == ("x1.large", 2, 8192, "x86_64", "", "", 0, 0, 0, 1, 3, 10, 0, 1, 1)


def test_fraction_of_a_gpu_counts_as_one() -> None:
    gpu = {"Name": "L4", "Manufacturer": "NVIDIA", "Count": 0, "MemoryInfo": {"SizeInMiB": 2861}}
    assert facts_of(description(GpuInfo={"Gpus": [gpu]}))[4:8] == ("nvidia", "L4", 1, 2861)


def test_efa_without_details_counts_one_interface() -> None:
    network = {"MaximumNetworkInterfaces": 3, "Ipv4AddressesPerInterface": 10, "EfaSupported": True}
    assert facts_of(description(NetworkInfo=network))[8] == 1
    assert facts_of(description(NetworkInfo={**network, "EfaInfo": {"MaximumEfaInterfaces": 32}}))[8] == 32


def test_table_is_sorted_by_type() -> None:
    text = render([description(InstanceType="b.large"), description(InstanceType="a.large")])
    assert [line.partition(",")[0] for line in text.splitlines()[1:]] == ["a.large", "b.large"]
