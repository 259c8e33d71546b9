"""What the containers of a stack log in a month."""

from pydantic import Field

from pricing.spec import Amount, Section


class LogUsage(Section):
    """A month's logs of all containers. The log groups of the stack's LogPipeline share them evenly."""

    written_gb: Amount = Field(
        default=100,
        description="Records that the collectors send, in GB a month. A record of 200 bytes takes 400 with its pod's "
        "names. A model that logs 10 lines a second writes some 10 GB a month.",
    )
    ocus: Amount | None = Field(
        default=None,
        description="OpenSearch Compute Units of a collection on average over the month, for indexing and search "
        "together. Those that always run count when it is left out: 2, or 1 without standby replicas.",
    )
    stored_share: Amount = Field(
        default=1, description="The size of a collection's indexes, as a share of what was written."
    )
