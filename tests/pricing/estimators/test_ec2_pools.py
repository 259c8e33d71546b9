"""Pools of EC2 instances, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from resources.resource import Resource
from tests.support.pricing.build import launch_template, line, node_group, priced, referring, schedule


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
        "usage.averageNodes.traning = 23: no pool of the stack has this name; name one of training, or remove it; "
        "did you mean training?",
    )


def test_average_nodes_never_fall_below_the_minimum() -> None:
    result = priced(node_group(name="training"), average_nodes={"training": 0})
    assert line(result, "20 x g4dn.xlarge on demand").monthly == 7_679.60
    (fault,) = result.faults
    assert fault.startswith("usage.averageNodes.training = 0: 20 nodes of this pool always run; write 20 or more")


def test_average_nodes_above_the_scheduled_maximum_are_refused() -> None:
    # The maximum is 20 for 10 hours of a day and 30 for 14: 20 + 10 x 14/24 = 25.8333 on average.
    assert priced(*serving(), average_nodes={"serving": 25.8}).faults == ()
    assert priced(*serving(), average_nodes={"serving": 26}).faults == (
        "usage.averageNodes.serving = 26: the pool's maximum allows 25.8333 nodes on average over the month; "
        "write 25.8333 or less, or raise the maximum",
    )


def test_average_nodes_name_a_pool_by_its_label() -> None:
    pool = node_group(least=0.0, wanted=0.0, most=9.0, name="gpu-cluster-inference-nodes")
    labelled = referring(pool, {}, labels={"mlplatform.io/pool": "inference"})
    result = priced(labelled, average_nodes={"inference": 2})
    assert line(result, "2 x g4dn.xlarge on demand above its minimum").monthly == 767.96
    assert result.faults == ()
