"""The switch is in the second region, keeps its position, and is accepted by AWS."""

from typing import Any

import pytest

from components.core.spec import SpecError
from components.facts.cloudwatch_metrics import metric_problem
from components.recovery.failover_switch.failover_switch import FailoverSwitch
from policies.engine.evaluate import evaluate, fails
from tests.support.aws_models import faults
from tests.support.components.mocks import Recording, run
from tests.support.policies.cases import context

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
CHECK = "aws:route53/healthCheck:HealthCheck"
TOPIC = "aws:sns/topic:Topic"


def switch(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {"name": "acme-ml", "standby_region": "us-west-2", "emails": ["ada@example.com"], **args}
    return run(lambda: FailoverSwitch("failover", given), recording)


@pytest.fixture(scope="module")
def made() -> Recording:
    return switch()


def test_the_switch_works_without_the_first_region(made: Recording) -> None:
    alarm, check = made.one(ALARM, "failover-switch").inputs, made.one(CHECK).inputs
    assert alarm["region"] == check["cloudwatchAlarmRegion"] == "us-west-2"
    assert check["cloudwatchAlarmName"] == alarm["name"] == "acme-ml-failover-switch"


def test_silence_moves_nothing(made: Recording) -> None:
    alarm, check = made.one(ALARM, "failover-switch").inputs, made.one(CHECK).inputs
    assert check["insufficientDataHealthStatus"] == "LastKnownStatus"
    assert alarm["treatMissingData"] == "ignore"
    assert (alarm["comparisonOperator"], alarm["threshold"], alarm["evaluationPeriods"]) == (
        "GreaterThanThreshold",
        0,
        1,
    )


def test_a_changed_alarm_is_read_again(made: Recording) -> None:
    assert made.one(CHECK).inputs["triggers"] == {"threshold": "0.0", "period": "60", "periods": "1"}


def test_people_are_told_where_the_metrics_of_checks_are() -> None:
    recording = switch(Recording(region="eu-west-1"), standby_region="eu-central-1")
    moved = recording.one(ALARM, "failover-moved").inputs
    assert moved["region"] == recording.one(TOPIC).inputs["region"] == "us-east-1"
    assert moved["alarmActions"] == moved["okActions"]
    assert metric_problem(moved["namespace"], moved["metricName"], moved["dimensions"]) is None
    regions = {each.type: each.inputs.get("region") for each in recording.resources if "sns" in each.type}
    assert set(regions.values()) == {"us-east-1"}
    assert len(regions) == 3


def test_aws_accepts_the_health_check(made: Recording) -> None:
    inputs = made.one(CHECK).inputs
    config = {
        "Type": inputs["type"],
        "AlarmIdentifier": {"Region": inputs["cloudwatchAlarmRegion"], "Name": inputs["cloudwatchAlarmName"]},
        "InsufficientDataHealthStatus": inputs["insufficientDataHealthStatus"],
    }
    request = {"CallerReference": "1", "HealthCheckConfig": config}
    assert faults("route53", "CreateHealthCheck", request) == []


def test_no_rule_of_production_fails(made: Recording) -> None:
    failing = {each.policy for each in evaluate(made.resources, context()) if fails([each])}
    assert failing <= {"required-tags", "explicit-provider"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"standby_region": "us-east-1"}, "standbyRegion = 'us-east-1': it is the first region; take another"),
        ({"standby_region": "us-west-9"}, "us-west-9 is not an AWS region"),
        ({"name": "-"}, "name = '-'"),
        ({"emails": ["ada"]}, "ada"),
    ],
)
def test_a_wrong_argument_is_refused(args: dict[str, Any], message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=message.replace("(", r"\(")):
        switch(recording, **args)
    assert [each for each in recording.resources if each.custom] == []


def test_other_partitions_are_refused() -> None:
    with pytest.raises(SpecError, match="the partition aws-us-gov has no health checks"):
        switch(Recording(region="us-gov-west-1"), standby_region="us-gov-east-1")
