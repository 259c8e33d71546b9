"""What is unsafe or dear in a config is said, and what is not is not."""

from pathlib import Path
from typing import Any

import pytest

from planner.stackfile import read_stack_file
from stacks.choices import unusual
from stacks.config import StackConfig, parse_config

ROOT = Path(__file__).parents[2]


SERVED = {
    "name": "churn",
    "namespace": "risk",
    "modelUri": "s3://ml-prod-models-111122223333/churn/1/",
    "runtime": "mlserver",
    "modelFormat": "sklearn",
    "cpu": "1",
    "memory": "2Gi",
    "minimum": 2,
    "maximum": 4,
    "targetConcurrency": 8,
}


def config(**changes: Any) -> StackConfig:
    """Prod's config, with fields of its sections replaced by their dotted paths."""
    found = parse_config(read_stack_file(ROOT, "prod").config).model_dump(by_alias=True, exclude_unset=True)
    for path, value in changes.items():
        *parents, last = path.split("__")
        target: Any = found
        for parent in parents:
            target = target[int(parent) if parent.isdigit() else parent]
        target[last] = value
    return StackConfig.model_validate(found)


def test_prod_makes_no_unusual_choice() -> None:
    assert unusual(config()) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"network__nat": "single"}, "network.nat"),
        ({"gpuCluster__endpointPublicCidrs": ["203.0.113.7/32"]}, "gpuCluster.endpointPublicCidrs"),
        ({"gpuCluster__deletionProtection": False}, "gpuCluster.deletionProtection"),
        ({"gpuCluster__nodePools__1__sharing": {"timeSlicing": 4}}, "gpuCluster.nodePools[1].sharing.timeSlicing"),
        ({"policies": {"levels": {"nat-count": "disabled"}}}, "policies.levels.nat-count"),
        ({"policies": {"allowedInstanceTypes": ["p5.*"]}}, "policies.allowedInstanceTypes"),
        ({"featureStore__database__multiAz": False}, "featureStore.database.multiAz"),
        ({"featureStore__data__deletionProtection": False}, "featureStore.data.deletionProtection"),
        ({"featureStore__online__replicas": 0}, "featureStore.online.replicas"),
        ({"featureStore__online__users__0__access": "admin"}, "featureStore.online.users[0].access"),
        ({"modelServing__firewall": {"mode": "count"}}, "modelServing.firewall.mode"),
        (
            {"modelServing__firewall": {"countedRules": {"common": ["SizeRestrictions_BODY"]}}},
            "modelServing.firewall.countedRules",
        ),
        (
            {"modelServing__firewall": {"forwardedAddressHeader": "X-Real-Ip"}},
            "modelServing.firewall.forwardedAddressHeader",
        ),
        ({"modelServing__firewall": {"deletionProtection": False}}, "modelServing.firewall.deletionProtection"),
        ({"modelServing__loadBalancer": {"deletionProtection": False}}, "modelServing.loadBalancer.deletionProtection"),
        ({"modelServing__platform__gatewayMinimum": 1}, "modelServing.platform.gatewayMinimum"),
        ({"modelServing__models": [{**SERVED, "minimum": 1}]}, "modelServing.models[0].minimum"),
    ],
)
def test_each_unsafe_or_dear_choice_is_named(changes: dict[str, Any], field: str) -> None:
    assert [choice.field for choice in unusual(config(**changes))] == [field]
