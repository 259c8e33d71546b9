"""What a pool's nodes run and mount before they join: user data, and volumes beside their own disks."""

import base64
import email
import tomllib
from typing import Any

import pytest
import yaml

from components.core.spec import SpecError
from tests.support.components.clusters import TEMPLATE, node_pool


def template(**args: Any) -> dict[str, Any]:
    return dict(node_pool(**args).one(TEMPLATE).inputs)


def script(**args: Any) -> str:
    return base64.b64decode(template(**args)["userData"]).decode()


def test_a_plain_pool_leaves_user_data_to_eks() -> None:
    assert template(instance_types=["m7i.large"]).get("userData") is None


def parts(text: str) -> list[tuple[str, str]]:
    message = email.message_from_string(text)
    assert message.is_multipart()
    return [(part.get_content_type(), str(part.get_payload())) for part in message.walk() if not part.is_multipart()]


def test_local_disks_carry_containers_where_a_type_has_some() -> None:
    [(kind, text)] = parts(script(instance_types=["g4dn.xlarge"]))
    assert kind == "application/node.eks.aws"
    config = yaml.safe_load(text)
    assert (config["apiVersion"], config["kind"]) == ("node.eks.aws/v1alpha1", "NodeConfig")
    assert config["spec"]["instance"]["localStorage"] == {"strategy": "RAID0"}
    assert config["spec"]["featureGates"] == {"FastImagePull": True}


DISKS: list[tuple[dict[str, Any], int, bool]] = [
    ({"instance_types": ["g4dn.xlarge"]}, 30, True),
    ({"instance_types": ["g4dn.xlarge"], "disk_gib": 200}, 200, True),
    ({"instance_types": ["g4dn.xlarge"], "local_disk": False}, 100, False),
    ({"instance_types": ["p5.48xlarge"]}, 30, True),
    ({"instance_types": ["m7i.large"]}, 100, False),
    ({"instance_types": ["m5d.large", "m5.large"]}, 100, False),
    # Spinning disks are slower than gp3, and older ones are no NVMe devices, which EKS's image leaves alone.
    ({"instance_types": ["d2.xlarge"]}, 100, False),
    ({"instance_types": ["d3.xlarge"]}, 100, False),
]


@pytest.mark.parametrize("family", ["al2023", "bottlerocket"])
@pytest.mark.parametrize(("args", "volume", "own"), DISKS)
def test_a_volume_is_small_where_own_disks_carry_containers(
    args: dict[str, Any], volume: int, own: bool, family: str
) -> None:
    inputs = template(ami_family=family, **args)
    assert inputs["blockDeviceMappings"][-1]["ebs"]["volumeSize"] == volume
    text = base64.b64decode(inputs.get("userData") or "").decode()
    assert ("RAID0" in text or "ephemeral-storage" in text) is own


def test_bottlerocket_mounts_local_disks_at_each_boot() -> None:
    settings = tomllib.loads(script(ami_family="bottlerocket", sharing={"time_slicing": 4}))["settings"]
    assert settings["kubelet-device-plugins"]["nvidia"]["time-slicing"]["replicas"] == 4
    [command] = settings["bootstrap-commands"].values()
    assert (command["mode"], command["essential"]) == ("always", True)
    made, bound = command["commands"]
    assert made == ["apiclient", "ephemeral-storage", "init"]
    assert bound[-3:] == ["/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]


def test_gpus_are_partitioned_before_the_kubelet_starts() -> None:
    mig: dict[str, Any] = {"sharing": {"mig_profile": "2g.10gb"}, "local_disk": False}
    [(kind, text)] = parts(script(instance_types=["p4d.24xlarge"], **mig))
    assert kind == "text/x-shellscript"
    assert text.startswith("#!/bin/bash\n")
    assert "mig --create-gpu-instance 2g.10gb,2g.10gb,2g.10gb --default-compute-instance" in text
    assert "Before=nvidia-persistenced.service kubelet.service" in text


def test_local_disks_and_mig_are_two_parts_of_one_message() -> None:
    found = parts(script(instance_types=["p5.48xlarge"], sharing={"mig_profile": "7g.80gb"}, local_disk=True))
    assert [kind for kind, _ in found] == ["application/node.eks.aws", "text/x-shellscript"]


def bottlerocket(**args: Any) -> dict[str, Any]:
    settings = tomllib.loads(script(ami_family="bottlerocket", **args))
    return settings["settings"]["kubelet-device-plugins"]["nvidia"]


def test_bottlerocket_slices_time_by_its_settings() -> None:
    assert bottlerocket(sharing={"time_slicing": 4}) == {
        "device-sharing-strategy": "time-slicing",
        "time-slicing": {"replicas": 4, "rename-by-default": False, "fail-requests-greater-than-one": True},
    }


@pytest.mark.parametrize(
    ("kind", "profile", "model"),
    [
        ("p4d.24xlarge", "1g.5gb", "a100.40gb"),
        ("p4de.24xlarge", "1g.10gb", "a100.80gb"),
        ("p5.48xlarge", "1g.10gb", "h100.80gb"),
        ("p5en.48xlarge", "1g.18gb", "h200.141gb"),
    ],
)
def test_bottlerocket_cuts_gpus_by_its_settings(kind: str, profile: str, model: str) -> None:
    """The model is spelled as Bottlerocket's documentation spells it: `a100.40gb` on p4d.24xlarge."""
    found = bottlerocket(instance_types=[kind], sharing={"mig_profile": profile})
    assert found == {"device-partitioning-strategy": "mig", "mig": {"profile": {model: profile}}}


@pytest.mark.parametrize(("throughput", "parallel"), [(125, False), (599, False), (600, True)])
def test_volumes_that_are_fast_enough_are_filled_in_parallel(throughput: int, parallel: bool) -> None:
    inputs = template(instance_types=["m7i.large"], disk_throughput=throughput, disk_iops=3000)
    text = base64.b64decode(inputs.get("userData") or "").decode()
    assert ("FastImagePull: true" in text) is parallel
    assert "RAID0" not in text


def test_bottlerocket_starts_from_a_snapshot_with_images() -> None:
    inputs = template(ami_family="bottlerocket", local_disk=False, image_snapshot_id="snap-0123456789abcdef0")
    system, data = (each["ebs"] for each in inputs["blockDeviceMappings"])
    assert data["snapshotId"] == "snap-0123456789abcdef0"
    assert data["encrypted"] == "true"
    assert "snapshotId" not in system


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"ami_family": "al2023", "local_disk": False}, "amiFamily al2023 stores images on its system's volume"),
        ({"ami_family": "bottlerocket"}, "localDisk stores images on local disks"),
        ({"ami_family": "bottlerocket", "image_snapshot_id": "vol-1"}, "image_snapshot_id = 'vol-1'"),
    ],
)
def test_snapshot_that_no_volume_can_use_is_refused(args: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        template(**{"image_snapshot_id": "snap-0123456789abcdef0", **args})
