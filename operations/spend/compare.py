"""Holds the bill of a month against the plan of a stack: line by line, in USD a month of 730 hours."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .bill import CATEGORIES, Bill, Charge
from .meters import Meter, machine_meter, machine_of, machines_of_item, meter_of_charge, meter_of_item
from .plan import PlanLine, StackPlan

HOURS = 730
"""The hours of a plan's month."""


@dataclass(slots=True)
class Row:
    """A line of the comparison. Amounts of the bill are scaled to a month of 730 hours.

    `component` is empty where the bill does not say which component a charge belongs to. `listed` is the bill at list
    price, `effective` what it costs with commitments and discounts. `quantity` is in the plan's units; None where AWS
    gives no quantity, and no list price that it could be computed from. `kinds` are the types of the resources.
    """

    meter: Meter
    component: str
    kinds: set[str] = field(default_factory=set[str])
    unit: str = ""
    planned: float = 0.0
    planned_quantity: float = 0.0
    lines: int = 0
    listed: float = 0.0
    effective: float = 0.0
    quantity: float | None = 0.0
    unit_price: float = 0.0

    @property
    def difference(self) -> float:
        """By how much the bill at list price is above the plan."""
        return self.listed - self.planned

    def differs(self, share: float, least: float) -> bool:
        """Whether the difference is at least `least` USD and more than `share` of the plan."""
        return abs(self.difference) >= least and abs(self.difference) > share * self.planned


@dataclass(frozen=True, slots=True)
class Unplanned:
    """Usage that no line of the plan is for, by service and text."""

    service: str
    description: str
    listed: float
    effective: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The bill of a month against a plan.

    `invoice` adds up what is billed, by category of charge; it is not scaled, and covers the whole account.
    `other_environments` is the effective cost of usage of other environments in the account, and `unused` that of
    commitments that nothing used: neither is in a line.
    """

    stack: str
    month: str
    account: str
    days: float
    scale: float
    rows: tuple[Row, ...]
    unplanned: tuple[Unplanned, ...]
    invoice: Mapping[str, float]
    other_environments: float
    unused: float
    corrections: float = field(default=0.0)

    @property
    def planned(self) -> float:
        """The plan, in USD a month."""
        return math.fsum(row.planned for row in self.rows)

    @property
    def listed(self) -> float:
        """The stack's usage at list price, in USD a month of 730 hours."""
        return math.fsum([row.listed for row in self.rows] + [each.listed for each in self.unplanned])

    @property
    def effective(self) -> float:
        """The stack's usage with commitments and discounts, in USD a month of 730 hours."""
        return math.fsum([row.effective for row in self.rows] + [each.effective for each in self.unplanned])


def compare(plan: StackPlan, bill: Bill) -> Comparison:
    """Hold a bill against a plan.

    Only usage is compared. Purchases of commitments, taxes, credits and refunds are in the invoice alone: effective
    costs contain each month's part of what was prepaid, so adding both would count twice.
    """
    scale = HOURS / bill.hours
    table = _Table(plan)
    unplanned: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    elsewhere = unused = corrections = 0.0
    for charge in bill.charges:
        if charge.category != "Usage":
            continue
        if charge.environment not in (None, plan.environment):
            elsewhere += charge.effective
        elif charge.unused:
            unused += charge.effective
        elif charge.correction:
            corrections += charge.effective
        elif not table.add(charge, scale):
            sums = unplanned[charge.service, charge.description or charge.operation or "without description"]
            sums[0] += charge.listed * scale
            sums[1] += charge.effective * scale
    return Comparison(
        stack=plan.stack,
        month=bill.month,
        account=bill.account,
        days=bill.hours / 24,
        scale=scale,
        rows=tuple(sorted(table.rows(), key=lambda row: (-abs(row.difference), row.meter.name, row.component))),
        unplanned=tuple(
            sorted(
                (Unplanned(*key, *sums) for key, sums in unplanned.items()),
                key=lambda each: (-each.listed, each.service),
            )
        ),
        invoice=_invoice(bill.charges),
        other_environments=elsewhere,
        unused=unused,
        corrections=corrections,
    )


def _invoice(charges: Sequence[Charge]) -> dict[str, float]:
    return {
        category: math.fsum(each.billed for each in charges if each.category == category) for category in CATEGORIES
    }


