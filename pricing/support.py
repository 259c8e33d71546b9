"""When the standard support of an EKS version ends, which decides what its control plane costs."""

from datetime import date
from types import MappingProxyType

STANDARD_SUPPORT_ENDS = MappingProxyType(
    {
        "1.33": date(2026, 7, 29),
        "1.34": date(2026, 12, 2),
        "1.35": date(2027, 3, 27),
        "1.36": date(2027, 8, 2),
    }
)
"""By version, the first day (UTC) that is charged as extended support; what is older has been for longer.

Source: the release calendar of the Amazon EKS user guide.
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
