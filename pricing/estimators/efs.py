"""Amazon EFS: data in file systems, and provisioned throughput."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, text
from resources.resource import Resource


@prices("aws:efs/fileSystem:FileSystem")
def file_system(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """All data in the first storage class, whatever a lifecycle moves later, and throughput that is provisioned."""
    inputs = resource.inputs
    sku = "standard" if inputs.get("availabilityZoneName") is None else "one-zone"
    yield stack.charge(resource, "efs", sku, stack.usage.services.file_gb, "data in the file system")
    mode = text(inputs, "throughputMode", "bursting")
    if mode == "provisioned":
        throughput = number(inputs, "provisionedThroughputInMibps")
        yield stack.charge(resource, "efs", "provisioned-throughput", throughput, "provisioned throughput")
    elif mode == "elastic":
        yield Gap("reads and writes with elastic throughput have no price in the table")
