"""Each planned AWS resource is a request that AWS's published models take."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resources.resource import Resource
from tests.support.cloud.calls import CALLS, PROVIDER_ONLY, UNCALLED
from tests.support.cloud.requests import faults_of, requests_of
from tests.support.planner.plans import STACKS, changed, plan_of

pytestmark = pytest.mark.slow

COMPONENTS = Path(__file__).parents[2] / "components"
QUEUE = "aws:sqs/queue:Queue"
CLUSTER = "aws:eks/cluster:Cluster"
PLANE: dict[str, Any] = {
    "name": "ml",
    "roleArn": "arn:aws:iam::111122223333:role/plane",
    "vpcConfig": {"subnetIds": ["subnet-a", "subnet-b"], "endpointPublicAccess": False, "endpointPrivateAccess": True},
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
    "encryptionConfig": {"provider": {"keyArn": "arn:aws:kms:us-east-1:111122223333:key/1"}, "resources": ["secrets"]},
    "enabledClusterLogTypes": ["api", "audit"],
    "upgradePolicy": {"supportType": "STANDARD"},
    "bootstrapSelfManagedAddons": False,
    "deletionProtection": True,
}
"""A control plane as pulumi-eks makes it, which no plan has."""
NODES = "gpu-cluster-sliced-nodes"
BUCKET_RULES = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def called(stack: str) -> Iterator[Resource]:
    return (each for each in plan_of(stack) if each.type in CALLS)


def made_by_aws(stack: str) -> set[str]:
    """The outputs that a plan invents for what AWS makes."""
    outputs = [(each.inputs, each.outputs) for each in plan_of(stack)]
    return {text for given, made in outputs for key, text in made.items() if isinstance(text, str) and key not in given}


@pytest.mark.parametrize("stack", STACKS)
def test_aws_takes_every_request(stack: str) -> None:
    invented = made_by_aws(stack)
    assert [fault for each in called(stack) for fault in faults_of(each, invented)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_planned_type_has_its_calls_or_a_reason(stack: str) -> None:
    planned = {each.type for each in plan_of(stack) if each.type.startswith("aws:")}
    assert planned - {*CALLS, *UNCALLED} == set()


def test_every_type_that_a_component_names_has_its_calls_or_a_reason() -> None:
    named: set[str] = set()
    for path in COMPONENTS.rglob("*.py"):
        for module, kind in re.findall(r"\baws\.(\w+)\.([A-Z]\w+)\(", path.read_text(encoding="utf-8")):
            if not kind.endswith("Args"):
                named.add(f"aws:{module}/{kind[:1].lower()}{kind[1:]}:{kind}")
    assert len(named) > 150
    assert named - {*CALLS, *UNCALLED} == set()


def test_the_tables_overlap_nowhere() -> None:
    assert set(CALLS) & set(UNCALLED) == set()
    assert set(PROVIDER_ONLY) <= set(CALLS)


def at(*path: str | int, value: Any) -> Any:
    """A fault: the input at `path` is `value`."""

    def change(inputs: dict[str, Any]) -> None:
        found: Any = inputs
        for part in path[:-1]:
            found = found[part]
        found[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        (NODES, at("capacityType", value="CHEAP"), "capacityType = 'CHEAP' is none of"),
        (NODES, at("scalingConfig", "maxSize", value=0), "Invalid value for parameter scalingConfig.maxSize"),
        (NODES, at("scalingConfig", "minSize", value="few"), "Invalid type for parameter scalingConfig.minSize"),
        (NODES, at("scalingConfig", "minimum", value=1), "no call takes scalingConfig.minimum"),
        (NODES, at("updateConfig", "maxUnavailablePercentage", value=101), "is more than 100"),
        (NODES, at("taints", 0, "key", value="k" * 64), "is longer than 63"),
        (
            "feature-store-database-instance",
            at("instanceClass", value=None),
            'required parameter in input: "DBInstanceClass"',
        ),
        ("gpu-cluster-node-role", at("name", value="r" * 65), "is longer than 64"),
        ("gpu-cluster-node-role", at("path", value="platform"), "does not match"),
    ],
)
def test_what_aws_refuses_is_told(name: str, fault: Any, told: str) -> None:
    [broken] = [each for each in changed(plan_of("everything"), name, fault) if each.name == name]
    assert any(told in each for each in faults_of(broken)), faults_of(broken)


def test_the_control_plane_of_pulumi_eks_is_a_request_that_eks_takes() -> None:
    plane = Resource("urn", CLUSTER, "plane", inputs=PLANE)
    assert faults_of(plane) == []
    [made] = requests_of(plane)
    assert made.members["logging"] == {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
    assert made.members["encryptionConfig"] == [PLANE["encryptionConfig"]]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (at("accessConfig", "authenticationMode", value="ROLES"), "authenticationMode = 'ROLES' is none of"),
        (at("encryptionConfig", "provider", "key", value="k"), "no call takes encryptionConfig.provider.key"),
        (at("enabledClusterLogTypes", 0, value="apis"), "'apis' is none of"),
    ],
)
def test_what_eks_refuses_of_a_control_plane_is_told(fault: Any, told: str) -> None:
    inputs = deepcopy(PLANE)
    fault(inputs)
    found = faults_of(Resource("urn", CLUSTER, "plane", inputs=inputs))
    assert any(told in each for each in found), found


def test_a_name_that_pulumi_ends_must_leave_room_for_the_end() -> None:
    [role] = [each for each in called("everything") if each.name == "gpu-cluster-node-role"]
    long = replace(role, name="r" * 60)
    assert any("is longer than 64" in each for each in faults_of(long))
    assert faults_of(replace(role, name="r" * 50)) == []


def test_inputs_become_the_members_that_the_api_has() -> None:
    queue = Resource("urn", QUEUE, "failed", inputs={"messageRetentionSeconds": 60, "tags": {"team": "a"}})
    [made] = requests_of(queue, suffix="")
    assert made.members == {
        "QueueName": "failed",
        "Attributes": {"MessageRetentionPeriod": "60"},
        "tags": {"team": "a"},
    }
    rules = Resource("urn", BUCKET_RULES, "rules", inputs={"bucket": "b", "rules": [{"id": "a", "status": "Enabled"}]})
    [made] = requests_of(rules)
    assert made.members["LifecycleConfiguration"] == {"Rules": [{"ID": "a", "Status": "Enabled"}]}
