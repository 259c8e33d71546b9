"""The streams of the job: one for each topic, with a checkpoint of its own."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, cast

from confluent_kafka import Consumer, KafkaException, TopicPartition

from workers.feature_ingest.kafka import connection
from workers.feature_ingest_spark.batches import examine, write
from workers.feature_ingest_spark.settings import JobSettings, SourceKind, TopicSettings
from workers.feature_ingest_spark.sources import messages_of, stream_of

_LOG = logging.getLogger(__name__)
NAMESPACE = "FeatureIngest"
"""The namespace of the job's metrics in CloudWatch."""
RUNNING, REJECTED = "RunningTopics", "RejectedRecords"
"""The metrics: the topics that are read, and the records that went to the dead letters since the last report."""
_REPORT_SECONDS = 60.0
_STARTS = 2
"""How often a run starts a stream. Spark 4.1.1 ends the stream after a batch that it repeats, when the batch is already
written and noted in the checkpoint (SPARK-55271); a second start then goes on. EMR's own would take minutes."""


class Job:
    """All streams of the job."""

    def __init__(self, spark: Any, settings: JobSettings):
        self._spark, self._settings = spark, settings
        self._counted: Counter[str] = Counter()
        self._starts: Counter[str] = Counter()
        self._queries = {topic.name: self._start(topic) for topic in settings.topics}

    def run(self, seconds: float | None = None) -> None:
        """Work until a stream fails twice, or for so many seconds. Streams repeat a batch that was interrupted.

        Raises:
            Exception: what ended a stream. EMR starts the job again, which continues from the checkpoints.
        """
        end = None if seconds is None else time.monotonic() + seconds
        try:
            while end is None or time.monotonic() < end:
                left = _REPORT_SECONDS if end is None else min(_REPORT_SECONDS, end - time.monotonic())
                # It raises what ended a stream, which `_start_again` decides on.
                with suppress(Exception):
                    self._spark.streams.awaitAnyTermination(max(1, int(left)))
                self._start_again()
                self._report()
        finally:
            for query in self._queries.values():
                query.stop()

    def _start_again(self) -> None:
        for topic in self._settings.topics:
            query = self._queries[topic.name]
            if query.isActive:
                continue
            error = query.exception() or RuntimeError(f"the stream of {topic.name} ended")
            if self._starts[topic.name] >= _STARTS:
                raise error
            _LOG.warning("%s: starts again after %s", topic.name, error)
            self._queries[topic.name] = self._start(topic)
        self._spark.streams.resetTerminated()

    def _start(self, topic: TopicSettings) -> Any:
        settings = self._settings
        self._starts[topic.name] += 1
        return (
            stream_of(self._spark, settings, topic)
            .writeStream.queryName(topic.name)
            .option("checkpointLocation", checkpoint_of(settings, topic))
            .trigger(processingTime=f"{settings.trigger_seconds} seconds")
            .foreachBatch(partial(self._write, topic))
            .start()
        )

    def _write(self, topic: TopicSettings, batch: Any, number: int) -> None:
        """Write a batch. Spark reads its records once, and repeats the batch if this fails."""
        settings = self._settings
        tasks = self._spark.sparkContext.defaultParallelism
        examined = batch.rdd.mapPartitions(partial(examine, settings, topic, messages_of(settings)))
        written = examined.partitionBy(tasks, _itself).mapPartitions(partial(write, settings, topic)).collect()
        counted = sum(cast(Iterable[Counter[str]], written), Counter[str]())
        self._counted += counted
        _LOG.info("%s: batch %d: %s", topic.name, number, dict(counted))

    def _report(self) -> None:
        counted, self._counted = self._counted, Counter[str]()
        values = {RUNNING: sum(query.isActive for query in self._queries.values()), REJECTED: counted["rejected"]}
        _LOG.info("%s: %s", self._settings.name, {**counted, **values})
        if self._settings.metrics:
            _send(self._settings, values)


def checkpoint_of(settings: JobSettings, topic: TopicSettings) -> str:
    """The folder of a topic's checkpoint."""
    return f"{settings.checkpoints}{settings.source}/{topic.name}"


def _itself(number: int) -> int:
    return number


def _send(settings: JobSettings, values: Mapping[str, int]) -> None:
    client: Any = cast(Any, import_module("boto3")).client("cloudwatch", region_name=settings.region)
    of_job = [{"Name": "Job", "Value": settings.name}]
    data = [{"MetricName": name, "Dimensions": of_job, "Value": value} for name, value in values.items()]
    try:
        client.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except Exception as error:  # noqa: BLE001 - the job goes on, and the alarm rises
        _LOG.warning("metrics are not sent: %s", error)


class Progress:
    """Commits the end of each batch to the consumer group, from which MSK and Kafka's tools take the lag.

    The job itself continues from its checkpoints. Spark commits no offsets.
    """

    def __init__(self, settings: JobSettings):
        self._consumer = Consumer(
            {**connection(settings.of(settings.topics[0])), "group.id": settings.consumer, "enable.auto.commit": False}
        )

    def commit(self, end_offsets: str) -> None:
        """Commit the end of a batch, as Spark describes it: the offset of each partition of each topic."""
        offsets = [
            TopicPartition(topic, int(partition), offset)
            for topic, partitions in json.loads(end_offsets).items()
            for partition, offset in partitions.items()
        ]
        try:
            # The client serves its login and its errors while it polls.
            self._consumer.poll(0)
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            _LOG.warning("the lag is not up to date: %s", error)


def follow(spark: Any, settings: JobSettings) -> None:
    """Commit the progress of all streams from now on."""
    if settings.source is not SourceKind.KAFKA:
        return
    base: Any = cast(Any, import_module("pyspark.sql.streaming")).StreamingQueryListener
    progress = Progress(settings)

    def ignore(_: Any, event: Any) -> None:
        pass

    def commit(_: Any, event: Any) -> None:
        for source in event.progress.sources:
            if source.endOffset:
                progress.commit(source.endOffset)

    methods = {"onQueryStarted": ignore, "onQueryProgress": commit, "onQueryIdle": ignore, "onQueryTerminated": ignore}
    spark.streams.addListener(type("Listener", (base,), methods)())
