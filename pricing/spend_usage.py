"""What the reports on spend use in a month: the part `spend` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section


class SpendUsage(Section):
    """A month's use of the exported bill."""

    scanned_tb: Amount = Field(
        default=0.01,
        description="Data that queries of the bill scan, in TB a month. A month of a bill with a million rows takes "
        "about 0.0001 TB.",
    )
