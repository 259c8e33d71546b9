"""The section of people's access to the account of a stack."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.access.permission_sets.spec import INSTANCE_PATTERN, PermissionSetSpec
from components.core.spec import Spec


class PermissionSetsSection(Spec):
    """The groups that may use the stack's account, and where their permission sets are kept."""

    management_account: str = Field(
        pattern=r"^[0-9]{12}$",
        description="The account of IAM Identity Center: the organization's management account, or the one that it "
        "delegates to.",
    )
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="The region of IAM Identity Center.")
    role_arn: Annotated[
        str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$")
    ] = Field(description="The role in that account with which a deployment keeps permission sets.")
    instance_arn: str = Field(pattern=INSTANCE_PATTERN, description="The instance of IAM Identity Center.")
    sets: tuple[PermissionSetSpec, ...] = Field(min_length=1, max_length=4, description="The groups by job function.")
