"""The retention periods of CloudWatch Logs."""

from typing import Annotated

from pydantic import AfterValidator

from .spec import refuse

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Source: Amazon CloudWatch Logs API reference, PutRetentionPolicy."""


def _known(days: int) -> int:
    if days not in RETENTION_DAYS:
        nearest = min(RETENTION_DAYS, key=lambda allowed: abs(allowed - days))
        raise refuse(days, f"CloudWatch keeps logs for {', '.join(map(str, RETENTION_DAYS))} days; nearest: {nearest}")
    return days


LogRetentionDays = Annotated[int, AfterValidator(_known)]
"""A retention period that CloudWatch Logs accepts; the error of another one names the nearest."""
