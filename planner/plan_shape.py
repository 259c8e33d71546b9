"""What a comparison needs of a plan in JSON; fields that are not named here may be missing or added."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from components.core.spec_errors import sentences, shown


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


class _Gate(_Row):
    field: str
    value: Any


class _Plan(_Row):
    resources: list[_Resource]
    cost: _Cost
    policies: list[_Verdict]
    gates: list[_Gate] = []


def problem_of(plan: object) -> str | None:
    """The first field of `plan` that is missing, wrong or given twice; None when a comparison can read it."""
    try:
        return _once(_Plan.model_validate(plan).resources)
    except ValidationError as error:
        return sentences(_Plan, error)[0]


def _once(resources: Sequence[_Resource]) -> str | None:
    """The second resource of one URN: only the last of them would be compared."""
    seen: dict[str, int] = {}
    for index, each in enumerate(resources):
        if each.urn in seen:
            return f"resources[{index}].urn = {shown(each.urn)}: is that of resources[{seen[each.urn]}] too; keep one"
        seen[each.urn] = index
    return None
