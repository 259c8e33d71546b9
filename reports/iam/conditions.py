"""The conditions of a policy statement: whether they hold for a request, as far as the request is known.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys".
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reports.iam.patterns import Reach, reach
from resources.inputs import display, elements, entries, read
from resources.resource import UNKNOWN

Values = Sequence[str]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request: the values of condition keys, by the key in lower case.

    A key that is not in `values` is absent from the request if the context is `complete`; else nothing is known of it.
    """

    values: Mapping[str, Values] = field(default_factory=dict[str, Values])
    complete: bool = False

    def get(self, key: str) -> Values | None:
        """The values of a key; nothing if it is absent or not known."""
        return self.values.get(key.lower())


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether conditions hold: `False` if they do not; else the tests that nothing is known of."""

    possible: bool
    open: tuple[str, ...] = ()


def holds(condition: object, context: Context) -> Holding:
    """Whether every test of a statement's `Condition` holds."""
    if condition is None:
        return Holding(True)
    if condition is UNKNOWN or not isinstance(condition, dict):
        return Holding(True, ("its condition is known only after the deployment",))
    open_tests: list[str] = []
    for operator, tests in entries(read(condition)):
        for key, values in entries(tests):
            found = _test(operator, key, values, context)
            if found is None:
                wanted = " or ".join(map(display, elements(values)))
                open_tests.append(f"{key} {operator} {wanted}")
            elif not found:
                return Holding(False)
    return Holding(True, tuple(open_tests))


def _test(operator: str, key: str, given: object, context: Context) -> bool | None:
    """Whether one test holds; `None` where that is not known."""
    quantifier, _, bare = operator.rpartition(":")
    name = bare.lower().removesuffix("ifexists")
    if_exists = bare.lower().endswith("ifexists")
    actual = context.get(key)
    wanted = [None if value is UNKNOWN else display(value) for value in elements(given)]
    if any(value is None for value in wanted):
        return None
    values = [_resolved(value, context) for value in wanted if value is not None]
    if actual is None and not context.complete:
        return None
    if name == "null":
        # Several values of Null ask whether one of them holds.
        return any((value or "").lower() == ("true" if not actual else "false") for value in values)
    compare = _OPERATORS.get(name)
    if compare is None:
        return None
    if quantifier.lower() == "forallvalues":
        return all(_one(name, compare, each, values) for each in actual or ())
    if quantifier.lower() == "foranyvalue":
        # With IfExists an absent key holds, as without a quantifier.
        return any(_one(name, compare, each, values) for each in actual or ()) or (if_exists and actual is None)
    if actual is None:
        return if_exists or name in _NEGATED
    return any(_one(name, compare, each, values) for each in actual) if actual else name in _NEGATED


def _one(name: str, compare: Callable[[str, str], bool], actual: str, values: Sequence[str | None]) -> bool:
    """Whether one value of the request passes: one of the wanted values, or with a negated operator none of them."""
    found = any(value is not None and compare(actual, value) for value in values)
    return not found if name in _NEGATED else found


def _resolved(value: str, context: Context) -> str | None:
    """A wanted value with its policy variables filled in; nothing where a variable has no value."""
    return resolved(value, context)[0]


def resolved(text: str, context: Context) -> tuple[str | None, tuple[str, ...]]:
    """A text with its policy variables filled in, and those of which nothing is known, which become `*`.

    The text is `None` where a variable has no value and no default. Source: IAM User Guide, "Policy variables".
    """
    if "${" not in text:
        return text, ()
    parts: list[str] = []
    unknown: list[str] = []
    rest = text
    while "${" in rest:
        before, _, rest = rest.partition("${")
        name, closed, rest = rest.partition("}")
        if not closed:
            parts += [before, "${", name]
            break
        parts.append(before)
        key, _, default = (each.strip() for each in name.partition(","))
        values = context.get(key)
        if key in ("*", "?", "$"):
            parts.append(key)
        elif values and len(values) == 1:
            parts.append(values[0])
        elif values is None and not context.complete:
            unknown.append(key)
            parts.append("*")
        elif default:
            parts.append(default.strip("'"))
        else:
            return None, ()
    return "".join([*parts, rest if "${" not in rest else ""]), tuple(unknown)


def _like(actual: str, wanted: str) -> bool:
    return reach(wanted, actual) is Reach.ALL


def _arn_like(actual: str, wanted: str) -> bool:
    """ARNs are compared part by part, so a wildcard does not reach over a colon, except in the last part."""
    ours, theirs = actual.split(":", 5), wanted.split(":", 5)
    return len(ours) == len(theirs) == 6 and all(_like(mine, theirs[place]) for place, mine in enumerate(ours))


def _numeric(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(actual: str, wanted: str) -> bool:
        try:
            return compare(float(actual), float(wanted))
        except ValueError:
            return False

    return compared


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _dated(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(actual: str, wanted: str) -> bool:
        try:
            return compare(_moment(actual), _moment(wanted))
        except ValueError:
            return False

    return compared


def _in_range(actual: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": lambda actual, wanted: actual == wanted,
    "notequals": lambda actual, wanted: actual == wanted,
    "lessthan": lambda actual, wanted: actual < wanted,
    "lessthanequals": lambda actual, wanted: actual <= wanted,
    "greaterthan": lambda actual, wanted: actual > wanted,
    "greaterthanequals": lambda actual, wanted: actual >= wanted,
}
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": lambda actual, wanted: actual == wanted,
    "stringnotequals": lambda actual, wanted: actual == wanted,
    "stringequalsignorecase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "stringnotequalsignorecase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "stringlike": _like,
    "stringnotlike": _like,
    "arnequals": _arn_like,
    "arnnotequals": _arn_like,
    "arnlike": _arn_like,
    "arnnotlike": _arn_like,
    "bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "binaryequals": lambda actual, wanted: actual == wanted,
    "ipaddress": _in_range,
    "notipaddress": _in_range,
    **{f"numeric{name}": _numeric(compare) for name, compare in _COMPARISONS.items()},
    **{f"date{name}": _dated(compare) for name, compare in _COMPARISONS.items()},
}
"""How one value of the request is compared with a wanted one; negated operators compare as their opposites do."""
_NEGATED = frozenset(name for name in _OPERATORS if "not" in name)
