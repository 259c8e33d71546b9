"""What a FailoverSwitch is made from, and what is refused."""

from typing import NotRequired, TypedDict

from pydantic import Field, field_validator

from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.regions import known_region
from ...core.spec import Spec
from ..backup_plans.spec import VAULT_PATTERN

PARTITION = "aws"
"""The partition whose regions a switch can be in."""


class FailoverSwitchConfig(TypedDict):
    """A switch between the records of two regions."""

    name: str
    """What the names of its alarms begin with, and the value of the metric's dimension."""
    standby_region: str
    """The second region, where the switch is: it works while the first region does not."""
    emails: NotRequired[list[str]]
    """Who gets an email when the names move."""


class FailoverSwitchArgs(FailoverSwitchConfig):
    """The arguments of a FailoverSwitch."""


class FailoverSwitchSpec(Spec):
    """The checked arguments of a FailoverSwitch."""

    name: str = Field(
        pattern=VAULT_PATTERN,
        description="What the names of its alarms begin with, and the value of the metric's dimension.",
    )
    standby_region: str = Field(
        description="The second region, where the switch is: it works while the first region does not."
    )
    emails: EmailAddresses = Field(
        default=(), max_length=MOST_TOLD, description="Who gets an email when the names move."
    )

    @field_validator("standby_region")
    @classmethod
    def _known(cls, region: str) -> str:
        return known_region(region)
