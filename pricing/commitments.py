"""Commitments for what always runs: by family of EC2 instances, and by type of reserved nodes and databases.

A commitment is paid in every hour of its term. It saves money only while enough of what it covers runs: above the share
of hours at which it costs as much as on demand. Sources: Savings Plans user guide, "Savings Plans types"; ElastiCache
and RDS user guides on reserved nodes and DB instances.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from pricing.charges import Charge, Compute, Role
from pricing.lines import Commitment, Line
from pricing.schedules import HOURS_A_MONTH

_TERM_MONTHS = 12
_LEAST = 1.0
"""A commitment that saves less than this many USD a month is not worth a signature."""


def commitments(priced: Sequence[tuple[Charge, Line]]) -> tuple[Commitment, ...]:
    """What to commit to for a year without upfront payment, the largest saving first.

    Only whole machines that run on demand in all hours count: a burst, spot and pools that are on demand on purpose
    do not. Sizes of a family of EC2 share one EC2 Instance Savings Plan.
    """
    groups: dict[str, list[tuple[Compute, Charge, str]]] = defaultdict(list)
    for charge, line in priced:
        compute = charge.compute
        if compute and compute.role is Role.BASE and compute.one_year is not None and math.floor(compute.nodes):
            groups[_bought(compute)].append((compute, charge, line.component))
    found = [_commitment(what, members) for what, members in groups.items()]
    worthwhile = [each for each in found if each.saving >= _LEAST]
    return tuple(sorted(worthwhile, key=lambda each: (-each.saving, each.what)))


def _bought(compute: Compute) -> str:
    if compute.planned:
        return f"EC2 Instance Savings Plan for {compute.kind.partition('.')[0]}"
    return f"reserved {compute.kind}"


def _commitment(what: str, members: Sequence[tuple[Compute, Charge, str]]) -> Commitment:
    """The sum of the members. `one_year` is known of each of them."""
    hourly = math.fsum(math.floor(each.nodes) * (each.one_year or 0.0) for each, _, _ in members)
    listed = math.fsum(math.floor(each.nodes) * charge.unit_price for each, charge, _ in members)
    share = hourly / listed
    return Commitment(
        what=what,
        covers=tuple(f"{math.floor(each.nodes)} x {each.kind} of {component}" for each, _, component in members),
        hourly=round(hourly, 5),
        on_demand=round(listed * HOURS_A_MONTH, 2),
        committed=round(hourly * HOURS_A_MONTH, 2),
        break_even_share=round(share, 4),
        break_even_months=round(share * _TERM_MONTHS, 1),
    )
