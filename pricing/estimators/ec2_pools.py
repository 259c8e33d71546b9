"""What a pool of EC2 instances costs: instances by purchase option and hour, their volumes and their monitoring."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from components.facts.cron import AUTO_SCALING
from pricing.charges import Charge, Compute, Gap, Role
from pricing.demand import Need
from pricing.estimators.ebs import mapped_volumes
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH, Action, Size, minutes_of_week, week
from pricing.table import NoPrice, Price, PriceTable
from resources.required import UnreadableInput, flag, number, section, text
from resources.resource import Resource

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_DETAILED_METRICS = 7


class Purchase(NamedTuple):
    """One kind of instance bought in one way. `purchased` is ON_DEMAND or SPOT.

    `bounded` is true if a type has no Spot price and its on-demand price is used.
    """

    kind: str
    price: Price
    unit_price: float
    purchased: str
    bounded: bool = False


class Load(NamedTuple):
    """Nodes that run: `base` in all hours, `extra_hours` node hours a month beyond, at most `extra_nodes` at once."""

    base: float
    extra_hours: float = 0.0
    extra_nodes: float = 0.0
    extra: str = "above the base"

    @property
    def average(self) -> float:
        """Nodes over the month."""
        return self.base + self.extra_hours / HOURS_A_MONTH


def purchase(resource: Resource, stack: PricedStack, kinds: Sequence[str], purchased: str) -> Purchase:
    """What the pool buys. On demand, EKS and Auto Scaling take the first type; on spot any, so the mean of them counts.

    A type without a spot price counts at its on-demand price, above which spot never rises (EC2 user guide, "Spot
    Instances"). `unpriced_types` yields the types that this leaves out.

    Raises:
        UnreadableInput: when no type is named.
        NoPrice: when there is no price.
    """
    if not kinds:
        raise UnreadableInput("no instance type is named")
    if purchased == "CAPACITY_BLOCK":
        raise NoPrice("capacity blocks are sold in advance at a price of their own", subject=kinds[0])
    if purchased not in ("ON_DEMAND", "SPOT"):
        raise NoPrice(f"capacityType {purchased} has no price", subject=kinds[0])
    table = stack.price_table(resource)
    if purchased == "ON_DEMAND":
        price = table.price("ec2", kinds[0])
        return Purchase(kinds[0], price, price.on_demand, purchased)
    listed = [(kind, price) for kind in kinds if (price := table.find("ec2", kind))]
    if not listed:
        raise table.missing("ec2", kinds[0])
    prices = [price.on_demand if price.spot is None else price.spot for _, price in listed]
    names, bounded = " or ".join(kind for kind, _ in listed), any(price.spot is None for _, price in listed)
    return Purchase(names, listed[0][1], sum(prices) / len(prices), purchased, bounded)


def unpriced_types(resource: Resource, stack: PricedStack, kinds: Sequence[str]) -> Iterator[Gap]:
    """The types that a pool may buy and that have no price."""
    table = stack.price_table(resource)
    for kind in kinds:
        if table.find("ec2", kind) is None:
            missing = table.missing("ec2", kind)
            yield Gap(str(missing), missing.subject)


def instance_charges(bought: Purchase, load: Load, extra: Role = Role.BURST) -> Iterator[Charge]:
    """The instances of a pool, the base and what runs beyond it apart; `extra` is the role of the latter."""
    way = "on demand" if bought.purchased == "ON_DEMAND" else "spot"
    if bought.bounded:
        way = "spot, at the on-demand price where no spot price is known"
    base = f"{load.base:.4g} x {bought.kind} {way}"
    yield _hours(bought, load.base * HOURS_A_MONTH, load.base, Role.BASE, base)
    if load.extra_hours > 0:
        a_day = 24 * load.extra_hours / load.extra_nodes / HOURS_A_MONTH
        span = f", {a_day:.4g} hours a day" if a_day < 23.99 else ""
        what = f"{load.extra_nodes:.4g} x {bought.kind} {way} {load.extra}{span}"
        yield _hours(bought, load.extra_hours, load.extra_nodes, extra, what)


def idle_charge(bought: Purchase, most: float, role: Role = Role.BASE) -> Charge:
    """The line of a pool without a node, which says what its limit of `most` nodes would cost."""
    monthly = most * HOURS_A_MONTH * bought.unit_price
    what = f"priced at 0: usage states no nodes; its limit of {most:g} x {bought.kind} costs {monthly:,.2f} a month"
    return _hours(bought, 0, 0, role, what)._replace(compute=None, idle=True)


def template_charges(
    resource: Resource, stack: PricedStack, template: Resource, nodes: float
) -> Iterator[Charge | Gap]:
    """What a launch template adds to `nodes` nodes: volumes and detailed monitoring."""
    monitoring = section(template.inputs, "monitoring")
    if flag(monitoring, "enabled"):
        metrics = _DETAILED_METRICS * nodes
        yield stack.charge(resource, "cloudwatch", "metric-custom-first-10k", metrics, "detailed monitoring of nodes")
    yield from mapped_volumes(resource, stack, template.inputs, nodes)


def launch_template(resource: Resource, stack: PricedStack) -> Resource | None:
    """The launch template that a pool or an instance refers to, by the reference, or by its id or name."""
    wanted = section(resource.inputs, "launchTemplate")
    return (
        stack.source(resource, "launchTemplate", LAUNCH_TEMPLATE)
        or stack.named(wanted.get("id"), LAUNCH_TEMPLATE)
        or stack.named(wanted.get("name"), LAUNCH_TEMPLATE)
    )


def sizes(resource: Resource, stack: PricedStack, start: Size, groups: Sequence[str]) -> list[tuple[float, Size]]:
    """The sizes of a pool over a week with the hours a month of each, from its own size and its schedules.

    `groups` are the names of its scaling groups, where they are known.

    Raises:
        UnreadableInput: when a schedule can't be read.
    """
    return week(start, _actions(resource, stack, groups))


def base_of(spans: Sequence[tuple[float, Size]]) -> float:
    """The nodes that run in all hours by a pool's sizes.

    Raises:
        UnreadableInput: when the size can't be read.
    """
    return min(_wanted(size) for _, size in spans)


def load_of(
    resource: Resource, stack: PricedStack, spans: Sequence[tuple[float, Size]], names: Sequence[str | None]
) -> Load:
    """The nodes of a pool from its sizes, what the models of the stack always need, and the usage section.

    `names` are those by which the usage section may know the pool.

    Raises:
        UnreadableInput: when the size can't be read.
    """
    needed = stack.needs.get(resource.urn, ())
    always = min((need.nodes for need in needed), default=0)
    fixed = max(sum(hours * (size.least or 0.0) for hours, size in spans) / HOURS_A_MONTH, needed_average(needed))
    most = sum(hours * (math.inf if size.most is None else size.most) for hours, size in spans) / HOURS_A_MONTH
    override = stack.named_usage.average_nodes(names, round(fixed, 4), round(most, 4))
    if override is not None:
        base = min(override, max(always, min((size.least or 0.0) for _, size in spans)))
        return Load(base, (override - base) * HOURS_A_MONTH, override - base, "above its minimum")
    return _with_needs(_sized(stack, spans), needed, always)


def needed_average(needed: Sequence[Need]) -> float:
    """The nodes that models need, on average over the month."""
    return sum(need.hours * need.nodes for need in needed) / HOURS_A_MONTH


def _with_needs(load: Load, needed: Sequence[Need], always: float) -> Load:
    """A load with at least the nodes that models need at any time."""
    base = max(load.base, always)
    more = sum(need.hours * max(0.0, need.nodes - base) for need in needed)
    peak = max((need.nodes - base for need in needed), default=0.0)
    raised = base - load.base
    hours = max(load.extra_hours - raised * HOURS_A_MONTH, more, 0.0)
    return load._replace(base=base, extra_hours=hours, extra_nodes=max(load.extra_nodes - raised, peak, 0.0))


def _sized(stack: PricedStack, spans: Sequence[tuple[float, Size]]) -> Load:
    wanted = [(hours, _wanted(size)) for hours, size in spans]
    base = base_of(spans)
    planned = sum(hours * (nodes - base) for hours, nodes in wanted)
    ceilings = [size.most for _, size in spans if size.most is not None]
    floor = min(ceilings, default=0.0)
    over = [
        (hours, max(0.0, (size.most or 0.0) - max(floor, nodes)))
        for (hours, size), (_, nodes) in zip(spans, wanted, strict=True)
    ]
    burst = sum(hours * nodes for hours, nodes in over) * stack.usage.burst_share
    peak = max(extra + nodes - base for (_, extra), (_, nodes) in zip(over, wanted, strict=True))
    return Load(base, planned + burst, peak)


def _wanted(size: Size) -> float:
    wanted = size.wanted if size.wanted is not None else size.least
    if wanted is None:
        raise UnreadableInput("neither a desired nor a minimum size is given")
    bounded = max(wanted, size.least or 0.0)
    return min(bounded, size.most) if size.most is not None else bounded


def _actions(resource: Resource, stack: PricedStack, names: Sequence[str]) -> list[Action]:
    schedules = stack.referrers(resource, "autoscalingGroupName", _SCHEDULE, names=names)
    return [_action(schedule) for schedule in sorted(schedules, key=lambda each: each.urn)]


def _action(schedule: Resource) -> Action:
    try:
        minutes = minutes_of_week(text(schedule.inputs, "recurrence"), AUTO_SCALING)
    except (UnreadableInput, ValueError) as why:
        pending = isinstance(why, UnreadableInput) and why.pending
        raise UnreadableInput(f"schedule {schedule.name}: {why}", pending=pending) from None
    sizes = [_change(schedule.inputs, key) for key in ("minSize", "desiredCapacity", "maxSize")]
    return Action(minutes, Size(*sizes))


def _change(inputs: Mapping[str, Any], key: str) -> float | None:
    """The size a schedule sets; -1 or absence leaves it as it is."""
    return None if inputs.get(key) in (None, -1) else number(inputs, key)


def _hours(bought: Purchase, hours: float, nodes: float, role: Role, what: str) -> Charge:
    price = bought.price
    compute = Compute(
        kind=bought.kind,
        nodes=nodes,
        role=role if bought.purchased == "ON_DEMAND" else Role.FIXED,
        spot=bought.unit_price if bought.purchased == "SPOT" else price.spot,
        one_year=price.one_year,
        spot_derived="spot-derived" in price.mark,
    )
    item = f"ec2 {bought.kind} {bought.purchased} {role}"
    return Charge(what, hours, price.unit, bought.unit_price, price.date, item, compute)


def rate(table: PriceTable, kind: str) -> float:
    """What a node of a type costs an hour on demand; infinite where it has no price."""
    price = table.find("ec2", kind)
    return price.on_demand if price else math.inf
