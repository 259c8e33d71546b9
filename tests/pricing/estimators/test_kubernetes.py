"""AWS resources that controllers make for Kubernetes objects are named as unpriced, with the reason."""

from typing import Any

import pytest

from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import component, resource

LOAD_BALANCER = "the load balancer that a controller"
CLAIMS: list[dict[str, Any]] = [{"spec": {}}]


@pytest.mark.parametrize(
    ("type_", "spec", "why"),
    [
        ("core/v1:Service", {"type": "LoadBalancer"}, f"{LOAD_BALANCER} makes"),
        ("networking.k8s.io/v1:Ingress", None, f"{LOAD_BALANCER} may make"),
        ("gateway.networking.k8s.io/v1:Gateway", None, f"{LOAD_BALANCER} may make"),
        ("core/v1:PersistentVolumeClaim", None, "the volumes that a driver makes"),
        ("apps/v1:StatefulSet", {"volumeClaimTemplates": CLAIMS}, "the volumes that a driver makes"),
    ],
)
def test_what_a_controller_makes_is_unpriced(type_: str, spec: Any, why: str) -> None:
    made = resource(f"kubernetes:{type_}", spec=spec or {})
    result = estimate([component(), made], region="us-east-1", usage=Usage())
    assert why in result.reasons[made.urn]


@pytest.mark.parametrize(
    ("type_", "spec"),
    [
        ("core/v1:Service", {"type": "ClusterIP"}),
        ("core/v1:Service", {}),
        ("core/v1:PersistentVolumeClaim", {"volumeName": "disk", "storageClassName": ""}),
        ("apps/v1:StatefulSet", {"replicas": 3}),
    ],
)
def test_objects_that_make_nothing_in_aws_cost_nothing(type_: str, spec: dict[str, Any]) -> None:
    result = estimate([component(), resource(f"kubernetes:{type_}", spec=spec)], region="us-east-1", usage=Usage())
    assert (result.monthly, result.unpriced) == (0, ())


def storage_class(name: str, *, default: bool = False, **parameters: str) -> Resource:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    metadata = {"name": name, "annotations": annotations}
    return resource(
        "kubernetes:storage.k8s.io/v1:StorageClass",
        name,
        metadata=metadata,
        provisioner="ebs.csi.aws.com",
        parameters=parameters,
    )


def claimed(size: str, storage_class: str = "") -> dict[str, Any]:
    named = {"storageClassName": storage_class} if storage_class else {}
    return {**named, "resources": {"requests": {"storage": size}}}


def monthly(kind: str, spec: dict[str, Any], *classes: Resource) -> float:
    result = estimate([component(), resource(kind, spec=spec), *classes], region="us-east-1", usage=Usage())
    assert result.unpriced == ()
    return result.monthly


def test_each_replica_of_a_stateful_set_has_a_volume() -> None:
    spec = {"replicas": 2, "volumeClaimTemplates": [{"spec": claimed("20Gi", "gp3")}]}
    # 2 x 20 GB x 0.08.
    assert monthly("kubernetes:apps/v1:StatefulSet", spec, storage_class("gp3", type="gp3")) == pytest.approx(3.2)


def test_claim_without_a_class_is_of_the_default_class() -> None:
    classes = storage_class("slow", type="sc1"), storage_class("fast", default=True, type="gp3", iops="4000")
    # 100 GB x 0.08, and 1,000 operations x 0.005.
    assert monthly("kubernetes:core/v1:PersistentVolumeClaim", claimed("100Gi"), *classes) == pytest.approx(13)


def test_claim_of_another_driver_is_unpriced() -> None:
    files = resource(
        "kubernetes:storage.k8s.io/v1:StorageClass", "efs", metadata={"name": "efs"}, provisioner="efs.csi.aws.com"
    )
    claim = resource("kubernetes:core/v1:PersistentVolumeClaim", spec=claimed("1Gi", "efs"))
    result = estimate([component(), claim, files], region="us-east-1", usage=Usage())
    assert "the volumes that a driver makes" in result.reasons[claim.urn]
