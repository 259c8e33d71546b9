"""A stack as estimators read it: an index of its resources with prices and usage."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pricing.charges import Charge, Compute, Gap, Role
from pricing.demand import Need
from pricing.named_usage import NamedUsage
from pricing.schedules import HOURS_A_MONTH
from pricing.spec import Section
from pricing.table import PriceNotFound, PriceTable, load_table
from pricing.usage import BucketUsage, Usage
from resources.index import ResourceIndex
from resources.required import items, number
from resources.resource import SECRET, UNKNOWN, Resource

SUBNET = "aws:ec2/subnet:Subnet"
_DEFAULT_BUCKET = BucketUsage()


class PricedStack(ResourceIndex):
    """The resources of a stack with prices and usage, built once an estimate.

    `needs` holds the nodes that models and deployments always need, by the URN of the pool that they run on.
    """

    def __init__(self, resources: Sequence[Resource], *, region: str, usage: Usage, today: date | None):
        super().__init__(resources)
        self.usage = usage
        self.home = load_table(region)
        self.today = today or _day(self.home.date)
        self.named_usage = NamedUsage(usage)
        self.needs: Mapping[str, Sequence[Need]] = {}

    def subnets(self, resource: Resource, key: str) -> int:
        """How many subnets this input names; for an unknown input, how many it is computed from.

        Raises:
            UnreadableInput: when it is unknown and computed from no subnet of the stack, or no list.
        """
        created = self.sources(resource, key, SUBNET) if resource.inputs.get(key) is UNKNOWN else ()
        return len(created or items(resource.inputs, key))

    def price_table(self, resource: Resource, region: str | None = None) -> PriceTable:
        """The prices of `region`, or of the one a resource is in: its own, its provider's, or the stack's."""
        if region is not None:
            return load_table(region)
        if not resource.type.startswith("aws"):
            return self.home
        for source in (resource, self.provider(resource)):
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
            price = self.price_table(resource, region).price(service, sku)
        except PriceNotFound as missing:
            return Gap(str(missing), missing.subject)
        item = f"{service} {sku}" if region is None else f"{service} {sku} in {region}"
        return Charge(what, quantity, price.unit, price.on_demand, price.date, item)

    def stated_or_registered(self, resource: Resource, usage: Section, field: str, registered: str) -> float:
        """The share of an amount that the usage section states; or else the amount that a component registered.

        `field` is the amount in `usage`, whose default holds without such a component. `registered` is the input of
        a component around the resource.

        Raises:
            UnreadableInput: when the component's input is not a number.
        """
        if field not in usage.model_fields_set:
            for each in self.ancestors(resource):
                if registered in each.inputs:
                    return number(each.inputs, registered)
        return self.share(resource, getattr(usage, field))

    def machine_hours(
        self, resource: Resource, service: str, sku: str, kind: str, count: float, what: str
    ) -> Charge | Gap:
        """Machines of a managed service that run in all hours and can be reserved."""
        try:
            price = self.price_table(resource).price(service, sku)
        except PriceNotFound as missing:
            return Gap(str(missing), missing.subject)
        compute = Compute(kind, count, Role.BASE, None, price.one_year, spot_derived=False, planned=False)
        hours = count * HOURS_A_MONTH
        return Charge(what, hours, price.unit, price.on_demand, price.date, f"{service} {kind}", compute)

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
        return self.named_usage.bucket(self.component(resource)) or _DEFAULT_BUCKET


def _day(written: str) -> date:
    """The day of a date in the price table; the first day where only a month or a year is given."""
    parts = (f"{written}-01-01" if written else "1970-01-01").split("-")
    return date(int(parts[0]), int(parts[1]), int(parts[2]))
