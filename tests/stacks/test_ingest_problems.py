"""Workers that write features fit the topics, Feast and KEDA, or the config is refused."""

from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.config import StackConfig
from tests.support.stacks.configs import config

SPARK: dict[str, Any] = {
    "engine": "spark",
    "topics": [{"topic": "clicks", "featureViews": ["user_clicks"], "recordFormat": "avro"}],
    "spark": {"package": "s3://ml-prod-offline-111122223333/feature-ingest/packages/0a/"},
}
"""The ingestion of prod as a job of Spark."""


def refused(stack: str = "prod", /, **changed: Any) -> str:
    with pytest.raises((SpecError, ValueError)) as error:
        config(stack, **changed)
    return str(error.value)


def test_prod_writes_the_records_of_both_topics() -> None:
    found: StackConfig = config("prod")
    assert found.feature_ingest
    assert found.event_stream
    assert [each.topic for each in found.feature_ingest.topics] == [each.name for each in found.event_stream.topics]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"eventStream": None}, "the stack has no topics to read; add eventStream"),
        (
            {"featureServices__featureServer": None},
            "it writes through Feast; add featureServices.featureServer with project and clientNamespaces",
        ),
        (
            {"featureIngest__topics__0__topic": "views"},
            "eventStream has no such topic; write one of clicks, transactions",
        ),
        ({"eventStream__topics__0__deadLetter": False}, "bad records would have no place; set deadLetter of the topic"),
        ({"featureIngest__consumer": "archive"}, "the topic has no consumer archive, so no quota and no lag alarm"),
        (
            {"featureIngest__topics__0__maximum": 13},
            "has 12 partitions, and each further worker would wait; write 12 or less",
        ),
        ({"featureIngest__topics__0__recordFormat": "json"}, "the recordSchema of the topic says avro; write avro"),
    ],
)
def test_workers_that_do_not_fit_are_refused(changed: dict[str, Any], problem: str) -> None:
    assert problem in refused(**changed)


def test_workers_of_a_kinesis_stream_are_refused() -> None:
    topics = [{"name": "clicks", "partitions": 1, "deadLetter": True}]
    told = refused(eventStream={"streamName": "ml", "topics": topics})
    assert "its workers read Kafka alone; write spark, or set eventStream.engine to msk-provisioned" in told


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"featureIngest__cpu": "999"}, "a worker uses at most 2 CPUs; write 2 or less, and raise maximum"),
        ({"featureIngest__cpu": "2001m"}, "a worker uses at most 2 CPUs"),
        (
            {"featureIngest__memory": "99999Gi"},
            "a pod of featureIngest for clicks requests 250m CPU and 102,398,976 MiB",
        ),
        ({"featureIngest__memory": "1000Gi"}, "a pod of featureIngest for clicks requests 250m CPU and 1,024,000 MiB"),
        (
            {
                "featureIngest__cpu": "2",
                "featureIngest__topics__0__minimum": 12,
                "featureIngest__topics__0__maximum": 12,
            },
            "the platform's own pods request",
        ),
    ],
)
def test_workers_that_no_node_could_run_are_refused(changed: dict[str, Any], problem: str) -> None:
    assert problem in refused(**changed)


def test_spark_reads_kafka_in_prod_and_kinesis_in_staging() -> None:
    assert config("prod", featureIngest=SPARK).feature_ingest
    staging = config("staging")
    assert staging.feature_ingest
    assert staging.feature_ingest.spark
    assert staging.event_stream
    assert not staging.event_stream.engine.is_kafka


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"sparkCluster__streaming": None},
            "the job runs in the streaming application; add sparkCluster.streaming, or write engine: python",
        ),
        ({"sparkCluster": None}, "the job runs in the streaming application"),
        (
            {"sparkCluster__streaming": {"maximumVcpus": 8}, "featureIngest__spark__workerVcpus": 4},
            "with the driver it needs 16 vCPUs, and the workers of sparkCluster.streaming may use 8 "
            "(maximumVcpus is 8); raise maximumVcpus",
        ),
        (
            {
                "sparkCluster__streaming": {
                    "maximumVcpus": 8,
                    "driver": {"vcpus": 2, "memoryGb": 4},
                    "executor": {"vcpus": 2, "memoryGb": 4},
                }
            },
            "it needs 32 GB of memory, and the workers of sparkCluster.streaming may use 16",
        ),
        (
            {
                "sparkCluster__streaming": {"maximumVcpus": 8},
                "featureIngest__spark__workerVcpus": 1,
                "featureIngest__spark__maximumExecutors": 7,
            },
            "it needs 160 GB of disk, and the workers of sparkCluster.streaming may use",
        ),
        (
            {"featureIngest__spark__package": "s3://elsewhere/feature-ingest/packages/0a/"},
            "upload it to s3://ml-prod-offline-111122223333/feature-ingest/",
        ),
        (
            {"featureIngest__spark__connectorJar": "s3://ml-prod-offline-111122223333/feature-ingest/kinesis.jar"},
            "only Kinesis has a connector of its own; remove it",
        ),
        ({"network__nat": "none"}, "the job reads the certificates of RDS, which AWS publishes on the internet"),
        ({"featureIngest__topics__0__topic": "views"}, "eventStream has no such topic"),
        (
            {"usage__spark__vcpuHours": 2919},
            "the job of featureIngest alone uses 2,920 at all hours; write that or more",
        ),
        ({"usage__spark__memoryGbHours": 4000}, "uses 11,680 at all hours"),
    ],
)
def test_a_job_of_spark_that_does_not_fit_is_refused(changed: dict[str, Any], problem: str) -> None:
    topics = [dict(each) for each in SPARK["topics"]]
    given = {**SPARK, "topics": topics, "spark": dict(SPARK["spark"])}
    assert problem in refused(featureIngest=given, **changed)


def test_kinesis_needs_a_release_with_the_connector() -> None:
    told = refused("staging", featureIngest__spark__connectorJar=None)
    assert "AWS documents the connector for Kinesis in emr-7.14.0, emr-7.13.0 only" in told
    older = {"featureIngest__spark__connectorJar": None, "sparkCluster__release": "emr-7.14.0"}
    assert config("staging", **older).feature_ingest
