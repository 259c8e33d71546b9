"""What instances cost, for rules."""

from pricing.table import PriceNotFound, load_table

_FALLBACK_REGION = "us-east-1"


def hourly(instance_type: str, region: str) -> float | None:
    """USD an hour on demand, in the region or else in the one with the most prices."""
    for each in (region, _FALLBACK_REGION):
        try:
            return load_table(each).price("ec2", instance_type).on_demand
        except PriceNotFound:
            continue
    return None
