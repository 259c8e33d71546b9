"""How a difference reads, on the terminal and in Markdown alike: plain text, to be escaped by who shows it."""

import json
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from planner.difference import CostChange, Difference, OptionChange, Replacement, Risk, Unapplied
from planner.input_changes import ABSENT, Effect, InputChange

LAXER = (
    "Each setting permits more than before, or assumes a lower cost. Ask for the reason before you approve. A bucket "
    "that the earlier plan does not name is compared with the defaults."
)
"""What became laxer means, and what a reviewer does about it."""
LONGEST = 120
"""Characters of a value that are shown."""

_CONTEXT = 24
_EFFECTS = {
    Effect.UPDATES: "",
    Effect.UNKNOWN: "replaces? nothing is known of this type",
    Effect.MAY_REPLACE: "may replace",
    Effect.REPLACES: "replaces",
}


def money(amount: float | None) -> str:
    """A month's cost, to the cent."""
    return "-" if amount is None else f"{amount:,.2f}"


def signed(amount: float) -> str:
    """A difference of costs with its sign, to the cent, and finer where it would read as nothing."""
    return f"{amount:+,.2f}" if not amount or abs(amount) >= 0.005 else f"{amount:+,.4f}"


def counts(difference: Difference) -> str:
    """How many resources are touched, in one line."""
    certain = sum(each.certain for each in difference.replaced)
    amounts = (
        (len(difference.added), "added"),
        (len(difference.removed), "removed"),
        (len(difference.changed), "changed"),
        (certain, "replaced"),
        (len(difference.replaced) - certain, "may be replaced"),
    )
    return ", ".join(f"{amount} {what}" for amount, what in amounts if amount) or "none touched"


def short_type(resource_type: str) -> str:
    """The type without what its name says again: `aws:eks/nodeGroup:NodeGroup` is `aws:eks:NodeGroup`."""
    package, _, rest = resource_type.partition(":")
    module, _, kind = rest.rpartition(":")
    return f"{package}:{module.partition('/')[0] if package == 'aws' else module}:{kind}"


def values(change: InputChange) -> tuple[str, str]:
    """Both values, cut to what fits; of two long texts that begin alike, from where they part."""
    before, after = value(change.before), value(change.after)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(0, alike - _CONTEXT) if max(len(before), len(after)) > LONGEST else 0
    return _clip(before, start), _clip(after, start)


def value(of: Any) -> str:
    """A value as text: strings as they are, everything else as JSON, nothing as a dash."""
    if of is ABSENT:
        return "-"
    return of if isinstance(of, str) and of else json.dumps(of, ensure_ascii=False, sort_keys=True)


def _clip(text: str, start: int) -> str:
    if start >= len(text):
        start = 0
    shown = text[start : start + LONGEST]
    return ("…" if start else "") + shown + ("…" if start + LONGEST < len(text) else "")


def effect(change: InputChange) -> str:
    """What a changed input does to the resource; nothing when it is updated."""
    return _EFFECTS[change.effect]


def option(change: OptionChange) -> str:
    """A changed option in one phrase."""
    before, after = value(change.before), value(change.after)
    return f"{change.option} is lifted" if change.lifts else f"{change.option}: {before} becomes {after}"


def unapplied(of: Unapplied) -> str:
    """An input that stays as it is, with both values."""
    before, after = values(of.change)
    return f"{of.name} {of.change.path}: stays {before}, not {after}"


def replacement(of: Replacement) -> str:
    """Why a resource is or may be replaced."""
    return "; ".join(of.reasons)


def stopped_by(risk: Risk) -> str:
    """What keeps the state at risk, if anything does."""
    kept = [
        "protect stops the deployment" if risk.stopped else "",
        "retainOnDelete leaves it in the account" if risk.retained else "",
        f"{risk.guard} refuses it" if risk.guard else "",
    ]
    return "; ".join(each for each in kept if each) or "nothing; protect would"


class RiskGroup(NamedTuple):
    """Resources of one type to which the same happens."""

    names: Sequence[str]
    resource_type: str
    holds: str
    event: str
    stopped_by: str


def grouped_risks(risks: Iterable[Risk]) -> list[RiskGroup]:
    """The state at risk by type and event, in the order of the first of each: a cluster has dozens of namespaces."""
    names: dict[tuple[str, str, str, str], list[str]] = {}
    for risk in risks:
        key = (short_type(risk.resource.type), risk.holds, risk.event, stopped_by(risk))
        names.setdefault(key, []).append(risk.resource.name)
    return [RiskGroup(each, *key) for key, each in names.items()]


def quantity(change: CostChange) -> str:
    """The quantity of a line, before and after."""
    before, after = (
        ("-" if each is None else f"{each:,.6g}") for each in (change.quantity_before, change.quantity_after)
    )
    return f"{after} {change.unit}" if before == after else f"{before} → {after} {change.unit}"
