"""A stack as estimators see it: resources found by type, parent and reference, with prices and usage at hand."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from pricing.charges import Charge, Gap
from pricing.demand import Need
from pricing.named_usage import NamedUsage
from pricing.objects import BucketUsage
from pricing.reading import items
from pricing.table import PriceNotFound, PriceTable, load_table
from pricing.usage import Usage
from resources.resource import SECRET, UNKNOWN, Resource

COMPONENT_PREFIX = "mlplatform:index:"
SUBNET = "aws:ec2/subnet:Subnet"


_DEFAULT_BUCKET = BucketUsage()


class Stack:
    """An index over resources, built once an estimate.

    `needs` holds the nodes that models and deployments always need, by the URN of the pool that they run on.
    """

    def __init__(self, resources: Sequence[Resource], *, region: str, usage: Usage, today: date | None):
        self.resources = resources
        self.usage = usage
        self.home = load_table(region)
        self.today = today or _day(self.home.date)
        self.named = NamedUsage(usage)
        self.needs: Mapping[str, Sequence[Need]] = {}
        self._referrers: dict[tuple[str, str], Mapping[str, Sequence[Resource]]] = {}
        self._known: dict[str, Mapping[str, Resource]] = {}
        self._counts: dict[tuple[str, str], Counter[str]] = {}
        self._by_urn = {resource.urn: resource for resource in resources}
        self._by_type: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._by_type[resource.type].append(resource)

    def get(self, urn: str | None) -> Resource | None:
        """The resource with this URN, or the one that a reference `urn::id` points to."""
        if urn is None:
            return None
        return self._by_urn.get(urn) or self._by_urn.get(urn.rsplit("::", 1)[0])

    def of_type(self, *types: str) -> list[Resource]:
        """Every resource of these types, in the stack's order."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def share(self, resource: Resource, amount: float) -> float:
        """This resource's even share of an amount that all of its type use together."""
        return amount / max(1, len(self._by_type.get(resource.type, ())))

    def referred(self, resource: Resource, key: str, type_: str) -> Resource | None:
        """The first resource of a type that this input was computed from."""
        return next(self._computed_from(resource, key, type_), None)

    def subnets(self, resource: Resource, key: str) -> int:
        """How many subnets this input names; while none of them is made, how many the input is computed from.

        Raises:
            Undecided: when it is unknown and computed from no subnet of the stack, or no list.
        """
        if resource.inputs.get(key) is UNKNOWN:
            found = sum(1 for _ in self._computed_from(resource, key, SUBNET))
            if found:
                return found
        return len(items(resource.inputs, key))

    def _computed_from(self, resource: Resource, key: str, type_: str) -> Iterator[Resource]:
        found = (self.get(urn) for urn in resource.property_dependencies.get(key, ()))
        return (each for each in found if each and each.type == type_)

    def has_child_of(self, urn: str, prefix: str) -> bool:
        """Whether something below this resource has a type that starts so."""
        below = list(self._children.get(urn, ()))
        while below:
            child = below.pop()
            if child.type.startswith(prefix):
                return True
            below.extend(self._children.get(child.urn, ()))
        return False

    def component(self, resource: Resource) -> str:
        """The name of the nearest component of ours above a resource; its own name where there is none."""
        seen: set[str] = set()
        current: Resource | None = resource
        while current and current.urn not in seen:
            if current.type.startswith(COMPONENT_PREFIX):
                return current.name
            seen.add(current.urn)
            current = self.get(current.parent)
        return resource.name

    def table(self, resource: Resource, region: str | None = None) -> PriceTable:
        """The prices of `region`, or of the one a resource is in: its own, its provider's, or the stack's."""
        if region is not None:
            return load_table(region)
        if not resource.type.startswith("aws"):
            return self.home
        for source in (resource, self.get(resource.provider)):
            named: Any = source.inputs.get("region") if source else None
            if isinstance(named, str) and named != SECRET:
                return load_table(named)
        return self.home

    def charge(
        self,
        resource: Resource,
        service: str,
        sku: str,
        quantity: float,
        what: str,
        *,
        region: str | None = None,
    ) -> Charge | Gap:
        """A quantity at the list price, or the gap that its absence leaves. Nothing at all needs no price.

        The price is that of `region`, for what a resource causes elsewhere, or of the region the resource is in.
        """
        if quantity == 0:
            return Charge(what, 0, "", 0, "", f"{service} {sku}")
        try:
            price = self.table(resource, region).price(service, sku)
        except PriceNotFound as missing:
            return Gap(str(missing), missing.subject)
        item = f"{service} {sku}" if region is None else f"{service} {sku} in {region}"
        return Charge(what, quantity, price.unit, price.on_demand, price.date, item)

    def tiers(
        self, resource: Resource, service: str, steps: Sequence[tuple[str, float]], quantity: float, what: str
    ) -> Iterator[Charge | Gap]:
        """A quantity at prices that fall with it. `steps` are skus with the quantity up to which each holds."""
        start = 0.0
        for sku, end in steps:
            part = min(quantity, end) - start
            if part <= 0 and start > 0:
                return
            yield self.charge(resource, service, sku, max(part, 0.0), what)
            start = end

    def bucket_usage(self, resource: Resource) -> BucketUsage:
        """What the usage section says of a bucket, found by the end of its component's name."""
        return self.named.bucket(self.component(resource)) or _DEFAULT_BUCKET

    def referrers(self, type_: str, key: str) -> Mapping[str, Sequence[Resource]]:
        """The resources of a type by what their input `key` refers to: the URN of a resource, or the value written."""
        found = self._referrers.get((type_, key))
        if found is None:
            by_target: defaultdict[str, list[Resource]] = defaultdict(list)
            for resource in self.of_type(type_):
                written: Any = resource.inputs.get(key)
                targets = {*resource.property_dependencies.get(key, ())}
                if isinstance(written, str):
                    targets.add(written)
                for target in targets:
                    by_target[target].append(resource)
            found = self._referrers[(type_, key)] = by_target
        return found

    def known_as(self, type_: str) -> Mapping[str, Resource]:
        """The resources of a type by their ids and names."""
        found = self._known.get(type_)
        if found is None:
            found = self._known[type_] = {
                value: resource
                for resource in self.of_type(type_)
                for value in (resource.inputs.get("name"), resource.outputs.get("name"), resource.outputs.get("id"))
                if isinstance(value, str)
            }
        return found

    def count(self, type_: str, key: str, value: str) -> int:
        """How many resources of a type have this value for an input."""
        counts = self._counts.get((type_, key))
        if counts is None:
            written = (resource.inputs.get(key) for resource in self.of_type(type_))
            counts = self._counts[(type_, key)] = Counter(text for text in written if isinstance(text, str))
        return counts[value]

    @cached_property
    def _children(self) -> Mapping[str, Sequence[Resource]]:
        children: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            if resource.parent:
                children[resource.parent].append(resource)
        return children


def _day(written: str) -> date:
    """The day that a date of the price table stands for: the first where only a month or a year is known."""
    parts = (f"{written}-01-01" if written else "1970-01-01").split("-")
    return date(int(parts[0]), int(parts[1]), int(parts[2]))
