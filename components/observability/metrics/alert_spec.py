"""Who is told of an alert: the receivers, and the routes that lead to them."""

from enum import StrEnum
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.spec import Spec, each_once, refuse

_MOST_RECEIVERS = 20
_MOST_ROUTES = 100
_NAME = r"^[a-z][a-z0-9-]{0,40}$"
HEARTBEAT = "heartbeat"
"""The receiver of the dead man's switch, which people do not read."""
LONGEST_REPEAT_HOURS = 120
"""Five days, the most that Amazon Managed Service for Prometheus accepts."""


class AlertSeverity(StrEnum):
    """How soon someone must act: now, or on the next working day."""

    CRITICAL = "critical"
    WARNING = "warning"


class SlackConfig(TypedDict):
    """A Slack channel, which Amazon Q Developer in chat applications (AWS Chatbot) writes to."""

    workspace_id: str
    """The workspace's id, such as T0123ABCD. Authorize it once in the console of Amazon Q Developer."""
    channel_id: str
    """The channel's id, such as C0123ABCD."""


class ReceiverConfig(TypedDict):
    """People or a tool that alerts are sent to. Set one of emails, slack and pagerDutySecret."""

    name: str
    """A short name, such as on-call."""
    emails: NotRequired[list[str]]
    """Email addresses. Each person confirms the subscription once."""
    slack: NotRequired[SlackConfig]
    """A Slack channel."""
    pager_duty_secret: NotRequired[str]
    """The name of a secret in Secrets Manager. Its value is the HTTPS address of PagerDuty's SNS integration."""


class RouteConfig(TypedDict):
    """Which alerts go to which receivers. An alert goes to every route that matches it."""

    receivers: list[str]
    """The names of receivers."""
    severities: NotRequired[list[str]]
    """The severities that match: critical or warning. Default: all."""
    owners: NotRequired[list[str]]
    """The teams whose alerts match: values of the label owner. Default: all."""


class AlertsConfig(TypedDict):
    """Receivers of alerts, and routes to them."""

    receivers: list[ReceiverConfig]
    """The receivers. The first one also gets alerts that no route matches, and the alarm of the dead man's switch."""
    routes: NotRequired[list[RouteConfig]]
    """Routes by severity and owner. Default: every alert goes to the first receiver."""
    repeat_hours: NotRequired[int]
    """Hours until an alert that still fires is sent again."""


class SlackSpec(Spec):
    """A Slack channel, which Amazon Q Developer in chat applications (AWS Chatbot) writes to."""

    workspace_id: str = Field(pattern=r"^T[0-9A-Z]{2,20}$", description="The workspace's id, such as T0123ABCD.")
    channel_id: str = Field(pattern=r"^[CG][0-9A-Z]{2,20}$", description="The channel's id, such as C0123ABCD.")


class ReceiverSpec(Spec):
    """People or a tool that alerts are sent to."""

    name: str = Field(pattern=_NAME, description="A short name, such as on-call.")
    emails: EmailAddresses = Field(
        default=(), max_length=MOST_TOLD, description="Email addresses. Each person confirms the subscription once."
    )
    slack: SlackSpec | None = Field(default=None, description="A Slack channel.")
    pager_duty_secret: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$",
        description="The name of a secret in Secrets Manager. Its value is the HTTPS address of PagerDuty's SNS "
        "integration.",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> "ReceiverSpec":
        kinds = [kind for kind in ("emails", "slack", "pager_duty_secret") if getattr(self, kind)]
        if len(kinds) != 1:
            raise refuse(
                self.name,
                f"receiver {self.name} has {len(kinds)} of emails, slack and pagerDutySecret; set one of them",
            )
        return self


class RouteSpec(Spec):
    """Which alerts go to which receivers."""

    receivers: tuple[str, ...] = Field(min_length=1, max_length=_MOST_RECEIVERS, description="The names of receivers.")
    severities: tuple[AlertSeverity, ...] = Field(
        default=(), description="The severities that match: critical or warning. Default: all."
    )
    owners: tuple[str, ...] = Field(
        default=(),
        max_length=_MOST_ROUTES,
        description="The teams whose alerts match: values of the label owner. Default: all.",
    )

    @field_validator("owners")
    @classmethod
    def _names(cls, owners: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(owners, r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "team; write its name in lower case")


class AlertsSpec(Spec):
    """Receivers of alerts, and routes to them."""

    receivers: tuple[ReceiverSpec, ...] = Field(
        min_length=1,
        max_length=_MOST_RECEIVERS,
        description="The receivers. The first one also gets alerts that no route matches, and the alarm of the dead "
        "man's switch.",
    )
    routes: tuple[RouteSpec, ...] = Field(
        default=(),
        max_length=_MOST_ROUTES,
        description="Routes by severity and owner. Default: every alert goes to the first receiver.",
    )
    repeat_hours: int = Field(
        default=4,
        ge=1,
        le=LONGEST_REPEAT_HOURS,
        description="Hours until an alert that still fires is sent again.",
    )

    @model_validator(mode="after")
    def _known_receivers(self) -> "AlertsSpec":
        names = [receiver.name for receiver in self.receivers]
        if HEARTBEAT in names:
            raise refuse(HEARTBEAT, f"{HEARTBEAT} is the receiver of the dead man's switch; rename yours")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(twice, f"two receivers have the name {twice}; rename one")
        for route in self.routes:
            for name in route.receivers:
                if name not in names:
                    known = ", ".join(names)
                    raise refuse(name, f"a route leads to {name}, which is not a receiver; write one of {known}", names)
        return self
