"""The names of what an event stream makes of its topics, queues and notifications: each once, and short enough."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ....core.problems import Place, Problem
from .topic_spec import DEAD_LETTER

if TYPE_CHECKING:
    from .spec import EventStreamSpec

_LONGEST = {"SQS queue": 80, "alarm": 255}
"""Source: SQS API reference, CreateQueue; CloudWatch API reference, PutMetricAlarm."""


class _Made(NamedTuple):
    """What is made of a field: its kind, its name, the field, and the value there."""

    kind: str
    name: str
    at: Place
    value: str


def name_problems(spec: "EventStreamSpec") -> Iterator[Problem]:
    """A field whose value makes something that another field makes too, or a name that AWS finds too long."""
    owners: dict[tuple[str, str], _Made] = {}
    told: set[tuple[Place, str]] = set()
    for made in (*_of_topics(spec), *_of_queues(spec), *_of_notifications(spec)):
        remedy = None
        if owner := owners.get((made.kind, made.name)):
            remedy = _twice(made, owner)
        elif len(made.name) > _LONGEST.get(made.kind, len(made.name)):
            remedy = f"the name of its {made.kind}, {made.name}, exceeds {_LONGEST[made.kind]} characters; shorten it"
        owners.setdefault((made.kind, made.name), made)
        if remedy and (made.at, made.value) not in told:
            told.add((made.at, made.value))
            yield Problem(made.at, made.value, remedy)


def _twice(made: _Made, owner: _Made) -> str:
    if made.at == owner.at:
        return f"{made.value} is named twice; name it once"
    if made.value == owner.value and made.at[0] == owner.at[0]:
        return "the name is used twice; rename one"
    field = Problem(owner.at, owner.value, f"it makes the {made.kind} {made.name} too; rename one").sentence
    return f"it makes the {made.kind} {made.name}, and {field}"


def _of_topics(spec: "EventStreamSpec") -> Iterator[_Made]:
    for index, topic in enumerate(spec.topics):
        at: Place = ("topics", index, "name")
        kafka = spec.engine.is_kafka
        for lag in dict.fromkeys(f"-{each.name}" if kafka or each.fan_out else "" for each in topic.consumers):
            yield _Made("alarm", f"{spec.stream_name}-lag-{topic.name}{lag}", at, topic.name)
        if topic.dead_letter and not spec.engine.is_kafka:
            yield _Made("SQS queue", spec.dead_letter_queue_of(topic), at, topic.name)
            yield _Made("alarm", f"{spec.stream_name}-dead-letter-{topic.name}", at, topic.name)


def _of_queues(spec: "EventStreamSpec") -> Iterator[_Made]:
    for index, queue in enumerate(spec.queues):
        at: Place = ("queues", index, "name")
        ending = ".fifo" if queue.fifo else ""
        for name in (queue.name, f"{queue.name}{DEAD_LETTER}"):
            # Pulumi's names have no ending, so that a FIFO queue and another of one name meet.
            yield _Made("resource", f"queue-{name}", at, queue.name)
            yield _Made("SQS queue", f"{spec.stream_name}-{name}{ending}", at, queue.name)
        yield _Made("alarm", f"{spec.stream_name}-dead-letter-queue-{queue.name}", at, queue.name)
        for notification in queue.notifications:
            name = f"queue-{queue.name}-from-{notification}"
            yield _Made("subscription", name, ("queues", index, "notifications"), notification)


def _of_notifications(spec: "EventStreamSpec") -> Iterator[_Made]:
    for index, each in enumerate(spec.notifications):
        at: Place = ("notifications", index, "name")
        yield _Made("resource", f"notification-{each.name}", at, each.name)
        for email in each.emails:
            name = f"notification-{each.name}-{email}"
            yield _Made("subscription", name, ("notifications", index, "emails"), email)
