"""The arguments of PermissionSets, and their validation."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ...core.problems import Problem, refusal
from ...core.spec import Spec, each_once

_GROUP_PATTERN = r"([0-9a-f]{10}-)?[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
"""Source: Identity Store API reference, ResourceId."""
INSTANCE_PATTERN = r"^arn:aws[a-z-]*:sso:::instance/(sso)?ins-[A-Za-z0-9.-]{16}$"
"""Source: IAM Identity Center API reference, CreatePermissionSet, InstanceArn."""
_LONGEST_NAME = 32
"""Source: IAM Identity Center API reference, CreatePermissionSet."""


class JobFunction(StrEnum):
    """What people do."""

    PLATFORM_ADMIN = "platform-admin"
    """Changes everything of the platform. Makes roles with the permissions boundary only."""
    ENGINEER = "engineer"
    """Sees resources, reads logs and metrics, and reaches the Kubernetes API with the rights that the cluster gives."""
    READER = "reader"
    """Sees names and settings of resources, and no data."""
    FINANCE = "finance"
    """Sees bills, budgets and cost advice."""


LONGEST_PREFIX = _LONGEST_NAME - max(len(f"-{each}") for each in JobFunction)
"""The characters of a permission set's name that its job function leaves for the prefix."""
SESSION_HOURS = {
    JobFunction.PLATFORM_ADMIN: 1,
    JobFunction.ENGINEER: 8,
    JobFunction.READER: 8,
    JobFunction.FINANCE: 4,
}
"""The length of a session where none is given."""


class PermissionSetConfig(TypedDict):
    """The groups that have a job function."""

    job_function: JobFunction
    """What their members do."""
    group_ids: list[str]
    """The ids of the groups in IAM Identity Center."""
    session_hours: NotRequired[int]
    """Hours until people sign in again."""


class PermissionSetsConfig(TypedDict):
    """The settings of people's access to an account."""

    name: str
    """The prefix of the names of the permission sets, unique in the instance of IAM Identity Center."""
    instance_arn: str
    """The instance of IAM Identity Center."""
    account_id: str
    """The account that the groups get access to."""
    boundary_name: str
    """The permissions boundary of all roles that administrators make, in that account."""
    sets: list[PermissionSetConfig]
    """The groups by job function."""


class PermissionSetsArgs(PermissionSetsConfig):
    """The arguments of PermissionSets."""


class PermissionSetSpec(Spec):
    """The groups that have a job function."""

    job_function: JobFunction = Field(description="What their members do.")
    group_ids: tuple[str, ...] = Field(
        min_length=1, max_length=20, description="The ids of the groups in IAM Identity Center."
    )
    session_hours: int | None = Field(
        default=None,
        ge=1,
        le=12,
        description="Hours until people sign in again. Default: 1 for platform-admin, 4 for finance, 8 for the others.",
    )

    @field_validator("group_ids")
    @classmethod
    def _groups(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(ids, _GROUP_PATTERN, "id of a group; aws identitystore list-groups shows it")

    @property
    def hours(self) -> int:
        """The length of a session."""
        return self.session_hours or SESSION_HOURS[self.job_function]


def repeated_functions(sets: Sequence[PermissionSetSpec]) -> Iterator[Problem]:
    """The job functions that an earlier entry of `sets` has too."""
    functions = [each.job_function for each in sets]
    for index, function in enumerate(functions):
        if function in functions[:index]:
            remedy = f"{function} is used twice; put all groups into one entry"
            yield Problem(("sets", index, "jobFunction"), str(function), remedy)


class PermissionSetsSpec(Spec):
    """The settings of people's access to an account."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=LONGEST_PREFIX,
        description="The prefix of the names of the permission sets, unique in the instance of IAM Identity Center.",
    )
    instance_arn: str = Field(
        pattern=INSTANCE_PATTERN,
        description="The instance of IAM Identity Center.",
    )
    account_id: str = Field(pattern=r"^[0-9]{12}$", description="The account that the groups get access to.")
    boundary_name: str = Field(
        pattern=r"^[A-Za-z0-9_+=,.@-]{1,128}$",
        description="The permissions boundary of all roles that administrators make, in that account.",
    )
    sets: tuple[PermissionSetSpec, ...] = Field(min_length=1, max_length=4, description="The groups by job function.")

    @model_validator(mode="after")
    def _each_function_once(self) -> "PermissionSetsSpec":
        if error := refusal(repeated_functions(self.sets)):
            raise error
        return self
