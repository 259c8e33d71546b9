"""Amazon ECS: tasks on AWS Fargate. Tasks on EC2 cost through their instances."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import flag, number, section, sections, text
from resources.resource import Resource

_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
_FARGATE = ("FARGATE", "FARGATE_SPOT")
_UNITS_A_VCPU = 1024
_MIB_A_GB = 1024
_FREE_STORAGE_GB = 20


@prices("aws:ecs/service:Service")
def service(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The tasks that are wanted, in all hours, by the CPU and memory of their definition.

    Source: AWS Fargate pricing; tasks have 20 GB of storage without a price.
    """
    inputs = resource.inputs
    launch = _launch_types(inputs)
    if not launch & {*_FARGATE}:
        return
    if launch != {"FARGATE"}:
        yield Gap("Fargate Spot, or a mix of capacity providers, has no price in the table")
        return
    definition = stack.source(resource, "taskDefinition", _DEFINITION) or stack.named(
        inputs.get("taskDefinition"), _DEFINITION
    )
    if definition is None:
        yield Gap("its task definition is not in the stack")
        return
    count = number(inputs, "desiredCount", 0)
    yield from _tasks(resource, stack, definition.inputs, count)
    if flag(section(inputs, "networkConfiguration"), "assignPublicIp"):
        hours = count * HOURS_A_MONTH
        yield stack.charge(resource, "vpc", "public-ipv4-hour", hours, f"public IPv4 addresses of {count:g} tasks")


def _tasks(
    resource: Resource, stack: PricedStack, definition: Mapping[str, Any], count: float
) -> Iterator[Charge | Gap]:
    platform = section(definition, "runtimePlatform")
    if text(platform, "operatingSystemFamily", "LINUX") != "LINUX":
        yield Gap("Windows on Fargate has no price in the table")
        return
    arm = "-arm" if text(platform, "cpuArchitecture", "X86_64") == "ARM64" else ""
    vcpus, memory = number(definition, "cpu") / _UNITS_A_VCPU, number(definition, "memory") / _MIB_A_GB
    what = f"{count:g} Fargate tasks, all hours"
    hours = count * HOURS_A_MONTH
    yield stack.charge(resource, "fargate", f"vcpu-hour{arm}", vcpus * hours, f"{what}: {vcpus:g} vCPU each")
    yield stack.charge(resource, "fargate", f"gb-hour{arm}", memory * hours, f"{what}: {memory:g} GB each")
    storage = number(section(definition, "ephemeralStorage"), "sizeInGib", _FREE_STORAGE_GB) - _FREE_STORAGE_GB
    if storage > 0:
        sku = "ephemeral-storage-over-20GB"
        yield stack.charge(resource, "fargate", sku, storage * hours, f"{what}: {storage:g} GB more storage each")


def _launch_types(inputs: Mapping[str, Any]) -> set[str]:
    strategies = sections(inputs, "capacityProviderStrategies")
    if strategies:
        return {text(each, "capacityProvider") for each in strategies}
    return {text(inputs, "launchType", "EC2")}
