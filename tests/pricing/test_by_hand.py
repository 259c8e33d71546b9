"""Figures worked out by hand at list price in us-east-1, a month of 730 hours (365 days over 12 months)."""

from datetime import date
from typing import Any

import pytest

from pricing.estimate import Estimate, Line, estimate
from pricing.resource import UNKNOWN, Resource
from pricing.usage import Usage
from tests.pricing.build import component, launch_template, node_group, referring, resource, schedule

TODAY = date(2026, 11, 21)


def priced(*resources: Resource, today: date = TODAY, **usage: Any) -> Estimate:
    return estimate([component(), *resources], region="us-east-1", usage=Usage(**usage), today=today)


def line(result: Estimate, what: str) -> Line:
    found = [line for line in result.lines if what in line.what]
    assert len(found) == 1, [line.what for line in result.lines]
    return found[0]


def serving(template: Resource | None = None) -> list[Resource]:
    """The seed's pool: 20 nodes, and a ceiling of 30 from 08:00 to 22:00."""
    group = node_group(template=template)
    return [
        group,
        schedule(group, "0 8 * * *", 30.0, "day"),
        schedule(group, "0 22 * * *", 20.0, "night"),
    ]


def test_twenty_g4dn_xlarge_on_demand() -> None:
    # 20 nodes x 730 h = 14,600 h; x 0.526 = 7,679.60.
    # Spot 14,600 x 0.18936 = 2,764.656. One year 14,600 x 0.331 = 4,832.60.
    base = line(priced(node_group()), "20 x g4dn.xlarge on demand")
    assert (base.quantity, base.unit, base.unit_price, base.monthly) == (14_600, "instance-hour", 0.526, 7_679.60)
    assert (base.spot, base.one_year) == (2_764.656, 4_832.60)
    assert base.component == "ml"


def test_burst_of_ten_for_fourteen_hours_a_day() -> None:
    # 22:00 - 08:00 leaves 14 h; 10 nodes x 14 h x 365/12 days = 4,258.33 h; x 0.526 = 2,239.883.
    # A commitment for the ten would be paid all hours: 10 x 730 x 0.331 = 2,416.30, dearer than on demand.
    burst = line(priced(*serving()), "above the base, 14 hours a day")
    assert burst.quantity == pytest.approx(4_258.333, abs=0.001)
    assert burst.monthly == pytest.approx(2_239.883, abs=0.001)
    assert burst.one_year == 2_416.30


def test_a_burst_that_half_of_its_nodes_use_costs_half() -> None:
    # 2,239.883 / 2 = 1,119.942
    assert line(priced(*serving(), burst_share=0.5), "above the base").monthly == pytest.approx(1_119.942, abs=0.001)


def test_a_burst_on_weekdays_only() -> None:
    # 10 nodes x 14 h x 5/7 x 365/12 days = 3,041.667 h; x 0.526 = 1,599.917
    group = node_group()
    days = [schedule(group, "0 8 * * MON-FRI", 30.0, "day"), schedule(group, "0 22 * * 1,2,3,4,5", 20.0, "night")]
    assert line(priced(group, *days), "above the base").monthly == pytest.approx(1_599.917, abs=0.001)


def test_a_pool_that_a_schedule_turns_off_at_night() -> None:
    # 5 nodes x 10 h x 365/12 = 1,520.833 h; x 0.526 = 799.958; nothing runs at night, so there is no base.
    group = node_group(least=0.0, wanted=5.0, most=5.0)
    hours = [
        schedule(group, "0 8 * * *", 5.0, "on", least=0.0, wanted=5.0),
        schedule(group, "0 18 * * *", 0.0, "off", least=0.0, wanted=0.0),
    ]
    result = priced(group, *hours)
    assert [line.monthly for line in result.lines if "g4dn" in line.what] == [pytest.approx(799.958, abs=0.001)]


def test_node_volumes_run_in_burst_hours_too() -> None:
    # 20 + 10 x 14/24 = 25.8333 nodes on average.
    # 100 GB gp3: 25.8333 x 100 x 0.08 = 206.667. 4,000 IOPS: 25.8333 x 1,000 x 0.005 = 129.167.
    # 250 MiB/s: 25.8333 x 125 x 0.04 = 129.167.
    disk = {"volumeType": "gp3", "volumeSize": 100.0, "iops": 4000.0, "throughput": 250.0, "encrypted": "true"}
    template = launch_template(disk)
    result = priced(template, *serving(template))
    assert line(result, "node volume of 100 GB gp3").monthly == pytest.approx(206.667, abs=0.001)
    assert line(result, "gp3 iops over 3000").monthly == pytest.approx(129.167, abs=0.001)
    assert line(result, "gp3 throughput over 125").monthly == pytest.approx(129.167, abs=0.001)


