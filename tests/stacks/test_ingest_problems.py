"""Workers that write features fit the topics, Feast and KEDA, or the config is refused."""

from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.config import StackConfig
from tests.support.stacks.configs import config


def refused(**changed: Any) -> str:
    with pytest.raises((SpecError, ValueError)) as error:
        config("prod", **changed)
    return str(error.value)


def test_prod_writes_the_records_of_both_topics() -> None:
    found: StackConfig = config("prod")
    assert found.feature_ingest
    assert found.event_stream
    assert [each.topic for each in found.feature_ingest.topics] == [each.name for each in found.event_stream.topics]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"eventStream": None}, "the workers read topics; add eventStream"),
        (
            {"featureServices__featureServer": None},
            "the workers write through Feast; add featureServices.featureServer",
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
    assert "the workers read Kafka alone; set engine to msk-provisioned" in told


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
