"""The section of alarms: what it watches of each stack, and what it needs of the others."""

import pytest

from resources.resource import Resource
from tests.support.components.alarms import COMPOSITE, METRIC_ALARM, unknown_metrics
from tests.support.planner.plans import STACKS, of_type, plan_of
from tests.support.stacks.configs import STORE, refusal

ALARMS = {"name": "ml"}
BUCKET = "aws:s3/bucket:Bucket"
pytestmark = pytest.mark.slow


def alarms_of(stack: str) -> dict[str, Resource]:
    return {each.name.removeprefix("alarms-"): each for each in plan_of(stack) if each.type == METRIC_ALARM}


@pytest.mark.parametrize("stack", STACKS)
def test_every_alarm_of_a_stack_reads_a_metric_that_exists(stack: str) -> None:
    assert unknown_metrics(plan_of(stack)) == []


def test_production_watches_each_store_and_entrance() -> None:
    found = alarms_of("prod")
    assert {
        *("online-full", "predictions-lag-1", "database-storage", "models-errors", "delivery-no-targets"),
        *("models-blocked", "nat-ports", "batch-failed-failures", "search-schedules-failures"),
        *("batch-spark-failed-jobs", "kms-quota"),
    } <= set(found)
    # The event stream tells its own notification, and no alarm calls twice.
    composites = {each.inputs["alarmName"] for each in plan_of("prod") if each.type == COMPOSITE}
    assert "ml-prod-events-health" not in composites
    assert "ml-prod-training-health" in composites


def test_staging_is_told_of_its_stream_and_its_interruptions() -> None:
    assert "interruptions-age" in alarms_of("staging")
    [events] = [each for each in plan_of("staging") if each.name == "alarms-events-health"]
    assert 'ALARM("ml-staging-lag-clicks")' in events.inputs["alarmRule"]


def test_kubeflow_watches_both_databases() -> None:
    assert {"database-storage", "pipelines-storage", "kubeflow-no-targets"} <= set(alarms_of("kubeflow"))


def test_alarms_are_made_after_what_they_watch() -> None:
    cluster = [each for each in plan_of("prod") if each.name == "feature-store-online-cluster"]
    assert alarms_of("prod")["online-full"].property_dependencies["metricQueries"] == [cluster[0].urn]


def test_buckets_with_a_second_copy_have_alarms_in_its_region() -> None:
    made = plan_of("everything")
    copies = {each.name: each for each in made if each.type == METRIC_ALARM and "-copy-" in each.name}
    assert {name: each.inputs.get("region") for name, each in copies.items()} == {
        "alarms-models-copy-failures": None,
        "alarms-models-copy-delay": "us-west-2",
        "alarms-models-copy-backlog": "us-west-2",
    }
    dimensions = copies["alarms-models-copy-failures"].inputs["dimensions"]
    [copy] = [each for each in of_type(made, BUCKET) if each.inputs["bucket"] == dimensions["DestinationBucket"]]
    assert copy.inputs["region"] == "us-west-2"
    [replication] = [each for each in made if each.type.endswith(":BucketReplicationConfig")]
    assert replication.inputs["rules"][0]["id"] == dimensions["RuleId"]


def test_alarms_need_stores() -> None:
    assert "alarms needs featureStore, because it watches the platform's stores; add it" in refusal(alarms=ALARMS)
    assert "alarms needs gpuCluster" in refusal(alarms=ALARMS, gpuCluster=None)


def test_topics_of_alarms_and_notifications_have_different_names() -> None:
    stream = {"streamName": "ml", "topics": [{"name": "clicks"}], "notifications": [{"name": "critical"}]}
    told = refusal(alarms=ALARMS, eventStream=stream, featureStore=STORE)
    assert "eventStream.notifications[0].name = 'critical': the alarms have an SNS topic ml-critical too" in told
