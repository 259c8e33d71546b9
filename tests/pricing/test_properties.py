"""What holds of every estimate, whatever the stack and the usage."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.estimate import Estimate, estimate
from pricing.estimators import ESTIMATORS
from pricing.usage import Usage
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.pricing.build import (
    component,
    launch_template,
    node_class,
    node_group,
    node_pool,
    resource,
    schedule,
)

REGION = "us-east-1"
AMOUNTS = sorted(
    name for name, field in Usage.model_fields.items() if field.annotation is float and name != "spot_share"
)

keys = st.sampled_from(
    [
        "instanceType", "instanceTypes", "capacityType", "scalingConfig", "minSize", "maxSize", "desiredSize",
        "desiredCapacity", "launchTemplate", "blockDeviceMappings", "ebs", "volumeSize", "volumeType", "iops", "size",
        "type", "throughput", "vpcEndpointType", "subnetIds", "retentionInDays", "name", "logGroupClass", "version",
        "upgradePolicy", "supportType", "spec", "limits", "template", "requirements", "key", "operator", "values",
        "cpu", "memory", "nvidia.com/gpu", "metadata", "nodeClassRef", "fifoQueue", "replicas", "metricQueries",
        "period", "rootBlockDevice", "ebsBlockDevices", "recurrence", "region", "enabledClusterLogTypes", "diskSize",
        "instanceMarketOptions", "marketType", "logDestinationType", "monitoring", "enabled", "eventBusName",
    ]
)  # fmt: skip
words = st.sampled_from(
    [
        "gp3", "io2", "Interface", "SPOT", "ON_DEMAND", "g4dn.xlarge", "spot", "In", "Gt", "1.34", "64Gi", "12", "true",
        "karpenter.sh/capacity-type", "karpenter.k8s.aws/instance-cpu", "LoadBalancer", "eu-west-1",
        "/aws/eks/x/cluster",
    ]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | words
    | st.text(max_size=8)
    | st.just(UNKNOWN)
    | st.just(SECRET)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=12
)
inputs = st.dictionaries(keys, values, max_size=8)
nodes = st.integers(0, 500)


def priced(*resources: Resource, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region=REGION, usage=Usage(**usage))


def stack(count: int = 3, burst: int = 2) -> list[Resource]:
    template = launch_template({"volumeType": "gp3", "volumeSize": 80.0, "iops": 4000.0})
    group = node_group(least=0.0, wanted=float(count), most=float(count), template=template)
    return [
        component(),
        template,
        group,
        schedule(group, "0 8 * * *", float(count + burst), "day"),
        schedule(group, "0 20 * * *", float(count), "night"),
        node_pool({"karpenter.sh/capacity-type": ["spot"]}, {"cpu": 64.0}),
        node_class({"volumeSize": "50Gi", "volumeType": "gp3"}),
        resource("eks:index:Cluster", version="1.35", name="ml", enabledClusterLogTypes=["audit"]),
        resource("aws:ec2/vpc:Vpc"),
        resource("aws:ec2/natGateway:NatGateway"),
        resource("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface", subnetIds=["a", "b"]),
        resource("aws:ec2/flowLog:FlowLog"),
        resource("aws:cloudwatch/logGroup:LogGroup", name="/app", retentionInDays=30.0),
        resource("aws:kms/key:Key"),
        resource("aws:sqs/queue:Queue"),
        resource("aws:secretsmanager/secret:Secret"),
    ]


@pytest.mark.parametrize("type_", sorted(ESTIMATORS))
@given(inputs=inputs, outputs=inputs)
@settings(max_examples=60, deadline=None)
def test_no_input_crashes_an_estimator(type_: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
    odd = Resource(
        "urn:odd", type_, "odd", inputs=inputs, outputs=outputs, property_dependencies={"volumeId": ["urn:?"]}
    )
    result = priced(odd)
    assert result.monthly >= 0
    assert all(line.monthly >= 0 for line in result.lines)
    assert set(result.unpriced) == set(result.reasons) <= {"urn:odd"}


@given(template=inputs, action=inputs, node_class=inputs)
@settings(max_examples=150, deadline=None)
def test_no_input_of_what_a_pool_refers_to_crashes_it(
    template: Mapping[str, Any], action: Mapping[str, Any], node_class: Mapping[str, Any]
) -> None:
    group, pool = node_group(), node_pool({}, {"cpu": 16.0})
    others = [
        Resource("urn:lt", "aws:ec2/launchTemplate:LaunchTemplate", "lt", inputs=template),
        Resource(
            "urn:schedule",
            "aws:autoscaling/schedule:Schedule",
            "schedule",
            inputs=action,
            property_dependencies={"autoscalingGroupName": [group.urn]},
        ),
        Resource("urn:class", "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "class", inputs=node_class),
    ]
    assert priced(group, pool, *others).monthly >= 0


@given(count=nodes, burst=nodes, share=st.floats(0, 1))
@settings(deadline=None)
def test_total_is_the_sum_of_quantity_times_price(count: int, burst: int, share: float) -> None:
    result = estimate(stack(count, burst), region=REGION, usage=Usage(burst_share=share))
    assert Decimal(str(result.monthly)) == sum((Decimal(str(line.monthly)) for line in result.lines), Decimal())
    for line in result.lines:
        assert line.monthly == pytest.approx(line.quantity * line.unit_price, abs=0.0001)


@given(count=st.integers(1, 500), times=st.integers(1, 10))
@settings(deadline=None)
def test_cost_is_linear_in_nodes(count: int, times: int) -> None:
    def pool(nodes: int) -> float:
        template = launch_template({"volumeType": "gp3", "volumeSize": 80.0})
        group = node_group(least=float(nodes), wanted=float(nodes), most=float(nodes), template=template)
        return priced(template, group).monthly

    assert pool(count * times) == pytest.approx(times * pool(count), abs=0.01)


@given(name=st.sampled_from(AMOUNTS), less=st.floats(0, 1), more=st.floats(0, 1), scale=st.sampled_from([1, 1e6]))
@settings(deadline=None)
def test_more_usage_is_never_cheaper(name: str, less: float, more: float, scale: float) -> None:
    least, most = sorted((less, more))
    factor = 1 if name.endswith("share") else scale
    cheap, dear = (
        estimate(stack(), region=REGION, usage=Usage.model_validate({name: amount * factor}))
        for amount in (least, most)
    )
    assert cheap.monthly <= dear.monthly + 0.001


@given(order=st.permutations(range(len(stack()))))
@settings(deadline=None, max_examples=30)
def test_the_order_of_resources_does_not_matter(order: list[int]) -> None:
    resources = stack()
    expected = estimate(resources, region=REGION, usage=Usage())
    assert estimate([resources[place] for place in order], region=REGION, usage=Usage()) == expected


@given(share=st.floats(0, 1), count=nodes, burst=nodes)
@settings(deadline=None)
def test_savings_are_positive_and_less_than_what_is_spent(share: float, count: int, burst: int) -> None:
    result = estimate(stack(count, burst), region=REGION, usage=Usage(spot_share=share))
    assert all(saving.monthly > 0 for saving in result.savings)
    assert sum(saving.monthly for saving in result.savings) < max(result.monthly, 1e-9) or not result.savings