def test_detailed_monitoring_is_seven_metrics_a_node() -> None:
    # 20 x 7 x 0.30 = 42
    template = launch_template({"volumeType": "gp3", "volumeSize": 50.0}, monitoring={"enabled": True})
    assert line(priced(template, node_group(template=template)), "detailed monitoring").monthly == 42.0


def test_a_spot_pool_costs_the_mean_of_its_types() -> None:
    # (0.18936 + 0.29328) / 2 = 0.24132; x 4 x 730 = 704.654
    pool = node_group(("g4dn.xlarge", "g4dn.2xlarge"), least=0.0, wanted=4.0, most=8.0, capacity="SPOT")
    assert line(priced(pool), "spot").monthly == pytest.approx(704.654, abs=0.001)


def test_an_on_demand_pool_takes_its_first_type() -> None:
    # 2 x 730 x 0.526 = 767.96
    pool = node_group(("g4dn.xlarge", "g4dn.2xlarge"), least=2.0, wanted=2.0, most=2.0)
    assert [line.monthly for line in priced(pool).lines if line.unit == "instance-hour"] == [767.96]


def test_known_average_nodes_replace_size_and_burst() -> None:
    # 24.5 nodes x 730 x 0.526 = 9,407.51, of which the minimum of 20 is the base: 7,679.60 and 1,727.91.
    result = priced(*serving(), average_nodes={"serving": 24.5})
    assert line(result, "20 x g4dn.xlarge on demand").monthly == 7_679.60
    assert line(result, "above its minimum").monthly == 1_727.91
    assert result.faults == ()


def test_average_nodes_of_no_pool_are_a_fault() -> None:
    assert priced(node_group(name="training"), average_nodes={"traning": 23}).faults == (
        "usage.averageNodes.traning = 23: no pool of the stack has this name; name one of training; "
        "did you mean training?",
    )


def test_average_nodes_never_fall_below_the_minimum() -> None:
    result = priced(node_group(name="training"), average_nodes={"training": 0})
    assert line(result, "20 x g4dn.xlarge on demand").monthly == 7_679.60
    (fault,) = result.faults
    assert fault.startswith("usage.averageNodes.training = 0: 20 nodes of this pool always run; write 20 or more")


def test_average_nodes_name_a_pool_by_its_label() -> None:
    pool = node_group(least=0.0, wanted=0.0, most=9.0, name="gpu-cluster-inference-nodes")
    labelled = referring(pool, {}, labels={"mlplatform.io/pool": "inference"})
    result = priced(labelled, average_nodes={"inference": 2})
    assert line(result, "2 x g4dn.xlarge on demand above its minimum").monthly == 767.96
    assert result.faults == ()


@pytest.mark.parametrize(
    ("version", "policy", "today", "monthly"),
    [
        ("1.35", {}, TODAY, 73.00),  # 730 x 0.10
        ("1.34", {}, date(2026, 12, 1), 73.00),
        ("1.34", {}, date(2026, 12, 2), 438.00),  # 730 x 0.60
        ("1.28", {}, TODAY, 438.00),
        ("1.34", {"supportType": "STANDARD"}, date(2026, 12, 2), 73.00),
        ("1.99", {}, TODAY, 73.00),
    ],
)
@pytest.mark.parametrize("type_", ["eks:index:Cluster", "aws:eks/cluster:Cluster"])
def test_eks_control_plane(type_: str, version: str, policy: dict[str, str], today: date, monthly: float) -> None:
    cluster = resource(type_, version=version, upgradePolicy=policy, skipDefaultNodeGroup=True)
    result = priced(cluster, today=today)
    assert result.monthly == monthly
    assert result.unpriced == ()


def test_the_packaged_cluster_is_not_counted_beside_its_children() -> None:
    package = resource("eks:index:Cluster", "eks", version="1.35", skipDefaultNodeGroup=True)
    inner = resource("aws:eks/cluster:Cluster", "eks-cluster", parent=package.urn, version="1.35")
    result = priced(package, inner)
    assert result.monthly == 73.00
    assert [line.urn for line in result.lines] == [inner.urn]


