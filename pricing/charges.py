"""What estimators yield: charges with a price, and gaps where there is none."""

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """Which savings advice suits a compute charge."""

    BASE = "base"
    """On demand in all hours of the month: a commitment saves."""
    BURST = "burst"
    """On demand above the base, in some hours: spot saves, and the base remains when spot is interrupted."""
    QUEUED = "queued"
    """On demand for jobs that wait in a queue: spot saves, and a job whose machine is lost runs again."""
    FIXED = "fixed"
    """No advice: it is spot already, or on demand by an explicit choice."""


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
    """Whether a savings plan costs the same as a reservation: true for EC2, not for databases."""


class Cheaper(NamedTuple):
    """Another way to do what a charge is for, at a unit price of its own.

    `what` names the way, and charges of a component with the same one are added up. `how` says what to change, and what
    to look at before.
    """

    what: str
    how: str
    unit_price: float


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
    cheaper: Cheaper | None = None


class Gap(NamedTuple):
    """Something that costs money and has no figure; `reason` says why.

    `subject` names what has no price, such as the instance type `u7i-12tb.224xlarge`; empty means the resource's type.
    `pending` is true where the price depends on a value that only the deployment decides.
    """

    reason: str
    subject: str = ""
    pending: bool = False
