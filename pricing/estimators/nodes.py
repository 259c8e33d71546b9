"""What a pool of EC2 instances costs: instances by purchase option and hour, their volumes and their monitoring."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pricing.charges import Charge, Compute, Gap, Role
from pricing.estimators.volumes import mapped_volumes
from pricing.reading import Undecided, flag, number, section, text
from pricing.resource import Resource
from pricing.schedules import HOURS_A_MONTH, Action, Size, minutes_of_week, week
from pricing.stack import Stack
from pricing.table import Price, PriceNotFound, PriceTable

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_DETAILED_METRICS = 7


class Purchase(NamedTuple):
    """One kind of instance bought in one way. `purchased` is ON_DEMAND, SPOT or CAPACITY_BLOCK."""

    kind: str
    price: Price
    unit_price: float
    purchased: str


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


def purchase(resource: Resource, stack: Stack, kinds: Sequence[str], purchased: str) -> Purchase:
    """What the pool buys. On demand, EKS and Auto Scaling take the first type; on spot any, so the mean of them counts.

    Raises:
        Undecided: when there is no price, or none is listed for that way of buying.
    """
    table = stack.table(resource)
    if purchased == "CAPACITY_BLOCK":
        raise Undecided("capacity blocks are sold in advance at a price of their own")
    if purchased not in ("ON_DEMAND", "SPOT"):
        raise Undecided(f"capacityType {purchased} has no price")
    if not kinds:
        raise Undecided("no instance type is named")
    if purchased == "ON_DEMAND":
        price = _price(stack, resource, kinds[0])
        return Purchase(kinds[0], price, price.on_demand, purchased)
    listed = [(kind, price) for kind in kinds if (price := _listed(table, kind)) and price.spot is not None]
    if not listed:
        raise Undecided(f"no spot price of {', '.join(kinds)} in {table.region}")
    mean = sum(price.spot or 0.0 for _, price in listed) / len(listed)
    return Purchase(" or ".join(kind for kind, _ in listed), listed[0][1], mean, purchased)


def instance_charges(bought: Purchase, load: Load, extra: Role = Role.BURST) -> Iterator[Charge]:
    """The instances of a pool, the base and what runs beyond it apart; `extra` is the role of the latter."""
    way = "on demand" if bought.purchased == "ON_DEMAND" else "spot"
    base = f"{load.base:.4g} x {bought.kind} {way}"
    yield _hours(bought, load.base * HOURS_A_MONTH, load.base, Role.BASE, base)
    if load.extra_hours > 0:
        a_day = 24 * load.extra_hours / load.extra_nodes / HOURS_A_MONTH
        span = f", {a_day:.4g} hours a day" if a_day < 23.99 else ""
        what = f"{load.extra_nodes:.4g} x {bought.kind} {way} {load.extra}{span}"
        yield _hours(bought, load.extra_hours, load.extra_nodes, extra, what)


def template_charges(resource: Resource, stack: Stack, template: Resource, nodes: float) -> Iterator[Charge | Gap]:
    """What a launch template adds to `nodes` nodes: volumes and detailed monitoring."""
    monitoring = section(template.inputs, "monitoring")
    if flag(monitoring, "enabled"):
        metrics = _DETAILED_METRICS * nodes
        yield stack.charge(resource, "cloudwatch", "metric-custom-first-10k", metrics, "detailed monitoring of nodes")
    yield from mapped_volumes(resource, stack, template.inputs, nodes)


def launch_template(resource: Resource, stack: Stack) -> Resource | None:
    """The launch template that a pool or an instance refers to, by the reference, or by its id or name."""
    wanted = section(resource.inputs, "launchTemplate")
    found = stack.referred(resource, "launchTemplate", LAUNCH_TEMPLATE)
    if found or not wanted:
        return found
    known = stack.known_as(LAUNCH_TEMPLATE)
    names = [wanted.get(key) for key in ("id", "name")]
    return next((known[name] for name in names if isinstance(name, str) and name in known), None)


def load_of(resource: Resource, stack: Stack, start: Size, override: float | None, names: Sequence[str | None]) -> Load:
    """The nodes of a pool from its size, its schedules and the usage section.

    Raises:
        Undecided: when the size or a schedule can't be read.
    """
    spans = week(start, _actions(resource, stack, names))
    if override is not None:
        least = min((size.least or 0.0) for _, size in spans)
        base = min(override, least)
        return Load(base, (override - base) * HOURS_A_MONTH, override - base, "above its minimum")
    wanted = [(hours, _wanted(size)) for hours, size in spans]
    base = min(nodes for _, nodes in wanted)
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
        raise Undecided("neither a desired nor a minimum size is given")
    bounded = max(wanted, size.least or 0.0)
    return min(bounded, size.most) if size.most is not None else bounded


def _actions(resource: Resource, stack: Stack, names: Sequence[str | None]) -> list[Action]:
    schedules = stack.referrers(_SCHEDULE, "autoscalingGroupName")
    found = {schedule.urn: schedule for name in (resource.urn, *names) if name for schedule in schedules.get(name, ())}
    return [_action(schedule) for _, schedule in sorted(found.items())]


def _action(schedule: Resource) -> Action:
    try:
        minutes = minutes_of_week(text(schedule.inputs, "recurrence"))
    except (Undecided, ValueError) as why:
        raise Undecided(f"schedule {schedule.name}: {why}") from None
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


def _price(stack: Stack, resource: Resource, kind: str) -> Price:
    try:
        return stack.table(resource).price("ec2", kind)
    except PriceNotFound as missing:
        raise Undecided(str(missing)) from None


def _listed(table: PriceTable, kind: str) -> Price | None:
    try:
        return table.price("ec2", kind)
    except PriceNotFound:
        return None