def test_control_plane_logs_that_no_group_limits() -> None:
    # 30 GB x 0.50 = 15; stored after a year: 30 x 12 x 0.15 = 54 GB x 0.03 = 1.62
    cluster = resource("aws:eks/cluster:Cluster", name="ml", enabledClusterLogTypes=["audit"], version="1.35")
    assert priced(cluster).monthly == pytest.approx(73 + 15 + 1.62)


def test_nat_gateways_share_the_stacks_data() -> None:
    # Each 0.045 x 730 = 32.85 and 500 of 1,000 GB x 0.045 = 22.50
    gateways = [resource("aws:ec2/natGateway:NatGateway", name, subnetId=UNKNOWN) for name in ("a", "b")]
    result = priced(*gateways, nat_gb=1000)
    assert sorted(line.monthly for line in result.lines) == [22.50, 22.50, 32.85, 32.85]


def test_an_address_costs_though_it_is_attached() -> None:
    # 0.005 x 730 = 3.65
    assert priced(resource("aws:ec2/eip:Eip", domain="vpc")).monthly == 3.65


def test_interface_endpoints_cost_by_zone() -> None:
    # 3 zones x 730 x 0.01 = 21.90, and 500 GB x 0.01 = 5.00; the gateway endpoint is free
    interface = resource(
        "aws:ec2/vpcEndpoint:VpcEndpoint", "ecr", vpcEndpointType="Interface", subnetIds=[UNKNOWN, UNKNOWN, UNKNOWN]
    )
    gateway = resource("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcEndpointType="Gateway", routeTableIds=[UNKNOWN])
    result = priced(interface, gateway, interface_endpoint_gb=500)
    assert result.monthly == 26.90
    assert result.unpriced == ()


def test_transfer_is_charged_with_the_network() -> None:
    # Between zones 1,000 GB both ways x 0.01 = 20.00; out 10,240 x 0.09 = 921.60 and 1,760 x 0.085 = 149.60
    result = priced(resource("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16"), inter_zone_gb=1000, internet_out_gb=12_000)
    assert sorted(line.monthly for line in result.lines) == [20.00, 149.60, 921.60]


def test_data_out_is_counted_once_beside_what_processes_it() -> None:
    # 1,000 GB leave through NAT gateway and load balancer; each charges its own work, and the network the way out once.
    # Out 1,000 x 0.09 = 90. NAT 32.85 and 400 x 0.045 = 18. Load balancer 16.425 and 584 / 730 h = 0.8 units x 730 x
    # 0.008 = 4.672; its addresses are another line.
    vpc = resource("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    gateway = resource("aws:ec2/natGateway:NatGateway", subnetId=UNKNOWN)
    balancer = resource("aws:lb/loadBalancer:LoadBalancer", internal=True)
    usage: dict[str, Any] = {
        "internet_out_gb": 1000,
        "inter_zone_gb": 0,
        "nat_gb": 400,
        "load_balancer_gb": 584,
        "web_requests": 0,
    }
    result = priced(vpc, gateway, balancer, **usage)
    assert sorted(line.monthly for line in result.lines) == [4.672, 16.425, 18.0, 32.85, 90.0]


def test_log_groups_by_what_is_written_to_them() -> None:
    # Control plane: 40 x 0.50 = 20; kept 90 days: 40 x 90 / (365/12) x 0.15 x 0.03 = 0.5326
    # Other: 10 x 0.50 = 5; kept 30 days: 10 x 30 / (365/12) x 0.15 x 0.03 = 0.0444
    # Flow logs: 50 x 0.50 = 25, charged on the flow log; kept 14 days: 50 x 14 / (365/12) x 0.15 x 0.03 = 0.1036
    group = "aws:cloudwatch/logGroup:LogGroup"
    control = resource(group, "control", name="/aws/eks/ml/cluster", retentionInDays=90.0)
    other = resource(group, "other", name="/app", retentionInDays=30.0)
    flows = resource(group, "flows", name="/vpc/flows", retentionInDays=14.0)
    flow_log = referring(
        resource("aws:ec2/flowLog:FlowLog", "flow", logDestination=UNKNOWN), {"logDestination": [flows]}
    )
    result = priced(control, other, flows, flow_log, control_plane_log_gb=40, log_gb=10, flow_log_gb=50)
    by_name = {(line.urn.rsplit("::", 1)[1], "kept" in line.what): line.monthly for line in result.lines}
    assert by_name == {
        ("control", False): 20.00,
        ("control", True): 0.5326,
        ("other", False): 5.00,
        ("other", True): 0.0444,
        ("flow", False): 25.00,
        ("flows", True): 0.1036,
    }


def test_keys_secrets_queues_and_alarms() -> None:
    # Key 1.00 and 100,000 requests x 0.03 / 10,000 = 0.30. Secret 0.40 with one replica 0.80, 10,000 reads 0.05.
    # Queue 200,000 requests x 0.40 / 1M = 0.08; FIFO x 0.50 / 1M = 0.10. Alarm 0.10. Dashboard 3.00. Metric 0.30.
    result = priced(
        resource("aws:kms/key:Key", enableKeyRotation=True),
        resource("aws:secretsmanager/secret:Secret", replicas=[{"region": "us-west-2"}]),
        resource("aws:sqs/queue:Queue", "plain"),
        resource("aws:sqs/queue:Queue", "ordered", fifoQueue=True),
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", period=300.0),
        resource("aws:cloudwatch/dashboard:Dashboard"),
        resource("aws:cloudwatch/logMetricFilter:LogMetricFilter"),
        resource("aws:cloudwatch/eventRule:EventRule", eventPattern="{}"),
    )
    assert result.monthly == pytest.approx(1.30 + 0.85 + 0.08 + 0.10 + 0.10 + 3.00 + 0.30)
    assert result.unpriced == ()


def test_volumes_and_a_snapshot() -> None:
    # gp3 500 GB 40.00, 6,000 IOPS 3,000 x 0.005 = 15.00; gp2 100 GB 10.00; io2 100 GB 12.50 and 5,000 x 0.065 = 325
    # The snapshot of the first, as if full: 500 x 0.05 = 25.00
    first = resource("aws:ebs/volume:Volume", "a", size=500.0, type="gp3", iops=6000.0)
    snapshot = referring(resource("aws:ebs/snapshot:Snapshot"), {"volumeId": [first]})
    others = [
        resource("aws:ebs/volume:Volume", "b", size=100.0),
        resource("aws:ebs/volume:Volume", "c", size=100.0, type="io2", iops=5000.0),
    ]
    assert priced(first, snapshot, *others).monthly == pytest.approx(40 + 15 + 25 + 10 + 12.5 + 325)


def test_performance_that_is_included_costs_nothing() -> None:
    # 10 x 0.08; 2,000 operations and 100 MiB/s are below what gp3 includes
    small = resource("aws:ebs/volume:Volume", size=10.0, type="gp3", iops=2000.0, throughput=100.0)
    assert priced(small).monthly == 0.80


def test_a_single_instance_with_its_root_volume_and_address() -> None:
    # t3.medium 730 x 0.0416 = 30.368; gp3 30 GB 2.40; address 3.65
    instance = resource(
        "aws:ec2/instance:Instance",
        instanceType="t3.medium",
        associatePublicIpAddress=True,
        rootBlockDevice={"volumeType": "gp3", "volumeSize": 30.0},
    )
    assert priced(instance).monthly == pytest.approx(30.368 + 2.40 + 3.65)


def test_an_auto_scaling_group_takes_size_and_type_from_template_and_schedule() -> None:
    # 2 x m5.large 730 x 0.096 = 140.16; above, 2 x 12 h x 365/12 = 730 h x 0.096 = 70.08
    # Volumes of 2 + 2 x 12/24 = 3 nodes on average: 3 x 20 GB gp3 x 0.08 = 4.80
    template = launch_template({"volumeType": "gp3", "volumeSize": 20.0}, instanceType="m5.large")
    group = resource(
        "aws:autoscaling/group:Group", minSize=1.0, maxSize=2.0, desiredCapacity=2.0, launchTemplate={"id": UNKNOWN}
    )
    day, night = schedule(group, "0 8 * * *", 4.0, "day"), schedule(group, "0 20 * * *", 2.0, "night")
    result = priced(template, referring(group, {"launchTemplate": [template]}), day, night)
    assert result.monthly == pytest.approx(140.16 + 70.08 + 4.80)


def test_another_region_has_its_own_prices() -> None:
    # eu-central-1: NAT 0.052 x 730 = 37.96 and 1,000 GB x 0.052 = 52.00
    gateway = [resource("aws:ec2/natGateway:NatGateway", region="eu-central-1")]
    assert estimate(gateway, region="us-east-1", usage=Usage()).monthly == pytest.approx(37.96 + 52.00)
    provider = Resource("urn:p", "pulumi:providers:aws", "p", inputs={"region": "eu-central-1"})
    through = Resource("urn:nat", "aws:ec2/natGateway:NatGateway", "nat", provider="urn:p::id", inputs={})
    assert estimate([provider, through], region="us-east-1", usage=Usage()).monthly == pytest.approx(89.96)
