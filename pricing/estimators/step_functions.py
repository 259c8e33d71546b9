"""AWS Step Functions: transitions of standard state machines, executions of express ones."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource

_LEAST_GB = 64 / 1024
"""The least memory that an execution is charged for. Source: AWS Step Functions pricing, "Express workflows"."""
_DURATION = (
    ("express-duration-first-1000h", 1_000.0),
    ("express-duration-next-4000h", 5_000.0),
    ("express-duration-over-5000h", float("inf")),
)


@prices("aws:sfn/stateMachine:StateMachine")
def state_machine(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What the executions of a month cost, by the type of the machine."""
    usage = stack.usage.services
    if text(resource.inputs, "type", "STANDARD") == "STANDARD":
        thousands = usage.transitions_thousand
        yield stack.charge(resource, "step-functions", "standard-transitions", thousands, "state transitions")
        return
    executions = usage.executions_million
    yield stack.charge(resource, "step-functions", "express-requests", executions, "express executions")
    hours = executions * 1e6 * usage.milliseconds / 3_600_000 * _LEAST_GB
    yield from stack.tiers(resource, "step-functions", _DURATION, hours, "time of express executions, by memory")
