"""Prints a comparison: as text for people, and as JSON for scripts."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from .advice import Advice, rounded
from .compare import Comparison, Row

_NAMES = {
    "Usage": "usage",
    "Purchase": "purchases of commitments",
    "Tax": "taxes",
    "Credit": "credits",
    "Adjustment": "adjustments and refunds",
}
_SMALL = 0.005
_WORTH = 1
"""The text has a line of its own for differences of this many USD."""


def text(comparison: Comparison, found: Sequence[Advice], share: float, least: float) -> str:
    """The comparison in lines of at most 120 characters."""
    return "\n".join(_lines(comparison, found, share, least)) + "\n"


def _lines(comparison: Comparison, found: Sequence[Advice], share: float, least: float) -> Iterator[str]:
    yield (
        f"Bill of {comparison.month}, account {comparison.account}, {comparison.days:g} days, against the plan of "
        f"{comparison.stack}."
    )
    yield "In USD a month of 730 hours, at list price."
    yield ""
    yield f"{'line':<58}{'plan':>14}{'bill':>14}{'difference':>14}"
    shown = [row for row in comparison.rows if abs(row.difference) >= _WORTH or row.differs(share, least)]
    for row in shown:
        mark = " *" if row.differs(share, least) else ""
        name = f"{row.meter.name}{f', {row.component}' if row.component else ''}"
        yield f"{name[:57]:<58}{row.planned:>14,.2f}{row.listed:>14,.2f}{row.difference:>14,.2f}{mark}"
    if rest := [row for row in comparison.rows if row not in shown]:
        planned, listed = sum(row.planned for row in rest), sum(row.listed for row in rest)
        name = f"{len(rest)} other lines, which differ by less than {_WORTH:g} USD"
        yield f"{name:<58}{planned:>14,.2f}{listed:>14,.2f}{listed - planned:>14,.2f}"
    for each in comparison.unplanned:
        name = f"not in the plan: {each.service}: {each.description}"
        yield f"{name[:57]:<58}{0:>14,.2f}{each.listed:>14,.2f}{each.listed:>14,.2f}"
    yield (
        f"{'all':<58}{comparison.planned:>14,.2f}{comparison.listed:>14,.2f}"
        f"{comparison.listed - comparison.planned:>14,.2f}"
    )
    yield f"With commitments and discounts the usage costs {comparison.effective:,.2f}."
    for amount, what in (
        (comparison.unused, "of commitments that nothing used"),
        (comparison.corrections, "of corrections of earlier months"),
        (comparison.other_environments, "of usage of other environments in the account"),
    ):
        if abs(amount) >= _SMALL:
            yield f"Not in these lines: {amount:,.2f} {what}, in this bill."
    yield ""
    yield "Usage assumptions to change (mlplatform:usage)"
    for one in found:
        yield f"  {_change(one)}"
        yield f"    {one.how}"
    if not found:
        yield f"  none: no line with a usage key differs by more than {share:.0%} and {least:g} USD"
    yield ""
    total = sum(comparison.invoice.values())
    yield f"Invoice of the account in this bill: {total:,.2f}"
    for category, amount in comparison.invoice.items():
        if abs(amount) >= _SMALL:
            yield f"  {_NAMES[category]:<30}{amount:>14,.2f}"


def _change(one: Advice) -> str:
    if one.assumed is None or one.billed is None:
        return f"{one.key}: {one.monthly:+,.2f} USD a month"
    values = f"{rounded(one.assumed)} assumed, {rounded(one.billed)} billed"
    return f"{one.key}: {values}, {one.monthly:+,.2f} USD a month"


def as_json(comparison: Comparison, found: Sequence[Advice]) -> str:
    """The comparison as JSON: amounts in USD a month of 730 hours, but the invoice, which is as billed."""
    content: dict[str, Any] = {
        "stack": comparison.stack,
        "month": comparison.month,
        "account": comparison.account,
        "days": comparison.days,
        "planned": comparison.planned,
        "listed": comparison.listed,
        "effective": comparison.effective,
        "lines": [_row(row) for row in comparison.rows],
        "unplanned": [
            {
                "service": each.service,
                "description": each.description,
                "listed": each.listed,
                "effective": each.effective,
            }
            for each in comparison.unplanned
        ],
        "usage": [each._asdict() for each in found],
        "invoice": dict(comparison.invoice),
        "unusedCommitments": comparison.unused,
        "corrections": comparison.corrections,
        "otherEnvironments": comparison.other_environments,
    }
    return json.dumps(content, indent=2) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "line": row.meter.name,
        "component": row.component,
        "unit": row.unit,
        "planned": row.planned,
        "plannedQuantity": row.planned_quantity,
        "listed": row.listed,
        "effective": row.effective,
        "quantity": row.quantity,
    }
