"""IANA time zones."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from .spec import refuse


def known_time_zone(zone: str) -> str:
    """`zone`, when IANA's database has it; refused otherwise. A machine without the database accepts every zone."""
    try:
        # ZoneInfo reads one file; available_timezones reads all 600.
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError):
        if known := available_timezones():
            raise refuse(zone, f"{zone} is not an IANA time zone", sorted(known)) from None
    return zone
