"""IANA time zones."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from .spec import refuse


def known_time_zone(zone: str) -> str:
    """`zone`, when IANA's database has it; refused otherwise. A machine without the database accepts every zone."""
    try:
        # ZoneInfo reads one file; available_timezones reads all 600.
        ZoneInfo(zone)
    # ValueError: the empty text, and a path that leaves the database's folder.
    except (ZoneInfoNotFoundError, OSError, ValueError):
        if known := available_timezones():
            raise refuse(zone, f"{zone or 'an empty text'} is not an IANA time zone", sorted(known)) from None
    return zone