class _Table:
    """The lines of a plan by meter and component, to which charges are added."""

    def __init__(self, plan: StackPlan):
        self._plan = plan
        self._rows: dict[tuple[str, str], Row] = {}
        self._machines = _machine_meters(plan.lines)
        self._matched: set[tuple[str, str]] = set()
        self._components: dict[str, set[str]] = defaultdict(set)
        for line in plan.lines:
            meter = self._meter(line.item)
            row = self._rows.setdefault((meter.name, line.component), Row(meter, line.component, unit=line.unit))
            row.kinds.add(line.kind)
            row.planned += line.monthly
            row.planned_quantity += line.quantity
            row.unit_price = line.unit_price
            row.lines += 1
            self._components[meter.name].add(line.component)

    def add(self, charge: Charge, scale: float) -> bool:
        """Add a charge to its line; false if the plan has none for it."""
        meter = self._meter_of(charge)
        components = self._components.get(meter.name) if meter else None
        if meter is None or not components:
            return False
        component = self._component(charge, components)
        row = self._rows.setdefault((meter.name, component), Row(meter, component))
        row.listed += charge.listed * scale
        row.effective += charge.effective * scale
        self._matched.add((meter.name, component))
        if row.quantity is not None:
            quantity = self._quantity(meter, charge, components)
            row.quantity = None if quantity is None else row.quantity + quantity * scale
        return True

    def rows(self) -> Iterator[Row]:
        """Lines by component where the bill names it, and the others of a meter together."""
        for name, components in self._components.items():
            known = sorted(each for each in components if (name, each) in self._matched)
            rest = [self._rows[name, each] for each in sorted(components - set(known))]
            pooled = self._rows.get((name, ""))
            yield from (self._rows[name, each] for each in known)
            if pooled:
                yield _pool(pooled, rest)
            else:
                yield from rest

    def _meter(self, item: str) -> Meter:
        if machines := machines_of_item(item):
            option, kinds = machines
            return self._machines[option, kinds[0]]
        return meter_of_item(item) or Meter(item, "", (), "")

    def _meter_of(self, charge: Charge) -> Meter | None:
        if machine := machine_of(charge):
            return self._machines.get(machine)
        return meter_of_charge(charge)

    def _component(self, charge: Charge, components: set[str]) -> str:
        """The component of the resource that a charge names; the only one of the meter where it names none."""
        if charge.resource:
            fitting = [name for name in self._plan.names if _names(charge.resource, name)]
            for name in sorted(fitting, key=len, reverse=True):
                if self._plan.names[name] in components:
                    return self._plan.names[name]
        return next(iter(components)) if len(components) == 1 else ""

    def _quantity(self, meter: Meter, charge: Charge, components: set[str]) -> float | None:
        """A charge in the plan's units. Without a quantity, it follows from the list price."""
        if charge.quantity is not None:
            return charge.quantity * meter.factor
        price = next((self._rows[meter.name, each].unit_price for each in sorted(components)), 0.0)
        return charge.listed / price if price else None


def _names(resource: str, name: str) -> bool:
    """Whether a resource's id or ARN names `name`, whole or with a member of it, such as a node of a cache."""
    last = resource.replace("/", ":").split(":")
    return any(part == name or part.startswith(f"{name}-") for part in last)


def _pool(pooled: Row, rest: Sequence[Row]) -> Row:
    for row in rest:
        pooled.kinds |= row.kinds
        pooled.planned += row.planned
        pooled.planned_quantity += row.planned_quantity
        pooled.lines += row.lines
        pooled.unit = row.unit
        pooled.unit_price = row.unit_price
    return pooled


def _machine_meters(lines: Sequence[PlanLine]) -> dict[tuple[str, str], Meter]:
    """The meter for each purchase option and type: types that one line of the plan has together share a meter."""
    groups: dict[str, list[set[str]]] = defaultdict(list)
    for line in lines:
        option, kinds = machines_of_item(line.item) or ("", [])
        if kinds:
            touching = [each for each in groups[option] if not each.isdisjoint(kinds)]
            apart = [each for each in groups[option] if each.isdisjoint(kinds)]
            groups[option] = [*apart, set(kinds).union(*touching)]
    return {
        (option, kind): machine_meter(option, kinds)
        for option, sets in groups.items()
        for kinds in sets
        for kind in kinds
    }
