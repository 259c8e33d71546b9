"""What the cheapest safe mix would save: commitments for the base, spot for the burst, ARM, nothing unused."""

import math
from collections.abc import Iterator, Sequence

from pricing.charges import Charge, Compute, Role
from pricing.lines import Line, Saving
from pricing.schedules import HOURS_A_MONTH
from pricing.usage import Usage

_PLAN = ", or as large a savings plan"
_NO_PLAN = " (savings plans for databases save less, and leave out generations before the seventh)"
_LEAST = 1.0
"""Savings below this many USD a month are not worth a sentence."""


def savings(priced: Sequence[tuple[Charge, Line]], usage: Usage) -> tuple[Saving, ...]:
    """The advice for compute lines, the biggest first. Nothing is advised where the price for it is missing."""
    found = [
        saving
        for charge, line in priced
        if charge.compute
        for saving in (_commit(charge, charge.compute, line), _spot(charge, charge.compute, line, usage.spot_share))
        if saving and saving.monthly >= _LEAST
    ]
    found += [saving for saving in _cheaper(priced) if saving.monthly >= _LEAST]
    return tuple(sorted(found, key=lambda saving: (-saving.monthly, saving.what)))


def _cheaper(priced: Sequence[tuple[Charge, Line]]) -> Iterator[Saving]:
    """What other ways to do the same would save, each once for a component."""
    costs: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for charge, line in priced:
        if way := charge.cheaper:
            pair = charge.quantity * charge.unit_price, charge.quantity * way.unit_price
            costs.setdefault((line.component, way.what, way.how), []).append(pair)
    for (component, what, how), pairs in costs.items():
        now, then = (math.fsum(each) for each in zip(*pairs, strict=True))
        said = f"{component}: {what} costs {then:,.2f} instead of {now:,.2f} USD a month."
        yield Saving(what=said, how=how, monthly=round(now - then, 2))


def _commit(charge: Charge, compute: Compute, line: Line) -> Saving | None:
    nodes = math.floor(compute.nodes)
    if compute.role is not Role.BASE or compute.one_year is None or not nodes:
        return None
    now, then = (nodes * HOURS_A_MONTH * rate for rate in (charge.unit_price, compute.one_year))
    return Saving(
        what=f"{line.component}: a one-year commitment for {nodes} {compute.kind} that run all hours "
        f"costs {then:,.2f} instead of {now:,.2f} USD a month.",
        how=f"Buy {nodes} one-year no-upfront reservations of {compute.kind}{_PLAN if compute.planned else _NO_PLAN}; "
        "leave what runs above them uncommitted.",
        monthly=round(now - then, 2),
    )


def _spot(charge: Charge, compute: Compute, line: Line, share: float) -> Saving | None:
    if compute.role not in (Role.BURST, Role.QUEUED) or compute.spot is None:
        return None
    now, then = (charge.quantity * share * rate for rate in (charge.unit_price, compute.spot))
    doubt = " The spot price is derived from a published discount; look at the current one first."
    if compute.role is Role.QUEUED:
        hours = "of jobs"
        how = f"Put an environment of spot machines before it in its queues. It then runs {1 - share:.0%} of the hours."
    else:
        hours = "above the base"
        how = (
            f"Serve the burst from a spot pool of {compute.kind} with the same labels and taints beside the base; keep "
            f"{1 - share:.0%} of its hours on demand for interruptions."
        )
    return Saving(
        what=f"{line.component}: spot for {share:.0%} of the {compute.kind} hours {hours} "
        f"costs {then:,.2f} instead of {now:,.2f} USD a month.",
        how=how + (doubt if compute.spot_derived else ""),
        monthly=round(now - then, 2),
    )
