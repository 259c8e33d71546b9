"""What an event stream needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.streaming.event_stream.spec import StreamEngine
from components.network.network_args import NatMode

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("eventStream",)
_SERVERLESS_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-2", "ca-central-1"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
)
"""Source: Amazon MSK developer guide, "What is MSK Serverless?"."""


def stream_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where the event stream does not fit the cluster, the network or its zones."""
    stream = config.event_stream
    if not stream:
        return
    if not (config.gpu_cluster and config.feature_store):
        lacking = "featureStore" if config.gpu_cluster else "gpuCluster"
        why = (
            "consumers write to its online store" if config.gpu_cluster else "producers and consumers run on its nodes"
        )
        yield Problem(_AT, stream.stream_name, f"eventStream needs {lacking}, because {why}; add it")
    region = config.environment.region
    if stream.engine is StreamEngine.MSK_SERVERLESS and region not in _SERVERLESS_REGIONS:
        remedy = f"{region} has no MSK Serverless; write kinesis or msk-provisioned"
        yield Problem((*_AT, "engine"), str(stream.engine), remedy)
    zones = len(config.network.zones) or config.network.zone_count
    if stream.engine is StreamEngine.MSK_PROVISIONED and stream.brokers.zones > zones:
        remedy = f"the network has {zones} zones; write {zones}, or add a zone to network"
        yield Problem((*_AT, "kafka", "zones"), stream.brokers.zones, remedy)
    needed = {
        "kinesis-streams": bool(stream.topics) and not stream.engine.is_kafka,
        "glue": any(topic.record_schema for topic in stream.topics),
        "sqs": bool(stream.queues) or any(topic.dead_letter for topic in stream.topics if not stream.engine.is_kafka),
        "sns": bool(stream.notifications),
    }
    lacking = sorted(name for name, needs in needed.items() if needs and name not in config.network.interface_endpoints)
    if config.network.nat is NatMode.NONE and lacking:
        remedy = (
            f"network.nat is none, so pods cannot reach it; add {' and '.join(lacking)} to network.interfaceEndpoints"
        )
        yield Problem(_AT, str(stream.engine), remedy)
