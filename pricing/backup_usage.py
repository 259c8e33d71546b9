"""What AWS Backup keeps: the part `backup` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section, Share


class BackupUsage(Section):
    """What the vaults of a stack hold."""

    stored_gb: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Recovery points of a store over the month, in GB, by the store's name, such as registry, where "
        "they are known. Without a figure: the size of the store, and changedShare of it. Copies are as large.",
    )
    changed_share: Share = Field(
        default=0.1,
        description="Share (0 to 1) of a store's size that changes in a month: older recovery points keep it, and "
        "copies carry it to the other region.",
    )
