"""The arguments of JobSchedules, and their validation."""

from typing import TypedDict

import pulumi
from pydantic import Field

from ...core.spec import Spec


class JobSchedulesConfig(TypedDict):
    """The settings of a team's schedules."""

    name: str
    """The name of the schedule group, unique in the account and region."""


class JobSchedulesArgs(JobSchedulesConfig):
    """The arguments of JobSchedules."""

    policies: dict[str, pulumi.Input[str]]
    """What the schedules may start: IAM policy documents by a short name, as JSON, such as those of submitters."""


class JobSchedulesSpec(Spec):
    """The settings of a team's schedules."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,62}[a-z0-9]$",
        description="The name of the schedule group, unique in the account and region.",
    )
