"""What a comparison needs of a plan in JSON; fields that are not named here may be missing or added."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from components.core.spec_errors import sentences


class _Row(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Resource(_Row):
    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    provider: str | None
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    inputs: dict[str, Any]
    protect: bool
    retain_on_delete: bool
    ignore_changes: list[str]


class _Line(_Row):
    urn: str
    component: str
    what: str
    quantity: float
    unit: str
    monthly: float


class _Cost(_Row):
    currency: str
    monthly: float
    budget: float
    lines: list[_Line]


class _Verdict(_Row):
    policy: str
    severity: str
    level: str
    urn: str
    message: str
    exception: str | None


class _Plan(_Row):
    resources: list[_Resource]
    cost: _Cost
    policies: list[_Verdict]


def problem_of(plan: object) -> str | None:
    """The first field of `plan` that is missing or of another type; None when a comparison can read it."""
    try:
        _Plan.model_validate(plan)
    except ValidationError as error:
        return sentences(_Plan, error)[0]
    return None
