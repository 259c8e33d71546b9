"""Alarms as CloudWatch gets them, and a StoreAlarms that watches one of everything."""

from collections.abc import Iterable, Mapping
from typing import Any

from components.facts.cloudwatch_metrics import metric_problem, namespaces
from components.observability.alarms.store_alarms import StoreAlarms
from resources.resource import Resource
from tests.support.components.mocks import Recording, run

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/ml/50dc6c495c0c9188"
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/rest/73e2d6bc24d8a067"

STORE = {"name": "online", "node_type": "cache.r6gd.xlarge", "shards": 5, "replicas": 1, "evicts": False}
CACHE = {"name": "predictions", "node_type": "cache.r6g.large", "shards": 13, "replicas": 1, "evicts": True}
SMALL = {"name": "small", "node_type": "cache.t4g.medium", "shards": 1, "replicas": 0, "evicts": False}
POSTGRES = {"name": "metadata", "engine": "postgres", "instance_class": "db.m7g.large", "storage_gib": 100}
MYSQL = {"name": "pipelines", "engine": "mysql", "instance_class": "db.t4g.medium", "storage_gib": 20}
REPLICA = {**POSTGRES, "name": "reader", "read_replica": True}

EVERYTHING: dict[str, Any] = {
    "critical": {"emails": ["oncall@example.com"], "urls": ["https://hooks.example.com/critical"]},
    "warning": {"emails": ["team@example.com"]},
    "request_metrics": True,
    "heartbeat": {"url": "https://beats.example.com/ml"},
    "caches": [STORE, CACHE, SMALL],
    "databases": [POSTGRES, MYSQL, REPLICA],
    "queues": [{"name": "retrain", "oldest_minutes": 60}],
    "cache_ids": {"online": "ml-online", "predictions": "ml-predictions", "small": "ml-small"},
    "database_ids": {"metadata": "ml", "pipelines": "ml-pipelines", "reader": "ml-reader"},
    "load_balancer_arns": {"models": BALANCER},
    "target_group_arns": {"models": TARGETS},
    "firewall_metrics": {"models": "serving-firewall"},
    "nat_gateway_ids": {"a": "nat-0a", "b": "nat-0b"},
    "failure_queue_names": {"batch-failed": "ml-batch-failed"},
    "queue_names": {"retrain": "ml-retrain"},
    "spark_application_ids": {"ml-batch": "00f1", "ml-streaming": "00f2"},
    "backup_vault_names": {"main": "ml"},
    "bucket_names": {"raw": "ml-raw"},
    "critical_alarm_rules": {"events": 'ALARM("ml-lag-clicks") OR ALARM("ml-disk-1")'},
    "warning_alarm_rules": {"training": 'ALARM("ml-failed-jobs")'},
}

COPIED: dict[str, Any] = {
    "replicas": [{"name": "raw", "region": "us-west-2"}, {"name": "models", "region": "us-west-2"}],
    "bucket_names": {"raw": "ml-raw", "models": "ml-models", "training": "ml-training"},
    "replica_names": {"raw": "ml-raw-replica", "models": "ml-models-replica"},
}


def store_alarms(recording: Recording | None = None, **args: Any) -> Recording:
    """A StoreAlarms "alarms" called ml, which watches KMS alone unless `args` say otherwise."""
    given = {"name": "ml", **args}
    return run(lambda: StoreAlarms("alarms", given), recording)  # pyright: ignore[reportArgumentType]


def metrics_of(alarm: Resource) -> list[Mapping[str, Any]]:
    """The metrics that an alarm reads, each with its namespace, name and dimensions."""
    queries = [query["metric"] for query in alarm.inputs.get("metricQueries", []) if "metric" in query]
    return queries or [alarm.inputs]


def unknown_metrics(resources: Iterable[Resource]) -> list[str]:
    """What is wrong with the metrics of the alarms among resources, by the documentation of their services."""
    wrong: list[str] = []
    for alarm in resources:
        for metric in metrics_of(alarm) if alarm.type == METRIC_ALARM else ():
            problem = metric_problem(metric["namespace"], metric["metricName"], metric["dimensions"])
            if metric["namespace"] not in namespaces():
                problem = f"{metric['namespace']} is not in the table"
            wrong += [f"{alarm.name}: {problem}"] if problem else []
    return wrong


def put_metric_alarm(alarm: Resource) -> dict[str, Any]:
    """The parameters of PutMetricAlarm that an alarm's inputs become."""
    inputs = dict(alarm.inputs)
    names = {"name": "AlarmName", "insufficientDataActions": "InsufficientDataActions", "metricQueries": "Metrics"}
    names |= {"evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile", "alarmActions": "AlarmActions"}
    names |= {"okActions": "OKActions"}
    call: dict[str, Any] = {}
    for key, value in inputs.items():
        if key == "metricQueries":
            value = [_query(each) for each in value]
        elif key == "dimensions":
            value = _dimensions(value)
        if key not in ("tags", "tagsAll", "region"):
            call[names.get(key, key[:1].upper() + key[1:])] = value
    return {"AlarmName": alarm.name, **call}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    if "expression" in query:
        return {
            "Id": query["id"],
            "Expression": query["expression"],
            "Label": query["label"],
            "ReturnData": query["returnData"],
        }
    metric = query["metric"]
    return {
        "Id": query["id"],
        "ReturnData": query["returnData"],
        "MetricStat": {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": _dimensions(metric["dimensions"]),
            },
            "Period": int(metric["period"]),
            "Stat": metric["stat"],
        },
    }


def _dimensions(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]
