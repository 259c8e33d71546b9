"""AWS resources that controllers make for Kubernetes objects are named as unpriced, with the reason."""

from typing import Any

import pytest

from pricing.estimate import estimate
from pricing.usage import Usage
from tests.support.pricing.build import component, resource

LOAD_BALANCER = "the load balancer that a controller"
CLAIMS: list[dict[str, Any]] = [{"spec": {}}]


@pytest.mark.parametrize(
    ("type_", "spec", "why"),
    [
        ("core/v1:Service", {"type": "LoadBalancer"}, f"{LOAD_BALANCER} makes"),
        ("networking.k8s.io/v1:Ingress", None, f"{LOAD_BALANCER} may make"),
        ("gateway.networking.k8s.io/v1:Gateway", None, f"{LOAD_BALANCER} may make"),
        ("core/v1:PersistentVolumeClaim", None, "the volume that a driver makes"),
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
