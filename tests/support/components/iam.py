"""What an IAM policy allows, by the rules that AWS evaluates an identity's policies with.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringNotEquals": lambda wanted, given: wanted != given,
    "StringLike": lambda wanted, given: _matches(wanted, given),
    "Bool": lambda wanted, given: wanted == given,
    "ArnLike": lambda wanted, given: _matches(wanted, given),
    "ArnEquals": lambda wanted, given: _matches(wanted, given),
    "NumericLessThan": lambda wanted, given: float(given) < float(wanted),
    "NumericLessThanEquals": lambda wanted, given: float(given) <= float(wanted),
}


def allows(policy: str, action: str, resource: str, **context: str | Sequence[str]) -> bool:
    """Whether `policy`, a document as JSON, allows `action` on `resource`; keys of `context` have _ for : and -.

    A key with several values is a list.

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


def _holds(condition: Mapping[str, Any], given: Mapping[str, str | Sequence[str]]) -> bool:
    return all(
        _meets(operator, values, given.get(re.sub(r"[:-]", "_", key).lower()))
        for operator, wanted in condition.items()
        for key, values in cast(Mapping[str, Any], wanted).items()
    )


def _meets(operator: str, wanted: str | list[str], given: str | Sequence[str] | None) -> bool:
    """Whether the value of one condition key, None where the request lacks it, meets one operator."""
    if operator == "Null":
        return (given is None) == (wanted == "true")
    plain = operator.removeprefix("ForAllValues:")
    # An operator for all values holds for none, too.
    optional = plain.endswith("IfExists") or plain != operator
    if given is None:
        return optional
    compare = _OPERATORS[plain.removesuffix("IfExists")]
    names = [wanted] if isinstance(wanted, str) else wanted
    values = [given] if isinstance(given, str) else given
    return all(any(compare(name, value) for name in names) for value in values)


def principals_allowed(policy: str, action: str, resource: str, **context: str | Sequence[str]) -> set[str]:
    """The services and accounts that a resource's `policy`, a document as JSON, lets do `action` on `resource`.

    Statements for everyone, `*`, deny only. `context` is that of `allows`.
    """
    document = json.loads(policy)
    named = [each for each in document["Statement"] if isinstance(each["Principal"], dict)]
    denying = [each for each in document["Statement"] if each["Effect"] == "Deny"]
    found: set[str] = set()
    for statement in named:
        principals = [name for names in statement["Principal"].values() for name in _listed(names)]
        if allows(json.dumps({"Statement": [statement, *denying]}), action, resource, **context):
            found.update(principals)
    return found


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names
