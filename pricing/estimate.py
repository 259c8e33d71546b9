"""From resources and usage to the month's cost."""

from collections.abc import Sequence
from datetime import date

from pricing.lines import Estimate, Line, Saving
from pricing.resource import Resource
from pricing.usage import Usage

__all__ = ["Estimate", "Line", "Saving", "estimate"]


def estimate(resources: Sequence[Resource], *, region: str, usage: Usage, today: date | None = None) -> Estimate:
    """What `resources` cost a month in `region` under `usage`.

    `today` decides whether an EKS version is still in standard support; without it, the newest date of the price table
    does, so that the result never depends on the clock.
    """
    raise NotImplementedError
