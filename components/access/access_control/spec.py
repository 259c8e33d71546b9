"""The arguments of AccessControl, and their validation."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field, StringConstraints, field_validator, model_validator

from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.problems import Problem, refusal
from ...core.spec import Spec, each_once, refuse
from ...facts.iam_services import iam_services

_USER_PATTERN = r"arn:aws[a-z-]*:iam::[0-9]{12}:user/[A-Za-z0-9_+=,.@/-]+"
_MOST_USERS = 10


class BreakGlassConfig(TypedDict):
    """The role for emergencies."""

    user_arns: list[str]
    """The IAM users who may assume it, with a second factor. They must exist."""
    managed_policies: NotRequired[list[str]]
    """AWS managed policies of the role."""


class AccessControlConfig(TypedDict):
    """The settings of access to an account."""

    name: str
    """The prefix of the names in AWS, unique in the account."""
    boundary: NotRequired[bool]
    """Whether there is a permissions boundary for roles."""
    further_services: NotRequired[list[str]]
    """IAM prefixes of further services that roles may use within the boundary."""
    break_glass: NotRequired[BreakGlassConfig]
    """The role for emergencies; left out, there is none."""
    emails: NotRequired[list[str]]
    """Who is told of each use of the role for emergencies. Each address must confirm."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the key of the topic."""


class AccessControlArgs(AccessControlConfig):
    """The arguments of AccessControl."""


class BreakGlassSpec(Spec):
    """The role for emergencies."""

    user_arns: tuple[str, ...] = Field(
        min_length=1,
        max_length=_MOST_USERS,
        description="The IAM users who may assume it, with a second factor. They must exist. Roles are not accepted, "
        "because sessions of IAM Identity Center do not tell AWS of their second factor.",
    )
    managed_policies: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@/-]{1,128}$")], ...] = Field(
        default=("AdministratorAccess",),
        min_length=1,
        max_length=5,
        description="AWS managed policies of the role, such as PowerUserAccess.",
    )

    @field_validator("user_arns")
    @classmethod
    def _users(cls, arns: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(arns, _USER_PATTERN, "ARN of an IAM user; write arn:aws:iam::111122223333:user/emergency-1")


class AccessControlSpec(Spec):
    """The settings of access to an account."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=32,
        description="The prefix of the names in AWS, unique in the account.",
    )
    boundary: bool = Field(
        default=True,
        description="Whether there is a permissions boundary: the most that a role of the stack may do, whatever its "
        "policies allow. A stack attaches it to all its roles.",
    )
    further_services: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="IAM prefixes of further services that roles may use within the boundary, such as bedrock.",
    )
    break_glass: BreakGlassSpec | None = Field(
        default=None, description="The role for emergencies, which can be used for an hour. Default: none."
    )
    emails: EmailAddresses = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Who is told by email of each use of the role for emergencies. Each address must confirm.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether a deployment refuses to delete the key of the topic."
    )

    @field_validator("further_services")
    @classmethod
    def _services(cls, services: tuple[str, ...]) -> tuple[str, ...]:
        each_once(services, r"[a-z][a-z0-9-]{0,62}", "IAM prefix of a service; write one such as bedrock")
        for service in services:
            if service not in iam_services():
                raise refuse(
                    service,
                    f"{service} is not the IAM prefix of an AWS service, so the boundary would allow nothing; write a "
                    "prefix of the service authorization reference",
                    iam_services(),
                )
        return services

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "AccessControlSpec":
        if error := refusal(self._problems()):
            raise error
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.break_glass and not self.emails:
            remedy = "each use of the role of breakGlass must be reported; name an address"
            yield Problem(("emails",), [], remedy)
        if self.emails and not self.break_glass:
            remedy = "without breakGlass there is nothing to tell; remove emails, or add breakGlass"
            yield Problem(("emails",), list(self.emails), remedy)
        if self.further_services and not self.boundary:
            remedy = "there is no boundary that they would extend; remove them, or set boundary"
            yield Problem(("furtherServices",), list(self.further_services), remedy)
        if taken := sorted(FORBIDDEN_SERVICES & set(self.further_services)):
            remedy = f"{taken[0]} would let a role leave its boundary or end the record of the account; remove it"
            yield Problem(("furtherServices",), list(self.further_services), remedy)
        if not (self.boundary or self.break_glass):
            yield Problem(("boundary",), False, "nothing is left to make; set boundary or breakGlass, or remove access")

    @property
    def boundary_name(self) -> str:
        """The name of the permissions boundary."""
        return f"{self.name}-boundary"


FORBIDDEN_SERVICES = frozenset(
    {"access-analyzer", "account", "cloudtrail", "config", "guardduty", "iam", "organizations", "sso", "sso-directory"}
)
"""Services that decide about access or record it. A role of the platform needs none of them as a whole."""
