"""Pods with volumes of Amazon EBS are bound to a zone, and so is the machine of a starter."""

from collections.abc import Mapping
from typing import Any

import pytest

from availability.parts import Capability, Part
from components.facts.service_levels import SERVICE_LEVELS
from resources.resource import Resource
from tests.support.availability import capability, predicted, with_inputs
from tests.support.planner.plans import plan_of

pytestmark = pytest.mark.slow
PROMETHEUS = "metrics-prometheus-pods"
METRICS = "metrics and alerts"
VOLUMES = "volumes of monitoring/prometheus"
MACHINE = "services of starter"


def with_claim(claim: Mapping[str, Any], *, replicas: int = 1) -> list[Resource]:
    """Prod, whose Prometheus has a claim."""

    def change(inputs: dict[str, Any]) -> None:
        inputs["spec"] |= {"replicas": replicas, "volumeClaimTemplates": [{"spec": dict(claim)}]}

    return with_inputs(plan_of("prod"), PROMETHEUS, change)


def part(found: Capability, name: str) -> Part:
    return next(each for each in found.parts if each.name == name)


@pytest.mark.parametrize("claim", [{"storageClassName": "gp3"}, {}], ids=["named", "default class"])
def test_a_pod_with_an_ebs_volume_is_down_with_its_zone_until_the_zone_is_back(claim: Mapping[str, Any]) -> None:
    found = capability(with_claim(claim), METRICS)
    volume = part(found, VOLUMES)
    assert volume.share == SERVICE_LEVELS["ebs-volume"].share
    assert len(volume.spread.zones) == 3
    for loss in found.losses:
        assert loss.capacity == 0
        assert any(VOLUMES in each and "with the zone" in each for each in loss.returns)


def test_a_second_replica_is_not_offered_where_each_replica_has_its_own_data() -> None:
    found = capability(with_claim({"storageClassName": "gp3"}), METRICS)
    assert part(found, "pods monitoring/prometheus").improvement is None


def test_replicas_with_volumes_in_several_zones_outlive_one_of_them() -> None:
    found = capability(with_claim({"storageClassName": "gp3"}, replicas=3), METRICS)
    assert part(found, VOLUMES).share == SERVICE_LEVELS["ebs-volumes"].share
    assert all(loss.capacity > 0 for loss in found.losses)


def test_pods_without_volumes_start_again_in_another_zone() -> None:
    assert not any(loss.returns for loss in capability(plan_of("prod"), METRICS).losses)


def test_a_volume_of_a_folder_of_the_node_is_not_a_part() -> None:
    found = capability(with_claim({"storageClassName": ""}), METRICS)
    assert VOLUMES not in {each.name for each in found.parts}


def test_an_unknown_storage_class_makes_an_upper_bound() -> None:
    found = capability(with_claim({"storageClassName": "fast"}), METRICS)
    assert found.unknown == ("the plan has no storage class fast",)


def test_a_file_system_of_efs_is_regional() -> None:
    resources = with_inputs(
        with_claim({"storageClassName": "gp3"}),
        "gpu-cluster-gp3",
        lambda inputs: inputs.update(provisioner="efs.csi.aws.com"),
    )
    system = part(capability(resources, METRICS), "file system of monitoring/prometheus")
    assert (system.share, system.spread.zones) == (SERVICE_LEVELS["efs"].share, ())


def test_the_machine_of_a_starter_is_one_instance_with_one_volume() -> None:
    found = capability(plan_of("starter"), MACHINE)
    assert found.address == "*.starter.example.com"
    expected = 1.0
    for level in ("route53", "ec2-instance", "ebs-volume"):
        expected *= SERVICE_LEVELS[level].share
    assert found.share == pytest.approx(expected)
    lost = {loss.zone: (loss.capacity, len(loss.returns)) for loss in found.losses}
    assert lost == {"us-east-1a": (0, 2), "us-east-1b": (1, 0)}


def test_without_its_record_the_machine_is_an_upper_bound() -> None:
    resources = [each for each in plan_of("starter") if each.name != "starter-names"]
    found = capability(resources, MACHINE)
    assert found.unknown == ("no DNS record of the plan leads to starter-machine",)


def test_the_volume_of_a_starter_is_lost_with_the_region_unless_its_snapshots_are_copied() -> None:
    recoveries = {each.store: each for each in predicted(plan_of("starter")).recoveries}
    assert recoveries["machine"].how == "its backups are in the region that is lost"
    without = [each for each in plan_of("starter") if each.type != "aws:backup/selection:Selection"]
    bare = {each.store: each for each in predicted(without).recoveries}
    assert bare["starter-data"].how == "the volume has no copy in another region"


def test_traces_in_tempo_are_bound_to_the_zone_of_its_volume() -> None:
    found = capability(plan_of("everything"), "traces")
    names = [each.name for each in found.parts]
    assert {"pods trace-store/tempo", "volumes of trace-store/tempo", "Amazon S3"} <= set(names)
    assert all(loss.capacity == 0 and loss.returns for loss in found.losses)


def test_traces_and_logs_in_services_of_aws_outlive_a_zone() -> None:
    for name, service in (("traces", "AWS X-Ray"), ("logs", "Amazon CloudWatch")):
        found = capability(plan_of("prod"), name)
        assert service in {each.name for each in found.parts}
        assert all(loss.capacity > 0 and not loss.returns for loss in found.losses)
