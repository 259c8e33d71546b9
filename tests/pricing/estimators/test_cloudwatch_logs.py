"""Log groups and flow logs, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from resources.resource import UNKNOWN
from tests.support.pricing.build import line, priced, referring, resource


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


def test_the_log_of_a_firewall() -> None:
    # 10 GB x 0.50 = 5. Kept 90 days: 10 x 90 / (365 / 12) x 0.15 = 4.4384 GB x 0.03 = 0.1332.
    group = resource("aws:cloudwatch/logGroup:LogGroup", name="aws-waf-logs-waf", retentionInDays=90.0)
    result = priced(group, firewall_log_gb=10)
    assert line(result, "firewall logs delivered").monthly == 5
    assert line(result, "logs kept for 90 days").monthly == pytest.approx(0.1332, abs=1e-4)
