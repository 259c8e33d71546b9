"""What a bucket is assumed to hold and serve: part of the `mlplatform:usage` section."""

from typing import Annotated

from pydantic import Field

from pricing.spec import Section

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class BucketUsage(Section):
    """What one bucket holds and serves in a month."""

    stored_tb: Amount = Field(
        default=0.1,
        description="Objects it holds, in TB (1,024 GB), old versions included; when left out of a bucket of access "
        "logs, what the requests of its sources write while the logs are kept.",
    )
    infrequent_share: Share = Field(
        default=0.3, description="Share (0 to 1) not read for 30 days: the infrequent tier, where a lifecycle has one."
    )
    archive_share: Share = Field(
        default=0.0, description="Share (0 to 1) in Glacier Instant Retrieval, where a lifecycle has it."
    )
    objects_million: Amount = Field(
        default=1, description="Objects of 128 KB and more that intelligent tiering watches, in millions."
    )
    moved_million: Amount | None = Field(
        default=None,
        description="Objects that a lifecycle moves to another class, in millions a month; when left out a twelfth of "
        "objectsMillion, as if all were renewed in a year.",
    )
    put_million: Amount = Field(default=1, description="Writes and lists, in millions a month.")
    get_million: Amount = Field(default=10, description="Reads, in millions a month.")
    retrieved_gb: Amount = Field(
        default=0,
        description="Data read from infrequent access, or from an archive that has none before it, in GB a month.",
    )
    replicated_gb: Amount = Field(default=100, description="New data copied to a second region, in GB a month.")

    @property
    def moved(self) -> float:
        """Objects moved to another class, in millions a month."""
        return self.objects_million / 12 if self.moved_million is None else self.moved_million
