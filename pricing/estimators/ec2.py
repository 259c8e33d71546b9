"""Amazon EC2: single instances and Auto Scaling groups that the stack itself declares."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.ebs import volume_charges
from pricing.estimators.ec2_pools import (
    Load,
    instance_charges,
    launch_template,
    load_of,
    purchase,
    sizes,
    template_charges,
)
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH, Size
from resources.required import flag, number, section, sections, text
from resources.resource import Resource


@prices("aws:ec2/instance:Instance")
def instance(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """An instance that runs all hours, its volumes and its public address."""
    inputs = resource.inputs
    template = launch_template(resource, stack)
    if text(inputs, "tenancy", "default") != "default":
        yield Gap("dedicated tenancy has no price in the table")
        return
    spot = text(section(inputs, "instanceMarketOptions"), "marketType", "") == "spot"
    kind = text(inputs, "instanceType", text(template.inputs, "instanceType") if template else None)
    bought = purchase(resource, stack, [kind], "SPOT" if spot else "ON_DEMAND")
    yield from instance_charges(bought, Load(1))
    if flag(inputs, "associatePublicIpAddress"):
        yield stack.charge(resource, "vpc", "public-ipv4-hour", HOURS_A_MONTH, "public IPv4 address, all hours")
    if template:
        yield from template_charges(resource, stack, template, 1)
        return
    if not inputs.get("rootBlockDevice"):
        yield Gap("the root volume is that of an image that the stack does not describe")
    for disk in [*filter(None, [section(inputs, "rootBlockDevice")]), *sections(inputs, "ebsBlockDevices")]:
        yield from volume_charges(resource, stack, disk, 1, "volume")


@prices("aws:autoscaling/group:Group")
def scaling_group(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The nodes of a group by its size and schedules, as its launch template makes them."""
    inputs = resource.inputs
    template = launch_template(resource, stack)
    if inputs.get("mixedInstancesPolicy") is not None:
        yield Gap("a mixed instances policy has no estimator")
        return
    if template is None:
        yield Gap("its launch template is not in the stack")
        return
    names = [value for value in (inputs.get("name"), resource.outputs.get("name")) if isinstance(value, str)]
    start = Size(
        least=number(inputs, "minSize", 0),
        wanted=number(inputs, "desiredCapacity") if inputs.get("desiredCapacity") is not None else None,
        most=number(inputs, "maxSize"),
    )
    load = load_of(resource, stack, sizes(resource, stack, start, names), [resource.name, *names])
    spot = text(section(template.inputs, "instanceMarketOptions"), "marketType", "") == "spot"
    bought = purchase(resource, stack, [text(template.inputs, "instanceType")], "SPOT" if spot else "ON_DEMAND")
    yield from instance_charges(bought, load)
    yield from template_charges(resource, stack, template, load.average)
