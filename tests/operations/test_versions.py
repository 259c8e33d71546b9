"""`make versions` lists outdated versions and ends of support. AWS's responses have botocore's published shapes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
import pytest
from botocore.exceptions import NoCredentialsError  # pyright: ignore[reportMissingTypeStubs]
from botocore.stub import Stubber  # pyright: ignore[reportMissingTypeStubs]

from components.facts.versions import ADDONS, NODE_IMAGES, STANDARD_SUPPORT_ENDS, KubernetesVersion, SparkRelease
from operations.versions import aws
from operations.versions.__main__ import main
from operations.versions.pins import NOTICE_DAYS, numbers

QUIET = "2026-11-29"
NEWER = {"vpc-cni": "v9.9.9-eksbuild.1"}
PARAMETERS = {
    "al2023": "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/x86_64/standard/recommended/release_version",
    "bottlerocket": "/aws/service/bottlerocket/aws-k8s-{}/x86_64/latest/image_version",
}


class Session:
    """AWS with these versions on offer; each client refuses what its published model does not know."""

    def __init__(self, eks: str, addons: Mapping[str, str], images: Mapping[str, str]):
        self._clients: dict[str, Any] = {}
        stubs = {name: self._stub(name) for name in ("eks", "ssm")}
        offered = [{"clusterVersion": version} for version in ("1.35", "1.36", eks)]
        stubs["eks"].add_response("describe_cluster_versions", {"clusterVersions": offered}, STANDARD)
        for version in KubernetesVersion:
            for name, pinned in ADDONS[version].items():
                asked = {"addonName": name, "kubernetesVersion": str(version)}
                versions = [{"addonVersion": each} for each in ("v0.0.1-eksbuild.1", addons.get(name, pinned))]
                addon = {"addonName": name, "addonVersions": versions}
                stubs["eks"].add_response("describe_addon_versions", {"addons": [addon]}, asked)
        for version in KubernetesVersion:
            for family, pinned in NODE_IMAGES[version].items():
                answer = {"Parameter": {"Value": images.get(family, pinned)}}
                stubs["ssm"].add_response("get_parameter", answer, {"Name": PARAMETERS[family].format(version)})

    def _stub(self, name: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self._clients[name] = boto3.client(name, region_name="us-east-1", **keys)  # pyright: ignore
        stubber: Any = Stubber(self._clients[name])
        stubber.activate()
        return stubber

    def client(self, name: str) -> Any:
        """The client of a service."""
        return self._clients[name]


STANDARD = {"versionStatus": "STANDARD_SUPPORT"}


def lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, session: Session, today: str = QUIET
) -> tuple[int, list[str]]:
    def made(region_name: str) -> Session:
        return session

    monkeypatch.setattr(aws.boto3, "Session", made)
    code = main(["--of", "eks", "--today", today])
    return code, [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_versions_list_every_pin_of_eks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--of", "eks", "--offline", "--today", QUIET]) == 0
    listed = capsys.readouterr().out
    for version in KubernetesVersion:
        pinned = [*ADDONS[version].values(), *NODE_IMAGES[version].values(), str(STANDARD_SUPPORT_ENDS[version])]
        assert [each for each in pinned if each not in listed] == []


def test_versions_exit_with_0_when_all_are_newest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = lines(capsys, monkeypatch, Session("1.36", {}, {}))
    behind = [line for line in found if "newer" in line]
    assert behind == ["EKS 1.35 1.35 1.36 is newer; support ends on 2027-03-27"]
    assert code == 1
    assert sum(line.endswith(" newest") for line in found) == len(found) - 2


def test_versions_list_outdated_pins_first(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    images = {"al2023": "1.36.5-20261120", "bottlerocket": "1.68.1-0a1b2c3d"}
    code, found = lines(capsys, monkeypatch, Session("1.37", NEWER, images))
    assert code == 1
    first = [line for line in found if "is newer" in line]
    assert found[: len(first)] == first
    assert "EKS 1.36 1.36 1.37 is newer; support ends on 2027-08-02" in first
    assert f"al2023 image of EKS 1.36 {NODE_IMAGES['1.36']['al2023']} 1.36.5-20261120 is newer" in first
    assert "vpc-cni of EKS 1.36 v1.23.2-eksbuild.1 v9.9.9-eksbuild.1 is newer" in first


@pytest.mark.parametrize(
    ("today", "told"),
    [("2027-03-27", "EKS 1.35 1.35 support ended on 2027-03-27"), ("2027-01-01", "EKS 1.35 1.35 support ends on")],
)
def test_versions_list_the_end_of_support_without_aws(
    today: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (STANDARD_SUPPORT_ENDS["1.35"] - date.fromisoformat(today)).days <= NOTICE_DAYS
    assert main(["--of", "eks", "--offline", "--today", today]) == 1
    assert " ".join(capsys.readouterr().out.splitlines()[0].split()).startswith(told)


def test_versions_list_the_calendar_without_credentials(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(region: str) -> Mapping[str, str]:
        raise NoCredentialsError

    monkeypatch.setattr(aws, "newest", refused)
    assert main(["--of", "eks", "--today", QUIET]) == 0
    printed = capsys.readouterr()
    assert "AWS in us-east-1 was not compared: Unable to locate credentials" in printed.err
    assert "not compared; support ends on 2027-08-02" in printed.out


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("v1.9.0-eksbuild.9", "v1.10.0-eksbuild.1"),
        ("v1.23.2-eksbuild.1", "v1.23.2-eksbuild.12"),
        ("1.36.3-20260903", "1.36.3-20261012"),
        ("1.9.0-ffffffff", "1.65.0-0be31b34"),
        ("1.35", "1.36"),
    ],
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert numbers(older) < numbers(newer)


def test_two_commits_of_one_version_are_equal() -> None:
    assert numbers("1.65.0-0be31b34") == numbers("1.65.0-5a6b7c8d")


def test_versions_list_emr_releases_whose_support_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--of", "emr", "--offline", "--today", "2027-05-01"]) == 1
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "EMR release emr-spark-8.0.0 support ends on 2027-05-20"
    assert len(lines) == len(SparkRelease)
