"""The options of Spark's sources."""

import pytest

from workers.feature_ingest.settings import Format
from workers.feature_ingest_spark.settings import JobSettings, SourceKind, TopicSettings
from workers.feature_ingest_spark.sources import kinesis_options

TOPIC = TopicSettings(name="ml-clicks", views=("a",), record_format=Format.JSON, dead_letters="q")


@pytest.mark.parametrize(("trigger", "fetch"), [(1, "10"), (10, "10"), (60, "60")])
def test_a_batch_of_a_busy_shard_ends_by_time(trigger: int, fetch: str) -> None:
    # The connector fetches without an end of time unless told, and refuses less than 10 seconds.
    settings = JobSettings(
        name="ingest",
        source=SourceKind.KINESIS,
        consumer="feature-ingest",
        region="us-east-1",
        topics=(TOPIC,),
        checkpoints="s3://bucket/checkpoints/",
        feast="",
        trigger_seconds=trigger,
    )
    assert kinesis_options(settings, TOPIC)["kinesis.maxFetchTimePerShardSec"] == fetch
