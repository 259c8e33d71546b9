"""What is watched of each store, from which value on, and who is told."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.core.spec import SpecError
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.components.alarms import (
    CACHE,
    COMPOSITE,
    COPIED,
    EVERYTHING,
    METRIC_ALARM,
    MYSQL,
    POSTGRES,
    SMALL,
    STORE,
    metrics_of,
    store_alarms,
)
from tests.support.components.clusters import statements
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.policies.cases import context

KEY = "aws:kms/key:Key"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENTS = "aws:rds/eventSubscription:EventSubscription"
SCHEDULE = "aws:scheduler/schedule:Schedule"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
CRITICAL = f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-critical"
WARNING = f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-warning"
GIB = 2**30


@pytest.fixture(scope="module")
def everything() -> Recording:
    return store_alarms(**EVERYTHING)


@pytest.fixture(scope="module")
def alarms(everything: Recording) -> Mapping[str, Resource]:
    """The metric alarms by the end of their names."""
    return by_name(everything)


def by_name(found: Recording) -> Mapping[str, Resource]:
    return {each.name.removeprefix("alarms-"): each for each in found.all(METRIC_ALARM)}


def cache(spec: dict[str, Any]) -> Mapping[str, Resource]:
    return by_name(store_alarms(caches=[spec], cache_ids={spec["name"]: "ml-cache"}))


def database(**spec: Any) -> Mapping[str, Resource]:
    return by_name(store_alarms(databases=[{**POSTGRES, **spec}], database_ids={"metadata": "ml"}))


def test_nodes_of_caches_are_watched_by_their_own_names(alarms: Mapping[str, Resource]) -> None:
    read = [metric["dimensions"] for metric in metrics_of(alarms["online-connections"])]
    names = [f"ml-online-{shard:04d}-{node:03d}" for shard in range(1, 6) for node in (1, 2)]
    assert read == [{"CacheClusterId": name, "CacheNodeId": "0001"} for name in names]
    parts = [len(metrics_of(alarms[f"predictions-connections-{part}"])) for part in (1, 2, 3)]
    assert parts == [10, 10, 6], "an expression reads ten metrics at most, and a shard is never split"


def test_tiered_stores_are_full_when_memory_and_ssd_are(alarms: Mapping[str, Resource]) -> None:
    assert metrics_of(alarms["online-full"])[0]["metricName"] == "DatabaseCapacityUsageCountedForEvictPercentage"
    assert "119.1 GiB of a cache.r6gd.xlarge" in alarms["online-full"].inputs["alarmDescription"]
    assert metrics_of(alarms["small-full"])[0]["metricName"] == "DatabaseMemoryUsageCountedForEvictPercentage"
    # A store whose nodes send nothing is gone.
    assert alarms["online-full"].inputs["treatMissingData"] == "breaching"


def test_caches_that_evict_may_be_full(alarms: Mapping[str, Resource]) -> None:
    assert {"online-full", "online-filling", "online-evictions"} <= set(alarms)
    assert not [name for name in alarms if name.startswith("predictions-") and ("full" in name or "evict" in name)]


@pytest.mark.parametrize(
    ("node_type", "metric", "threshold"),
    [
        ("cache.r7g.xlarge", "EngineCPUUtilization", 90),
        # 90 percent of one of two processors.
        ("cache.r7g.large", "CPUUtilization", 45),
    ],
)
def test_processors_of_small_nodes_are_those_of_the_host(node_type: str, metric: str, threshold: float) -> None:
    alarm = cache({**CACHE, "shards": 2, "node_type": node_type})["predictions-cpu"]
    assert (metrics_of(alarm)[0]["metricName"], alarm.inputs["threshold"]) == (metric, threshold)


def test_only_replicated_caches_have_lag_and_failovers(alarms: Mapping[str, Resource]) -> None:
    assert {"online-lag", "online-failover"} <= set(alarms)
    assert not {"small-lag", "small-failover"} & set(alarms)
    failover = alarms["online-failover"].inputs
    assert metrics_of(alarms["online-failover"])[0]["metricName"] == "IsMaster"
    assert failover["metricQueries"][-1]["expression"] == "MAX(ABS(DIFF(METRICS())))"
    assert (failover["datapointsToAlarm"], failover["evaluationPeriods"]) == (1, 5)


def test_burstable_nodes_and_classes_have_credits(alarms: Mapping[str, Resource]) -> None:
    assert {name for name in alarms if name.endswith("credits")} == {"small-credits", "pipelines-credits"}
    # What a t4g.medium earns in an hour.
    assert alarms["small-credits"].inputs["threshold"] == alarms["pipelines-credits"].inputs["threshold"] == 24


@pytest.mark.parametrize(
    ("spec", "threshold"),
    [
        # 80 percent of 0.9 x 8 GiB / 9,531,392 bytes = 811.
        ({}, 648),
        # 80 percent of 0.9 x 4 GiB / 12,582,880 bytes = 307.
        ({"engine": "mysql", "instance_class": "db.t4g.medium"}, 245),
        # PostgreSQL's default ends at 5,000.
        ({"instance_class": "db.r7g.16xlarge"}, 4000),
        ({"maximum_connections": 200}, 160),
    ],
)
def test_connections_follow_the_memory_of_the_class(spec: dict[str, Any], threshold: float) -> None:
    assert database(**spec)["metadata-connections"].inputs["threshold"] == threshold


def test_storage_rings_below_a_tenth_of_what_it_began_with(alarms: Mapping[str, Resource]) -> None:
    storage = alarms["metadata-storage"].inputs
    assert (storage["threshold"], storage["comparisonOperator"]) == (10 * GIB, "LessThanThreshold")
    assert storage["treatMissingData"] == "breaching"
    assert alarms["pipelines-storage"].inputs["threshold"] == 2 * GIB


def test_engines_and_replicas_have_their_own_alarms(alarms: Mapping[str, Resource]) -> None:
    assert {"metadata-transactions", "reader-lag"} <= set(alarms)
    assert not {"pipelines-transactions", "reader-transactions", "metadata-lag"} & set(alarms)


def test_failovers_of_databases_reach_the_critical_topic(everything: Recording) -> None:
    events = everything.one(EVENTS).inputs
    assert events["snsTopic"] == CRITICAL
    assert events["sourceIds"] == ["ml", "ml-pipelines", "ml-reader"]
    assert {"failover", "failure", "low storage"} <= set(events["eventCategories"])
    assert store_alarms().all(EVENTS) == []


def test_metrics_that_report_only_events_may_be_missing(alarms: Mapping[str, Resource]) -> None:
    counted = ("errors", "blocked", "ports", "drops", "failures", "-age", "failed-jobs", "backups", "quota")
    treated = {each.inputs["treatMissingData"] for name, each in alarms.items() if name.endswith(counted)}
    assert treated == {"notBreaching"}
    # No registered target is worse than one that is not healthy.
    assert alarms["models-no-targets"].inputs["treatMissingData"] == "breaching"


def test_balancers_are_named_by_the_end_of_their_arns(alarms: Mapping[str, Resource]) -> None:
    assert alarms["models-no-targets"].inputs["dimensions"] == {
        "LoadBalancer": "app/ml/50dc6c495c0c9188",
        "TargetGroup": "targetgroup/rest/73e2d6bc24d8a067",
    }


def test_a_percentile_of_few_requests_does_not_ring() -> None:
    found = by_name(store_alarms(load_balancer_arns=EVERYTHING["load_balancer_arns"], latency_milliseconds=250))
    latency = found["models-latency"].inputs
    assert (latency["extendedStatistic"], latency["threshold"]) == ("p99", 0.25)
    assert latency["evaluateLowSampleCountPercentiles"] == "ignore"
    assert not {"models-no-targets", "models-unhealthy-targets"} & set(found)


def test_one_failure_of_a_store_calls_once(everything: Recording, alarms: Mapping[str, Resource]) -> None:
    composites = {each.inputs["alarmName"]: each for each in everything.all(COMPOSITE)}
    assert (
        composites["ml-online-health"].inputs["alarmRule"] == 'ALARM("ml-online-full") OR ALARM("ml-online-evictions")'
    )
    assert composites["ml-online-health"].inputs["alarmActions"] == [CRITICAL]
    assert {"alarmActions", "okActions"}.isdisjoint(alarms["online-full"].inputs)
    # With one critical alarm there is nothing to join.
    assert "ml-pipelines-health" not in composites
    assert alarms["pipelines-storage"].inputs["alarmActions"] == [CRITICAL]
    assert alarms["online-connections"].inputs["alarmActions"] == [WARNING]
    assert alarms["online-connections"].inputs["okActions"] == [WARNING]


def test_alarms_of_other_components_are_told_once(everything: Recording) -> None:
    composites = {each.inputs["alarmName"]: each.inputs for each in everything.all(COMPOSITE)}
    assert composites["ml-events-health"]["alarmRule"] == 'ALARM("ml-lag-clicks") OR ALARM("ml-disk-1")'
    assert composites["ml-events-health"]["alarmActions"] == [CRITICAL]
    assert composites["ml-training-health"]["alarmActions"] == [WARNING]


@pytest.fixture
def deep_calls() -> Iterator[None]:
    """Pulumi's mocks answer each request within the one before."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep_calls")
