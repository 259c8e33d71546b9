"""Reads the plan of a stack, as `make plan` writes it to `build/<stack>/plan.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .errors import SpendError

FORMAT = 1
_PROVIDER = "pulumi:providers:aws"
_NAMES = ("bucket", "replicationGroupId", "identifier", "clusterName", "name")
"""The inputs by which a resource is called in AWS, so that its id in the bill contains them."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of the estimate: `quantity` units at `unit_price`, in USD a month of 730 hours.

    `kind` is the type of the resource that costs it, such as `aws:s3/bucket:Bucket`.
    """

    kind: str
    component: str
    item: str
    quantity: float
    unit: str
    unit_price: float
    monthly: float


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What the comparison needs of a plan.

    `environment` is the value of the tag by which the stack's costs are known. `names` leads from names in AWS to the
    component of the resource.
    """

    stack: str
    account: str
    environment: str
    lines: tuple[PlanLine, ...]
    names: Mapping[str, str]


def read_plan(path: Path) -> StackPlan:
    """The plan in a file.

    Raises:
        SpendError: the file is missing, is not a plan, or has another format.
    """
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpendError(f"{path}: there is no such plan; run `make plan STACK={path.parent.name}` first") from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SpendError(f"{path}: is not a plan ({error}); run `make plan` again") from None
    try:
        return _plan(cast(Mapping[str, Any], content), path)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise SpendError(f"{path}: is not a plan ({error!r} is missing or wrong); run `make plan` again") from None


def _plan(content: Mapping[str, Any], path: Path) -> StackPlan:
    if content["format"] != FORMAT:
        raise SpendError(f"{path}: has format {content['format']}, not {FORMAT}; plan again with this version")
    cost, resources = content["cost"], content["resources"]
    if cost["currency"] != "USD":
        raise SpendError(f"{path}: is in {cost['currency']}; only plans in USD can be compared")
    account, environment = _identity(resources, path)
    lines = tuple(
        PlanLine(
            _type(line["urn"]),
            line["component"],
            line["item"],
            float(line["quantity"]),
            line["unit"],
            float(line["unitPrice"]),
            float(line["monthly"]),
        )
        for line in cost["lines"]
    )
    components = {line["urn"]: line["component"] for line in cost["lines"]}
    names = {
        name: components[each["urn"]]
        for each in resources
        if each["urn"] in components
        for name in (_name(each["inputs"]),)
        if name
    }
    return StackPlan(content["stack"], account, environment, lines, names)


def _type(urn: str) -> str:
    """The type in a URN, without those of its parents."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def _identity(resources: Sequence[Mapping[str, Any]], path: Path) -> tuple[str, str]:
    """The account of the stack, and the value of its tag `environment`."""
    for each in resources:
        if each["type"] == _PROVIDER:
            inputs = each["inputs"]
            accounts: Any = _object(inputs.get("allowedAccountIds"))
            defaults: Any = _object(inputs.get("defaultTags"))
            if accounts:
                return str(accounts[0]), str(defaults["tags"].get("environment", "") if defaults else "")
    raise SpendError(f"{path}: has no AWS provider with allowedAccountIds, so its account is not known; plan again")


def _object(value: Any) -> Any:
    """Nested inputs of a provider are JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _name(inputs: Mapping[str, Any]) -> str:
    return next((value for key in _NAMES if isinstance(value := inputs.get(key), str) and len(value) > 3), "")
