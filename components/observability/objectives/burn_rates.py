"""How fast errors may use up an error budget before someone is told.

A burn rate of 1 uses the budget of 30 days in exactly 30 days. Each alert needs the burn rate in a long window and in a
short one: the long window keeps short peaks silent, and the short window ends the alert soon after the problem ends.
Source: Google, The Site Reliability Workbook, chapter "Alerting on SLOs", section 6.
"""

from dataclasses import dataclass

from ..alerts import Severity

PERIOD_DAYS = 30
"""The days of an error budget."""


@dataclass(frozen=True, slots=True)
class BurnRate:
    """An alert's burn rate and its two windows, in Prometheus's notation."""

    name: str
    factor: float
    long: str
    short: str
    severity: Severity
    budget_percent: int
    """The percentage of the budget that is used when the alert fires."""


BURN_RATES = (
    BurnRate("Fast", 14.4, "1h", "5m", Severity.CRITICAL, 2),
    BurnRate("Medium", 6, "6h", "30m", Severity.CRITICAL, 5),
    BurnRate("Slow", 3, "1d", "2h", Severity.WARNING, 10),
    BurnRate("Lasting", 1, "3d", "6h", Severity.WARNING, 10),
)
"""The two fast ones page; the two slow ones open a ticket."""

WINDOWS = tuple(dict.fromkeys(window for each in BURN_RATES for window in (each.short, each.long)))

LOWEST_PERCENT = 94
"""The lowest objective. Below 93.06 % even a complete failure burns slower than the fastest alert's factor: with 90 %
the budget is 10 %, and 14.4 times that is more than all requests."""

HIGHEST_PERCENT = 99.999


def objective_problem(percent: float) -> str:
    """Why no alert set can watch an objective of `percent`; empty if it can."""
    if LOWEST_PERCENT <= percent <= HIGHEST_PERCENT:
        return ""
    if HIGHEST_PERCENT < percent < 100:
        return f"one failure in a million requests would use up the budget; write {HIGHEST_PERCENT} or less"
    if percent >= 100:
        return f"no error budget is left; write at least {LOWEST_PERCENT} and less than 100, such as 99.9"
    highest = 100 / (100 - percent) if percent > 0 else 1
    return (
        f"the fastest alert needs a burn rate of {BURN_RATES[0].factor}, and errors of all requests burn at "
        f"{highest:.3g}, so it could never fire; write at least {LOWEST_PERCENT} and less than 100"
    )
