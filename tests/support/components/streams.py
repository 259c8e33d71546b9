"""Event streams on each engine, run against the made-up account of `mocks`."""

from typing import Any

import pytest

from components.core.spec import SpecError
from components.data.streaming.event_stream.event_stream import EventStream
from tests.support.components.mocks import Recording, run

READER = {"name": "ingest", "read_mib_per_second": 1.5}
TOPIC = {"name": "clicks", "partitions": 2, "consumers": [READER]}
NETWORK = {
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "client_security_group_id": "sg-nodes",
}


def kinesis(recording: Recording | None = None, **args: Any) -> Recording:
    """An EventStream "events" with one stream of two shards, unless `args` say otherwise."""
    given = {"stream_name": "ml", "topics": [TOPIC], **args}
    return run(lambda: EventStream("events", given), recording)  # pyright: ignore[reportArgumentType]


def kafka(recording: Recording | None = None, **args: Any) -> Recording:
    """An EventStream "events" with one topic on three brokers, unless `args` say otherwise."""
    return kinesis(recording, **{"engine": "msk-provisioned", **NETWORK, **args})


def serverless(recording: Recording | None = None, **args: Any) -> Recording:
    """An EventStream "events" with one topic on MSK Serverless, unless `args` say otherwise."""
    return kafka(recording, **{"engine": "msk-serverless", **args})


def refusal(**args: Any) -> str:
    """Why these arguments of `kinesis` are refused; nothing is registered then."""
    recording = Recording()
    with pytest.raises(SpecError) as error:
        kinesis(recording, **args)
    assert recording.resources == []
    return str(error.value)
