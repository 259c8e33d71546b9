"""What an estimate is made of."""

from collections.abc import Container, Mapping
from dataclasses import dataclass


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
class Commitment:
    """A one-year commitment without upfront payment for machines that always run.

    `hourly` is what is paid in every hour, `on_demand` and `committed` a month, in USD. It costs as much as on demand
    if `break_even_share` of the hours are used, or if all is used for `break_even_months` of the twelve.
    """

    what: str
    covers: tuple[str, ...]
    hourly: float
    on_demand: float
    committed: float
    break_even_share: float
    break_even_months: float

    @property
    def saving(self) -> float:
        """USD a month while all of it is used."""
        return round(self.on_demand - self.committed, 2)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Something that costs money and has no figure.

    `subject` names what has no price: an instance, node or database class, a service and sku of the price table, or the
    type of the resource, `type`. `pending` is true where only the deployment decides a value that the price needs.
    """

    urn: str
    type: str
    subject: str
    reason: str
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stack costs a month; at least `monthly` where `gaps` is not empty.

    `gaps` holds what costs money and has no figure. `faults` says what is wrong in the usage section:
    entries that name nothing of the stack, or fewer nodes than always run.
    """

    currency: str
    region: str
    monthly: float
    lines: tuple[Line, ...]
    gaps: tuple[Unpriced, ...]
    savings: tuple[Saving, ...]
    faults: tuple[str, ...] = ()
    commitments: tuple[Commitment, ...] = ()

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The URNs of the resources that have no figure, in whole or in part, sorted."""
        return tuple(self.reasons)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why a resource has no figure, by URN, sorted."""
        found: dict[str, list[str]] = {}
        for gap in self.gaps:
            found.setdefault(gap.urn, []).append(gap.reason)
        return {urn: "; ".join(found[urn]) for urn in sorted(found)}

    def unaccepted(self, accepted: Container[str], *, pending: bool) -> tuple[Unpriced, ...]:
        """The gaps that no name in `accepted` covers: neither their subject nor the type of their resource.

        With `pending` false, those that wait for a value that only the deployment decides are left out.
        """
        return tuple(
            gap
            for gap in self.gaps
            if gap.subject not in accepted and gap.type not in accepted and (pending or not gap.pending)
        )
