"""Single instances and Auto Scaling groups, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from resources.resource import UNKNOWN
from tests.support.pricing.build import launch_template, priced, referring, resource, schedule


def test_a_single_instance_with_its_root_volume_and_address() -> None:
    # t3.medium 730 x 0.0416 = 30.368; gp3 30 GB 2.40; address 3.65
    instance = resource(
        "aws:ec2/instance:Instance",
        instanceType="t3.medium",
        associatePublicIpAddress=True,
        rootBlockDevice={"volumeType": "gp3", "volumeSize": 30.0},
    )
    assert priced(instance).monthly == pytest.approx(30.368 + 2.40 + 3.65)


def test_scaling_group_is_sized_by_template_and_schedule() -> None:
    # 2 x m5.large 730 x 0.096 = 140.16; above, 2 x 12 h x 365/12 = 730 h x 0.096 = 70.08
    # Volumes of 2 + 2 x 12/24 = 3 nodes on average: 3 x 20 GB gp3 x 0.08 = 4.80
    template = launch_template({"volumeType": "gp3", "volumeSize": 20.0}, instanceType="m5.large")
    group = resource(
        "aws:autoscaling/group:Group", minSize=1.0, maxSize=2.0, desiredCapacity=2.0, launchTemplate={"id": UNKNOWN}
    )
    day, night = schedule(group, "0 8 * * *", 4.0, "day"), schedule(group, "0 20 * * *", 2.0, "night")
    result = priced(template, referring(group, {"launchTemplate": [template]}), day, night)
    assert result.monthly == pytest.approx(140.16 + 70.08 + 4.80)
