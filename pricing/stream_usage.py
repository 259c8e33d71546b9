"""What streams of events carry in a month."""

from typing import Annotated

from pydantic import Field

from pricing.spec import LARGEST_AMOUNT, Amount, Section


class StreamUsage(Section):
    """A month's records. Amounts are of all streams and clusters of the stack, which share them evenly by type."""

    written_gb: Amount = Field(default=100, description="Records that producers write, in GB a month.")
    reads: Amount = Field(
        default=2, description="How often each record is read: once by each consumer, and again after a restart."
    )
    record_kb: Annotated[float, Field(gt=0, le=LARGEST_AMOUNT, allow_inf_nan=False)] = Field(
        default=1,
        description="The size of a record in KB. Kinesis charges provisioned streams for each started 25 KB of a "
        "record.",
    )
    stored_gb: Amount = Field(
        default=25,
        description="Records that MSK Serverless and Express brokers keep on average over the month, in GB. Standard "
        "brokers are charged for their disks.",
    )
    tiered_gb: Amount = Field(
        default=100,
        description="Records in the tiered storage of MSK on average over the month, in GB, where a cluster has it.",
    )
    tiered_read_gb: Amount = Field(
        default=10, description="Records read from the tiered storage of MSK, in GB a month."
    )
    serverless_partitions: Amount = Field(
        default=10,
        description="Partitions of all topics of MSK Serverless. Those of the topics in eventStream count when it is "
        "left out; write more if clients make further topics.",
    )
    published_million: Amount = Field(
        default=0.1,
        description="Messages published to each SNS topic, in millions a month. The free million is not deducted.",
    )
