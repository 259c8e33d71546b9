"""What the stack may cost: the `mlplatform:cost` section."""

from pydantic import Field

from pricing.spec import Section


class Budget(Section):
    """The limit that the estimate of a stack is held against."""

    monthly_budget: float = Field(gt=0, allow_inf_nan=False, description="The most the stack may cost, in USD a month.")
