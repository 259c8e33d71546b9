"""When the standard support of an EKS version ends, which decides what its control plane costs."""

from datetime import date
from types import MappingProxyType

STANDARD_SUPPORT_ENDS = MappingProxyType(
    {
        "1.29": date(2025, 3, 23),
        "1.30": date(2025, 7, 23),
        "1.31": date(2025, 11, 26),
        "1.32": date(2026, 3, 23),
        "1.33": date(2026, 7, 29),
        "1.34": date(2026, 12, 2),
        "1.35": date(2027, 3, 27),
        "1.36": date(2027, 8, 2),
    }
)
"""By version, the first day (UTC) that is charged as extended support.

Source: the release calendar of the Amazon EKS user guide, and endoflife.date for 1.35.
"""


def in_extended_support(version: str, today: date) -> bool:
    """Whether a version is charged as extended support on that day. What is newer than the table is not; older is.

    Raises:
        ValueError: when it isn't a version like 1.35.
    """
    ends = STANDARD_SUPPORT_ENDS.get(version)
    if ends:
        return today >= ends
    return _parts(version) < min(map(_parts, STANDARD_SUPPORT_ENDS))


def _parts(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
