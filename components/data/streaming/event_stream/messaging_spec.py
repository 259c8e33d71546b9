"""Queues and notifications for single events: what each is made from, and what is refused."""

from typing import NotRequired, TypedDict

from pydantic import Field

from ....core.email_addresses import MOST_TOLD, EmailAddresses
from ....core.spec import Spec

SHORT_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class QueueConfig(TypedDict):
    """An SQS queue with a dead-letter queue."""

    name: str
    """The queue's name after that of the event stream."""
    fifo: NotRequired[bool]
    """Whether messages of one group stay in order and arrive once."""
    visibility_seconds: NotRequired[int]
    """Seconds that a received message is hidden from other receivers: longer than processing takes."""
    retention_hours: NotRequired[int]
    """Hours that messages are kept; the dead-letter queue keeps them for 14 days."""
    maximum_receives: NotRequired[int]
    """How often a message is received before it moves to the dead-letter queue."""
    notifications: NotRequired[list[str]]
    """The notifications of the event stream that the queue receives."""


class QueueSpec(Spec):
    """An SQS queue with a dead-letter queue."""

    name: str = Field(pattern=SHORT_NAME, max_length=50, description="The queue's name after that of the event stream.")
    fifo: bool = Field(default=False, description="Whether messages of one group stay in order and arrive once.")
    visibility_seconds: int = Field(
        default=60,
        ge=0,
        le=43_200,
        description="Seconds that a received message is hidden from other receivers: longer than processing takes.",
    )
    retention_hours: int = Field(
        default=96,
        ge=1,
        le=336,
        description="Hours that messages are kept; the dead-letter queue keeps them for 14 days.",
    )
    maximum_receives: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="How often a message is received before it moves to the dead-letter queue.",
    )
    notifications: tuple[str, ...] = Field(
        default=(), description="The notifications of the event stream that the queue receives."
    )


class NotificationConfig(TypedDict):
    """An SNS topic."""

    name: str
    """The notification's name after that of the event stream."""
    fifo: NotRequired[bool]
    """Whether messages of one group stay in order; only FIFO queues can receive it."""
    emails: NotRequired[list[str]]
    """Addresses that receive it. Each person confirms the subscription."""


class NotificationSpec(Spec):
    """An SNS topic."""

    name: str = Field(
        pattern=SHORT_NAME, max_length=50, description="The notification's name after that of the event stream."
    )
    fifo: bool = Field(
        default=False, description="Whether messages of one group stay in order; only FIFO queues can receive it."
    )
    emails: EmailAddresses = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Addresses that receive it. Each person confirms the subscription.",
    )
