"""What costs money and has no figure is named with the reason, never counted as nothing."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.pricing.build import component, launch_template, node_group, node_pool, referring, resource, schedule


def reasons(*resources: Resource, region: str = "us-east-1") -> str:
    return "; ".join(priced(*resources, region=region).reasons.values())


def priced(*resources: Resource, region: str = "us-east-1") -> Estimate:
    return estimate([component(), *resources], region=region, usage=Usage())


def test_a_type_without_estimator_is_unpriced() -> None:
    broker = resource("aws:mq/broker:Broker")
    result = priced(broker)
    assert result.unpriced == (broker.urn,)
    assert result.reasons[broker.urn] == "aws:mq/broker:Broker has no estimator"
    assert result.monthly == 0


@pytest.mark.parametrize(
    "type_",
    [
        "aws:iam/role:Role",
        "aws:ec2/subnet:Subnet",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:eks/addon:Addon",
        "aws:cloudwatch/eventTarget:EventTarget",
        "kubernetes:core/v1:Namespace",
        "kubernetes:helm.sh/v3:Release",
        "random:index/randomPassword:RandomPassword",
        "pulumi:providers:aws",
    ],
)
def test_what_is_free_is_neither_priced_nor_unpriced(type_: str) -> None:
    result = priced(resource(type_))
    assert (result.lines, result.unpriced) == ((), ())


def test_native_resources_are_unpriced() -> None:
    assert "has no estimator" in reasons(resource("aws-native:ec2:NatGateway"))


def test_opaque_components_are_unpriced_until_their_children_show() -> None:
    package = resource("awsx:ec2:Vpc", "net")
    assert "out of sight" in reasons(package)
    child = resource("aws:ec2/subnet:Subnet", parent=package.urn)
    assert priced(package, child).unpriced == ()


def test_a_missing_price_names_service_sku_region_and_the_nearest() -> None:
    said = reasons(node_group(("g4dn.xlrge",)))
    assert "ec2 g4dn.xlrge in us-east-1" in said
    assert "g4dn.xlarge" in said


def test_region_without_price_table_names_the_remedy() -> None:
    gateway = resource("aws:ec2/natGateway:NatGateway")
    result = priced(gateway, region="eu-north-1")
    assert result.unpriced == (gateway.urn,)
    assert "make prices REGION=eu-north-1" in result.reasons[gateway.urn]


@pytest.mark.parametrize(
    ("unclear", "why"),
    [
        (resource("aws:ebs/volume:Volume", size=UNKNOWN, type="gp3"), "volumeSize is known only after the deployment"),
        (resource("aws:ebs/volume:Volume", size=100.0, type=UNKNOWN), "volumeType is known only after the deployment"),
        (resource("aws:ebs/volume:Volume", size=SECRET), "volumeSize is secret"),
        (
            resource("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface", subnetIds=UNKNOWN),
            "subnetIds is known only after the deployment",
        ),
        (
            resource("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface"),
            "subnetIds names no subnet",
        ),
        (resource("aws:cloudwatch/logGroup:LogGroup", name=UNKNOWN), "name is known only after the deployment"),
        (resource("aws:eks/cluster:Cluster", version=UNKNOWN), "version is known only after the deployment"),
        (resource("aws:eks/nodeGroup:NodeGroup", instanceTypes=["t3.medium"]), "neither a desired nor a minimum size"),
        (node_group(capacity="CAPACITY_BLOCK"), "capacity blocks are sold in advance"),
        (node_group(("p9.48xlarge",), capacity="SPOT"), "no price of ec2 p9.48xlarge in us-east-1"),
        (node_group(("g4dn.xlarge", "p9.48xlarge")), "no price of ec2 p9.48xlarge in us-east-1"),
        (node_pool({}, {}), "no limit says how far the pool may grow"),
        (node_pool({"node.kubernetes.io/instance-type": ["x9.huge"]}, {"cpu": 4}), "no instance type with a price"),
    ],
)
def test_unreadable_inputs_are_unpriced_with_the_reason(unclear: Resource, why: str) -> None:
    result = priced(unclear)
    assert result.unpriced == (unclear.urn,)
    assert why in result.reasons[unclear.urn]


def test_known_part_of_a_resource_is_priced() -> None:
    template = launch_template({"volumeType": "gp3", "volumeSize": UNKNOWN})
    group = node_group(template=template)
    result = priced(template, group)
    assert result.monthly == 7_679.60
    assert result.unpriced == (group.urn,)


@pytest.mark.parametrize("recurrence", ["0 8 1 * *", "8 o'clock", "61 8 * * *", UNKNOWN, None])
def test_a_schedule_that_can_not_be_read_leaves_the_pool_unpriced(recurrence: Any) -> None:
    group = node_group()
    action = schedule(group, "0 8 * * *", 30.0, "day")
    assert "schedule day" in reasons(group, referring(action, {"autoscalingGroupName": [group]}, recurrence=recurrence))


def test_a_default_node_group_out_of_sight_is_unpriced() -> None:
    assert "skipDefaultNodeGroup" in reasons(resource("eks:index:Cluster", version="1.35"))


def test_launch_template_outside_the_stack_is_unpriced() -> None:
    group = node_group()
    outside = referring(group, {}, launchTemplate={"id": "lt-1"})
    assert "outside the stack" in reasons(outside)
