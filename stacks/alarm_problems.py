"""What the alarms need of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem

if TYPE_CHECKING:
    from stacks.config import StackConfig

_TOPICS = ("critical", "warning", "heartbeat")


def alarm_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where the alarms have nothing to watch, or the name of something else."""
    alarms = config.alarms
    if not alarms:
        return
    if not (config.gpu_cluster and config.feature_store):
        lacking = "featureStore" if config.gpu_cluster else "gpuCluster"
        yield Problem(
            ("alarms",), alarms.name, f"alarms needs {lacking}, because it watches the platform's stores; add it"
        )
    stream = config.event_stream
    for index, each in enumerate(stream.notifications if stream else ()):
        if stream and each.name in _TOPICS and stream.stream_name == alarms.name:
            remedy = (
                f"the alarms have an SNS topic {alarms.name}-{each.name} too; rename it, or set another alarms.name"
            )
            yield Problem(("eventStream", "notifications", index, "name"), each.name, remedy)
