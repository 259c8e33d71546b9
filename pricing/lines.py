"""What an estimate is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the month's cost: `monthly` is `quantity` times `unit_price`, to a hundredth of a cent, in USD.

    `item` names what is bought by the price list's service and SKU: it stays the same when the quantity changes.
    For compute, `spot` is what the same hours would cost as spot, and `one_year` what a commitment without upfront
    payment for as many nodes would, which is paid in all hours of the month. Both are `None` where there is no such
    price, and for everything that isn't compute.
    """

    urn: str
    component: str
    item: str
    what: str
    quantity: float
    unit: str
    unit_price: float
    monthly: float
    price_date: str
    spot: float | None = None
    one_year: float | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """What could be had for less without giving up safety: `monthly` USD a month."""

    what: str
    how: str
    monthly: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stack costs a month.

    `unpriced` holds the URNs of what costs money and has no figure, in whole or in part; `reasons` says why, by URN.
    `notes` says what in the usage section had no effect.
    """

    currency: str
    region: str
    monthly: float
    lines: tuple[Line, ...]
    unpriced: tuple[str, ...]
    savings: tuple[Saving, ...]
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
