"""Alarms read metrics that AWS documents, and CloudWatch accepts them."""

from importlib import import_module
from typing import Any

import pytest

from components.facts.cloudwatch_metrics import metric_problem
from operations.train.request import Request
from tests.support.components.alarms import (
    COPIED,
    EVERYTHING,
    METRIC_ALARM,
    put_metric_alarm,
    store_alarms,
    unknown_metrics,
)
from tests.support.components.mocks import Recording
from tests.support.components.streams import READER, TOPIC, kafka, kinesis, serverless
from tests.support.operations.api_models import faults_by_model

QUEUES: dict[str, Any] = {"queues": [{"name": "q"}]}
FAN_OUT = {**TOPIC, "dead_letter": True, "consumers": [READER, {**READER, "name": "archive", "fan_out": True}]}


@pytest.fixture(scope="module")
def everything() -> Recording:
    return store_alarms(**{**EVERYTHING, **COPIED})


def test_every_metric_of_a_store_exists(everything: Recording) -> None:
    assert unknown_metrics(everything.resources) == []


@pytest.mark.parametrize("make", [kafka, serverless])
def test_every_metric_of_a_kafka_cluster_exists(make: Any) -> None:
    assert unknown_metrics(make(topics=[{**TOPIC, "dead_letter": True}], **QUEUES).resources) == []


def test_every_metric_of_a_kinesis_stream_exists() -> None:
    found = kinesis(topics=[FAN_OUT], **QUEUES)
    assert unknown_metrics(found.resources) == []
    # An alarm that is made before its stream would be an alarm on nothing.
    streams = {each.urn for each in found.all("aws:kinesis/stream:Stream")}
    lag = [each for each in found.all(METRIC_ALARM) if "lag" in each.name]
    assert all(streams & set(each.property_dependencies["dimensions"]) for each in lag)


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (("AWS/Batch", "RunnableJobs", ["JobQueue"]), "has no metric RunnableJobs"),
        (("AWS/Backup", "NumberOfBackupJobsFailed", ["VaultName"]), "BackupVaultName"),
        (("AWS/EMRServerless", "FailedJobs", ["ApplicationId"]), "ApplicationId+ApplicationName"),
        (("AWS/ElastiCache", "CurrConnections", ["ReplicationGroupId"]), "CacheClusterId"),
        (("AWS/ApplicationELB", "HealthyHostCount", ["LoadBalancer"]), "LoadBalancer+TargetGroup"),
        (("AWS/ElastiCache", "EngineCPUUtilization", ["ReplicationGroupId"]), None),
        (("Custom", "Anything", ["Any"]), None),
    ],
)
def test_the_table_knows_metrics_that_nobody_sends(metric: tuple[str, str, list[str]], problem: str | None) -> None:
    found = metric_problem(*metric)
    assert problem in found if found and problem else found is problem


def test_cloudwatch_takes_the_parameters_of_every_alarm(everything: Recording) -> None:
    calls = [put_metric_alarm(each) for each in everything.all(METRIC_ALARM)]
    assert len(calls) > 40
    faults = {call["AlarmName"]: faults_by_model(Request("cloudwatch", "put_metric_alarm", call)) for call in calls}
    assert {name: fault for name, fault in faults.items() if fault} == {}
    for call in calls:
        seconds = call.get("Period") or call["Metrics"][0]["MetricStat"]["Period"]
        assert seconds * call["EvaluationPeriods"] <= 86_400, "CloudWatch API reference, PutMetricAlarm"
        assert sum("MetricStat" in each for each in call.get("Metrics", ())) <= 10


def test_moto_keeps_every_alarm(everything: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    boto3: Any = import_module("boto3")
    moto: Any = import_module("moto")
    with moto.mock_aws():
        client = boto3.client("cloudwatch", region_name="us-east-1")
        wanted = {}
        for each in everything.all(METRIC_ALARM):
            call = put_metric_alarm(each)
            client.put_metric_alarm(**call)
            wanted[call["AlarmName"]] = call["Threshold"]
        kept = [alarm for page in client.get_paginator("describe_alarms").paginate() for alarm in page["MetricAlarms"]]
        assert {alarm["AlarmName"]: alarm["Threshold"] for alarm in kept} == wanted


def test_other_calls_have_the_parameters_of_their_apis(everything: Recording) -> None:
    composite = everything.all("aws:cloudwatch/compositeAlarm:CompositeAlarm")[0].inputs
    rule = {"AlarmName": composite["alarmName"], "AlarmRule": composite["alarmRule"]}
    events = everything.one("aws:rds/eventSubscription:EventSubscription").inputs
    wanted = {
        "SubscriptionName": events["name"],
        "SnsTopicArn": events["snsTopic"],
        "SourceType": events["sourceType"],
        "EventCategories": events["eventCategories"],
        "SourceIds": events["sourceIds"],
    }
    calls = [
        Request("cloudwatch", "put_composite_alarm", {**rule, "AlarmActions": composite["alarmActions"]}),
        Request("rds", "create_event_subscription", wanted),
    ]
    assert [faults_by_model(call) for call in calls] == ["", ""]
