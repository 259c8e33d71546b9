"""What jobs on AWS Batch use in a month: the part `batch` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section


class BatchUsage(Section):
    """A month's use of AWS Batch."""

    hours_a_day: Amount = Field(
        default=12,
        description="Machine hours a day of the compute environments that machineHours does not name, shared evenly. "
        "12 hours are 24 jobs of half an hour, each on its own machine.",
    )
    machine_hours: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Machine hours a month of all machines of a compute environment together, by the environment's "
        "name, where they are known.",
    )
