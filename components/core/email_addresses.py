"""Email addresses of people who are told, or who belong to a team."""

from typing import Annotated

from pydantic import AfterValidator

from .spec import each_once, refuse

_PATTERN = r"[^@\s,]+@[^@\s,]+\.[^@\s,]+"
MOST_TOLD = 50
"""Addresses that are told of the same matter. Beyond, the address of a mailing list is one that people can leave."""
_LONGEST = 254
"""Source: RFC 5321, section 4.5.3.1.3: a path has 256 characters, two of them the angle brackets."""


def addresses_once(emails: tuple[str, ...]) -> tuple[str, ...]:
    """`emails`, when each is an address and no two differ in case alone; refused otherwise.

    Mail servers and identity providers treat such addresses as one, so the person would be told twice.
    """
    each_once(emails, _PATTERN, "email address; write one such as ada@example.com")
    first: dict[str, str] = {}
    for email in emails:
        if len(email) > _LONGEST:
            raise refuse(email, f"an email address has at most {_LONGEST} characters, and this has {len(email)}")
        if (same := first.setdefault(email.lower(), email)) != email:
            raise refuse(email, f"{email} is the same address as {same}; name each once")
    return emails


EmailAddresses = Annotated[tuple[str, ...], AfterValidator(addresses_once)]
"""Addresses of a config, each named once."""
