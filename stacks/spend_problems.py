"""What the section `spend` needs of the others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem
from components.facts.regions import partition_of

if TYPE_CHECKING:
    from stacks.config import StackConfig


def spend_problems(config: "StackConfig") -> Iterator[Problem]:
    """What is wrong with `spend` beside the other sections."""
    if not config.spend:
        return
    if partition_of(config.environment.region) != "aws":
        remedy = (
            "budgets are in USD and the bill is exported in us-east-1 only for AWS's commercial regions; remove spend"
        )
        yield Problem(("spend",), config.spend.name, remedy)
    if config.spend.export and not config.feature_store:
        remedy = "the table of the bill is in the catalog of featureStore; add it, or remove export"
        yield Problem(("spend", "export"), config.spend.export, remedy)
