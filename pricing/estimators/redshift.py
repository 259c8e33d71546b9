"""Amazon Redshift: provisioned clusters."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, text
from resources.resource import Resource


@prices("aws:redshift/cluster:Cluster")
def cluster(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The nodes in all hours. Nodes of type ra3 keep their data in managed storage, which has no usage figure."""
    kind, count = text(resource.inputs, "nodeType"), number(resource.inputs, "numberOfNodes", 1)
    yield stack.machine_hours(resource, "redshift", kind, kind, count, f"{count:g} x {kind}, all hours")
    if kind.startswith("ra3"):
        yield Gap("data in managed storage of Redshift is in no usage figure")
