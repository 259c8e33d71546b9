"""What alarms send in a month: the part `alarms` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section


class AlarmUsage(Section):
    """A month's use of notifications of alarms."""

    messages: Amount = Field(
        default=200,
        description="Messages that alarms send to each SNS topic a month: one when an alarm rings, and one when it is "
        "over.",
    )
