"""AWS Lambda: requests, the time they take, and concurrency that is kept ready."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import items, number, section
from resources.resource import Resource

_FUNCTION = "aws:lambda/function:Function"
_DEFAULT_MIB = 128
_FREE_STORAGE_MIB = 512
_SECONDS_A_MONTH = HOURS_A_MONTH * 3600
_X86 = (
    ("duration-x86-first-6bn", 6e9),
    ("duration-x86-next-9bn", 15e9),
    ("duration-x86-over-15bn", float("inf")),
)
_ARM = (("duration-arm-first", 7.5e9), ("duration-arm-2nd", 18.75e9), ("duration-arm-3rd", float("inf")))
"""GB-seconds a month. Source: AWS Lambda pricing, "Lambda duration charges"."""


@prices(_FUNCTION)
def function(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Requests, their GB-seconds by memory and architecture, and storage beyond 512 MB while they run."""
    usage = stack.usage.services
    yield stack.charge(resource, "lambda", "requests", usage.function_million, "requests to the function")
    seconds = usage.function_million * 1e6 * usage.milliseconds / 1000
    steps = _ARM if "arm64" in items(resource.inputs, "architectures") else _X86
    yield from stack.tiers(resource, "lambda", steps, seconds * _gigabytes(resource), "time of requests, by memory")
    storage = number(section(resource.inputs, "ephemeralStorage"), "size", _FREE_STORAGE_MIB) - _FREE_STORAGE_MIB
    if storage > 0:
        used = seconds * storage / 1024
        yield stack.charge(resource, "lambda", "ephemeral-storage-over-512MB", used, "storage while requests run")


@prices("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
def provisioned_concurrency(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Instances of a function that are ready in all hours."""
    function = stack.source(resource, "functionName", _FUNCTION) or stack.named(
        resource.inputs.get("functionName"), _FUNCTION
    )
    if function is None:
        yield Gap("its function is not in the stack")
        return
    if "arm64" in items(function.inputs, "architectures"):
        yield Gap("provisioned concurrency on ARM has no price in the table")
        return
    count = number(resource.inputs, "provisionedConcurrentExecutions")
    kept = count * _gigabytes(function) * _SECONDS_A_MONTH
    yield stack.charge(resource, "lambda", "provisioned-concurrency-x86", kept, f"{count:g} instances kept ready")


def _gigabytes(function: Resource) -> float:
    return number(function.inputs, "memorySize", _DEFAULT_MIB) / 1024
