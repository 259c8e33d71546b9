"""The AWS regions that a field may name."""

from ..facts.instances import regions
from .spec import refuse


def known_region(region: str) -> str:
    """The region, for a validator.

    Raises:
        PydanticCustomError: AWS has no region of this name.
    """
    if region not in regions():
        raise refuse(region, f"{region} is not an AWS region", regions(), "eu-central-1")
    return region