def test_large_stores_have_several_composite_alarms() -> None:
    huge = {**STORE, "shards": 450, "replicas": 0}
    found = store_alarms(caches=[huge], cache_ids={"online": "ml-online"})
    rules = [each.inputs["alarmRule"] for each in found.all(COMPOSITE)]
    assert len(rules) == 2
    assert max(rule.count("ALARM(") for rule in rules) <= 100
    assert max(map(len, rules)) <= 10_240


def test_each_topic_reports_failed_deliveries_of_the_other(alarms: Mapping[str, Resource]) -> None:
    assert alarms["critical-delivery"].inputs["alarmActions"] == [WARNING]
    assert alarms["warning-delivery"].inputs["alarmActions"] == [CRITICAL]


def test_topics_are_encrypted_with_a_key_that_the_senders_use(everything: Recording) -> None:
    key = everything.one(KEY)
    topics = everything.all(TOPIC)
    assert len(topics) == 3
    assert all(topic.property_dependencies["kmsMasterKeyId"] == [key.urn] for topic in topics)
    granted = statements(key)
    for sid, service in (("AlarmsEncrypt", "cloudwatch"), ("DatabaseEventsEncrypt", "events.rds")):
        assert granted[sid]["Principal"] == {"Service": f"{service}.amazonaws.com"}
        assert granted[sid]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        assert granted[sid]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    for policy in everything.all(TOPIC_POLICY):
        said = statements(policy)
        assert said["TlsOnly"]["Effect"] == "Deny"
        senders = {each["Principal"]["Service"] for sid, each in said.items() if sid != "TlsOnly"}
        assert senders == (
            set() if "heartbeat" in policy.name else {"cloudwatch.amazonaws.com", "events.rds.amazonaws.com"}
        )


