"""What an IAM policy allows, by the rules that AWS evaluates an identity's policies with.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringNotEquals": lambda wanted, given: wanted != given,
    "StringLike": lambda wanted, given: _matches(wanted, given),
    "Bool": lambda wanted, given: wanted == given,
    "ArnLike": lambda wanted, given: _matches(wanted, given),
    "ArnEquals": lambda wanted, given: _matches(wanted, given),
}


def allows(policy: str, action: str, resource: str, **context: str) -> bool:
    """Whether `policy`, a document as JSON, allows `action` on `resource`; keys of `context` have _ for : and -.

    Raises:
        KeyError: when the policy has a condition that this doesn't know.
    """
    given = {re.sub(r"[:-]", "_", key).lower(): value for key, value in context.items()}
    said = [
        each["Effect"]
        for each in json.loads(policy)["Statement"]
        if _any(each["Action"], action, fold=True)
        and _any(each["Resource"], resource)
        and _holds(each.get("Condition", {}), given)
    ]
    return "Allow" in said and "Deny" not in said


def _any(patterns: Any, value: str, *, fold: bool = False) -> bool:
    names: list[str] = [patterns] if isinstance(patterns, str) else patterns
    return any(_matches(name.lower(), value.lower()) if fold else _matches(name, value) for name in names)


def _matches(pattern: str, value: str) -> bool:
    form = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(form, value, re.DOTALL) is not None


def _holds(condition: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    for operator, wanted in condition.items():
        optional = operator.endswith("IfExists")
        compare = _OPERATORS[operator.removesuffix("IfExists")]
        for key, values in cast(Mapping[str, Any], wanted).items():
            value = given.get(re.sub(r"[:-]", "_", key).lower())
            names: list[str] = [values] if isinstance(values, str) else values
            if value is None and optional:
                continue
            if value is None or not any(compare(name, value) for name in names):
                return False
    return True
