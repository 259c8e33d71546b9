"""How a cost and a budget read, on the terminal and in Markdown alike."""

from collections.abc import Sequence

from pricing.budget import some_of


def cost(monthly: float, *, complete: bool) -> str:
    """A month's cost; at least so much where something has no price."""
    return f"{'' if complete else 'at least '}{monthly:,.2f}"


def verdict(monthly: float, budget: float, unjudged: Sequence[str]) -> str:
    """What is to be said after "the budget". `unjudged` names what has no price and no reason in `cost.unpriced`."""
    over = monthly - budget
    if over > 0:
        return f"is exceeded by {over:,.2f}"
    if not unjudged:
        return f"holds, {-over:,.2f} left"
    return f"cannot be judged: no price of {some_of(unjudged)}"
