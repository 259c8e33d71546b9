"""What estimators yield: charges with a price, and gaps where there is none."""

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a compute charge is for the one who wants to save."""

    BASE = "base"
    """On demand in all hours of the month: a commitment is safe."""
    BURST = "burst"
    """On demand above the base, in some hours: spot is safe, for the base stays."""
    FIXED = "fixed"
    """As it is: bought as spot already, or by a decision that a price does not overrule."""


class Compute(NamedTuple):
    """The side of a compute charge that a purchase option changes.

    `nodes` are the most that run at once, which a commitment would pay for in every hour; `spot` and `one_year` are USD
    an hour and node.
    """

    kind: str
    nodes: float
    role: Role
    spot: float | None
    one_year: float | None
    spot_derived: bool
    planned: bool = True
    """Whether a savings plan is to be had at the price of a reservation: EC2's are, those of databases save less."""


class Charge(NamedTuple):
    """A quantity at a unit price of a known date.

    `what` says in words what is bought. `item` is the service and SKU of the price list, which stay the same when the
    quantity changes.
    """

    what: str
    quantity: float
    unit: str
    unit_price: float
    date: str
    item: str
    compute: Compute | None = None
    idle: bool = False
    """Whether it is listed although its quantity is 0: a pool that may grow."""


class Gap(NamedTuple):
    """Something that costs money and has no figure; `reason` says why.

    `subject` names what has no price, such as the instance type `u7i-12tb.224xlarge`; empty means the resource's type.
    `pending` is true where the price depends on a value that only the deployment decides.
    """

    reason: str
    subject: str = ""
    pending: bool = False
