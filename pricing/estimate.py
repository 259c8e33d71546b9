"""From resources and usage to the month's cost."""

import math
from collections.abc import Iterator, Sequence
from datetime import date

from pricing.charges import Charge, Compute, Gap
from pricing.commitments import commitments
from pricing.demand import needs
from pricing.estimators import ESTIMATORS
from pricing.estimators.eks import node_group_pools
from pricing.estimators.karpenter import karpenter_pools
from pricing.free import OPAQUE_COMPONENTS, free_reason, unpriced_reason
from pricing.lines import Estimate, Line, Saving, Unpriced
from pricing.priced_stack import PricedStack
from pricing.savings import savings
from pricing.schedules import HOURS_A_MONTH
from pricing.table import NoPrice
from pricing.usage import Usage
from resources.required import UnreadableInput
from resources.resource import Resource

__all__ = ["CURRENCY", "Estimate", "Line", "Saving", "Unpriced", "estimate"]

CURRENCY = "USD"
_DECIMALS = 4


def estimate(resources: Sequence[Resource], *, region: str, usage: Usage, today: date | None = None) -> Estimate:
    """What `resources` cost a month (730 hours) in `region` under `usage`.

    `today` decides whether an EKS version is still in standard support; without it, the newest date of the price table
    does, so that the result never depends on the clock. The order of `resources` does not matter. Never raises for what
    a resource holds: what has no figure is in `gaps`, with the reason.
    """
    stack = PricedStack(resources, region=region, usage=usage, today=today)
    stack.needs = needs(resources, [*node_group_pools(stack), *karpenter_pools(stack)])
    priced: list[tuple[Charge, Line]] = []
    gaps: dict[Unpriced, None] = {}
    for resource in resources:
        for item in _items(resource, stack):
            if isinstance(item, Gap):
                subject = item.subject or resource.type
                gaps[Unpriced(resource.urn, resource.type, subject, item.reason, item.pending)] = None
            elif item.quantity > 0 or item.idle:
                priced.append((item, _line(resource, stack, item)))
    priced.sort(key=lambda pair: (pair[1].urn, pair[1].what, pair[1].quantity))
    lines = tuple(line for _, line in priced)
    return Estimate(
        currency=CURRENCY,
        region=region,
        monthly=round(math.fsum(line.monthly for line in lines), _DECIMALS),
        lines=lines,
        gaps=tuple(sorted(gaps, key=lambda gap: gap.urn)),
        savings=savings(priced, usage),
        faults=stack.named_usage.faults(),
        commitments=commitments(priced),
    )


def _items(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    estimator = ESTIMATORS.get(resource.type)
    if estimator:
        try:
            yield from estimator(resource, stack)
        except UnreadableInput as why:
            yield Gap(str(why), pending=why.pending)
        except NoPrice as why:
            yield Gap(str(why), why.subject)
    elif resource.type.startswith(OPAQUE_COMPONENTS):
        if not stack.has_descendant(resource.urn, "aws:"):
            yield Gap(f"what {resource.type} makes is out of sight until the engine shows it")
    elif free_reason(resource.type, custom=resource.custom) is None:
        yield Gap(unpriced_reason(resource.type))


def _line(resource: Resource, stack: PricedStack, charge: Charge) -> Line:
    compute = charge.compute
    return Line(
        urn=resource.urn,
        component=stack.component(resource),
        item=charge.item,
        what=charge.what,
        quantity=charge.quantity,
        unit=charge.unit,
        unit_price=charge.unit_price,
        monthly=_money(charge.quantity * charge.unit_price),
        price_date=charge.date,
        spot=_money(charge.quantity * compute.spot) if compute and compute.spot is not None else None,
        one_year=_committed(compute),
    )


def _committed(compute: Compute | None) -> float | None:
    """A commitment is paid for every hour of the month, whether its nodes run or not."""
    if compute is None or compute.one_year is None:
        return None
    return _money(compute.nodes * HOURS_A_MONTH * compute.one_year)


def _money(amount: float) -> float:
    return round(amount, _DECIMALS)
