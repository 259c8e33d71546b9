"""Notifications, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from tests.support.pricing.build import priced, referring, resource

TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
USAGE: dict[str, Any] = {"streams": {"publishedMillion": 2}}


def test_messages_published_and_sent_by_email() -> None:
    # 2 million x 0.50 = 1.00; in order x 0.30 = 0.60; 20 x 100,000 emails x 2.00 = 40.
    found = priced(
        resource(TOPIC, "alerts"),
        resource(TOPIC, "orders", fifoTopic=True),
        resource(SUBSCRIPTION, "people", protocol="email"),
        resource(SUBSCRIPTION, "queue", protocol="sqs"),
        **USAGE,
    )
    assert found.gaps == ()
    assert {line.urn.rpartition("::")[2]: line.monthly for line in found.lines} == {
        "alerts": pytest.approx(1.0),
        "orders": pytest.approx(0.6),
        "people": pytest.approx(40.0),
    }


def test_other_deliveries_have_no_figure() -> None:
    found = priced(resource(SUBSCRIPTION, "phone", protocol="sms"))
    assert [gap.reason for gap in found.gaps] == ["deliveries by sms have no estimator"]


def test_alarms_send_few_messages() -> None:
    # 1,000 messages: 0.001 million x 0.50 = 0.0005; 0.01 x 100,000 emails x 2.00 = 0.02; by HTTP 0.01 x 0.06 = 0.0006.
    topic = resource(TOPIC, "critical")
    alarm = referring(resource("aws:cloudwatch/compositeAlarm:CompositeAlarm"), {"alarmActions": [topic]})
    people, hook = (
        referring(resource(SUBSCRIPTION, protocol, protocol=protocol), {"topic": [topic]})
        for protocol in ("email", "https")
    )
    found = priced(topic, alarm, people, hook, alarms={"messages": 1000}, **USAGE)
    assert {line.urn.rpartition("::")[2]: line.monthly for line in found.lines if ":sns/" in line.urn} == {
        "critical": pytest.approx(0.0005),
        "email": pytest.approx(0.02),
        "https": pytest.approx(0.0006),
    }
