"""What the stack may cost: the `mlplatform:cost` section, and how an estimate is held against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from pricing.lines import Estimate, Unpriced
from pricing.spec import Section

_LEAST, _MOST = 0.01, 10_000_000_000
"""USD a month. Below a cent a budget is printed as 0.00, which AWS Budgets refuses; above, it is a typing error."""
Reason = Annotated[str, Field(pattern=r"\S")]


class Budget(Section):
    """The limit that the estimate of a stack is held against."""

    monthly_budget: float = Field(
        ge=_LEAST,
        le=_MOST,
        allow_inf_nan=False,
        description="The most the stack may cost, in USD a month.",
    )
    unpriced: dict[str, Reason] = Field(
        default_factory=dict[str, str],
        description="What the budget accepts without a price, each with the reason: an instance, node or database "
        "class such as p5.48xlarge, a resource type such as aws:mq/broker:Broker, or a service and sku of the price "
        "table such as athena data-scanned, as the plan names them under Unpriced.",
    )


@dataclass(frozen=True, slots=True)
class Judgment:
    """An estimate held against a budget. `unaccepted` has no price, and `cost.unpriced` gives no reason for it."""

    monthly: float
    budget: float
    complete: bool
    unaccepted: tuple[Unpriced, ...]

    @property
    def holds(self) -> bool:
        """Whether the stack stays within its budget. What has no price cannot be judged, so it does not hold."""
        return self.monthly <= self.budget and not self.unaccepted

    @property
    def subjects(self) -> tuple[str, ...]:
        """What has no price and is not accepted, each once, as `cost.unpriced` would name it."""
        return tuple(dict.fromkeys(gap.subject for gap in self.unaccepted))


def judge(estimate: Estimate, budget: Budget, *, pending: bool = True) -> Judgment:
    """Hold an estimate against a budget.

    With `pending` false, gaps that only the deployment can close do not count against the budget.
    """
    unaccepted = estimate.unaccepted(budget.unpriced, pending=pending)
    return Judgment(estimate.monthly, budget.monthly_budget, not estimate.gaps, unaccepted)


def idle_names(estimate: Estimate, budget: Budget) -> tuple[str, ...]:
    """The names in `cost.unpriced` that nothing without a price goes by."""
    used = {name for gap in estimate.gaps for name in (gap.subject, gap.type)}
    return tuple(name for name in budget.unpriced if name not in used)


def some_of(subjects: Sequence[str]) -> str:
    """The first of what has no price, and how many more there are: a region without a table lacks dozens."""
    shown = ", ".join(subjects[:_SHOWN])
    return f"{shown} and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else shown


_SHOWN = 3