def test_each_audience_is_subscribed_to_its_topic(everything: Recording) -> None:
    found = {
        (each.inputs["topic"].rpartition(":")[2], each.inputs["protocol"], each.inputs["endpoint"])
        for each in everything.all(SUBSCRIPTION)
    }
    assert found == {
        ("ml-critical", "email", "oncall@example.com"),
        ("ml-critical", "https", "https://hooks.example.com/critical"),
        ("ml-warning", "email", "team@example.com"),
        ("ml-heartbeat", "https", "https://beats.example.com/ml"),
    }


def test_the_heartbeat_uses_the_key_of_the_alarms(everything: Recording) -> None:
    schedule = everything.one(SCHEDULE).inputs
    assert schedule["scheduleExpression"] == "rate(5 minutes)"
    assert schedule["target"]["arn"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-heartbeat"
    granted = statements(everything.one(ROLE_POLICY))
    assert granted["Publish"]["Resource"] == [schedule["target"]["arn"]]
    assert granted["Encrypt"]["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    minute = store_alarms(heartbeat={"url": "https://beats.example.com/ml", "minutes": 1})
    assert minute.one(SCHEDULE).inputs["scheduleExpression"] == "rate(1 minute)"
    assert store_alarms().all(SCHEDULE) == []


def test_errors_of_s3_need_request_metrics(everything: Recording, alarms: Mapping[str, Resource]) -> None:
    metrics = everything.one("aws:s3/bucketMetric:BucketMetric").inputs
    for name, metric in (("raw-bucket-errors", "5xxErrors"), ("raw-bucket-refusals", "4xxErrors")):
        [errors, _] = metrics_of(alarms[name])
        assert errors["metricName"] == metric
        assert errors["dimensions"] == {"BucketName": "ml-raw", "FilterId": metrics["name"]}
    # A few answers with 404 are usual; errors of S3 itself are not.
    assert [alarms[f"raw-bucket-{short}"].inputs["threshold"] for short in ("errors", "refusals")] == [1, 50]
    without = store_alarms(bucket_names={"raw": "ml-raw"})
    assert without.all("aws:s3/bucketMetric:BucketMetric") == []
    assert not [name for name in by_name(without) if "bucket" in name]


def test_copies_are_watched_where_s3_sends_their_metrics() -> None:
    found = store_alarms(**COPIED, warning={"emails": ["team@example.com"]})
    alarms = by_name(found)
    dimensions = {"SourceBucket": "ml-raw", "DestinationBucket": "ml-raw-replica", "RuleId": "everything"}
    failed, late, backlog = (alarms[f"raw-copy-{short}"] for short in ("failures", "delay", "backlog"))
    assert [metrics_of(each)[0]["dimensions"] for each in (failed, late, backlog)] == [dimensions] * 3
    assert [metrics_of(each)[0]["metricName"] for each in (failed, late, backlog)] == [
        "OperationsFailedReplication",
        "ReplicationLatency",
        "BytesPendingReplication",
    ]
    # S3 user guide, "Using S3 Replication metrics": failures in the region of the source, the rest in that of the copy.
    assert [each.inputs.get("region") for each in (failed, late, backlog)] == [None, "us-west-2", "us-west-2"]
    assert not [name for name in alarms if name.startswith("training-copy")]


def test_alarms_of_copies_tell_a_topic_of_their_own_region() -> None:
    found = store_alarms(**COPIED, warning={"emails": ["team@example.com"], "urls": ["https://hooks.example.com/a"]})
    alarms = by_name(found)
    [topic] = [each for each in found.all(TOPIC) if each.inputs.get("region")]
    assert topic.inputs["region"] == "us-west-2"
    assert topic.urn in alarms["raw-copy-delay"].property_dependencies["alarmActions"]
    assert topic.urn in alarms["models-copy-backlog"].property_dependencies["alarmActions"]
    assert alarms["raw-copy-failures"].inputs["alarmActions"] == [WARNING]
    [key] = [each for each in found.all(KEY) if each.inputs.get("region")]
    assert topic.property_dependencies["kmsMasterKeyId"] == [key.urn]
    assert {each["Principal"]["Service"] for sid, each in statements(key).items() if sid == "AlarmsEncrypt"} == {
        "cloudwatch.amazonaws.com"
    }
    far = [each for each in (*found.all(SUBSCRIPTION), *found.all(TOPIC_POLICY)) if each.inputs.get("region")]
    assert sorted(each.inputs.get("endpoint", "policy") for each in far) == [
        "https://hooks.example.com/a",
        "policy",
        "team@example.com",
    ]


def test_copies_within_the_region_need_no_further_topic() -> None:
    near: dict[str, Any] = {**COPIED, "replicas": [{**each, "region": "us-east-1"} for each in COPIED["replicas"]]}
    found = store_alarms(**near)
    assert len(found.all(TOPIC)) == 2
    assert by_name(found)["raw-copy-delay"].inputs["alarmActions"] == [WARNING]


def test_every_description_says_what_to_do(alarms: Mapping[str, Resource]) -> None:
    short = [name for name, each in alarms.items() if each.inputs["alarmDescription"].count(".") < 2]
    assert short == []
    assert max(len(each.inputs["alarmDescription"]) for each in alarms.values()) <= 1024


def test_outputs_name_topics_and_alarms(everything: Recording) -> None:
    outputs = everything.outputs("alarms")
    assert outputs["critical_topic_arn"] == CRITICAL
    assert outputs["heartbeat_topic_arn"].endswith(":ml-heartbeat")
    assert "ml-online-full" in outputs["alarm_names"]
    assert "ml-online-health" in outputs["composite_alarm_names"]


def test_all_rules_hold(everything: Recording) -> None:
    rules = ("store-alarms", "alarm-", "queue-", "kms-", "stateful-protection", "iam-")
    found = [each for each in evaluate(tuple(everything.resources), context()) if each.policy.startswith(rules)]
    assert found == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"critical": {"emails": ["nobody"]}}, "critical.emails"),
        ({"critical": {"emails": ["a@b.example", "a@b.example"]}}, "named more than once"),
        ({"warning": {"urls": ["http://hooks.example.com"]}}, "HTTPS address"),
        ({"warning": {"urls": ["https://:"]}}, "HTTPS address"),
        ({"warning": {"urls": ["https://localhost/"]}}, "HTTPS address"),
        ({"warning": {"urls": ["https://h\u00e9.example.com/"]}}, "HTTPS address"),
        ({"warning": {"urls": ["https://a.example/" + "x" * 3000]}}, "HTTPS address"),
        ({"warning": {"urls": ["https://user:word@hooks.example.com"]}}, "HTTPS address"),
        ({"heartbeat": {"url": "ftp://a"}}, "HTTPS address"),
        ({"heartbeat": {"url": "https://a.example", "minutes": 0}}, "heartbeat.minutes"),
        ({"name": "ML"}, "name = 'ML'"),
        (
            {"caches": [{**STORE, "node_type": "cache.r5.large"}], "cache_ids": {"online": "a"}},
            "cache.r5.large is not a node type",
        ),
        (
            {"databases": [{**MYSQL, "instance_class": "db.x"}], "database_ids": {"pipelines": "a"}},
            "RDS instance class",
        ),
        ({"databases": [{**MYSQL, "engine": "oracle"}], "database_ids": {"pipelines": "a"}}, "databases[0].engine"),
        ({"caches": [STORE]}, "cacheIds has no 'online', which caches names"),
        ({"cache_ids": {"online": "a"}}, "cacheIds has 'online', which caches does not describe"),
        ({"database_ids": {"x": "a"}}, "databaseIds has 'x', which databases does not describe"),
        ({**COPIED, "bucket_names": {"raw": "a"}}, "bucketNames has no 'models', which replicas names"),
        ({**COPIED, "replica_names": {"raw": "a"}}, "replicaNames has no 'models', which replicas names"),
        ({**COPIED, "replicas": [{"name": "raw", "region": "us-west-9"}]}, "us-west-9 is not an AWS region"),
        ({**COPIED, "replicas": COPIED["replicas"] * 2}, "replicas[2].name = 'raw': another replica has the same name"),
        ({"target_group_arns": {"models": "a"}}, "targetGroupArns has 'models', which loadBalancerArns does not have"),
        (
            {
                "caches": [SMALL],
                "databases": [{**MYSQL, "name": "small"}],
                "cache_ids": {"small": "a"},
                "database_ids": {"small": "b"},
            },
            "another cache, database or queue has the same name",
        ),
    ],
)
def test_wrong_arguments_are_refused_by_name(args: dict[str, Any], message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        store_alarms(recording, **args)
    assert message in str(error.value)
    assert recording.resources == []


def test_policies_of_the_heartbeat_are_json(everything: Recording) -> None:
    trust = json.loads(everything.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "scheduler.amazonaws.com"}
