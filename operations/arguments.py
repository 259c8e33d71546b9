"""Types of command-line arguments. `argparse` reports an `ArgumentTypeError` with the argument's name."""

from argparse import ArgumentTypeError
from datetime import date, datetime


def amount(text: str) -> float:
    """A number that is zero or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not an amount; write a number that is 0 or more, such as 5")
    return value


def month(text: str) -> str:
    """A month such as 2026-11."""
    try:
        return datetime.strptime(text, "%Y-%m").strftime("%Y-%m")
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a month; write one such as 2026-11") from None


def day(text: str) -> date:
    """A day such as 2026-11-30."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day; write one such as 2026-11-30") from None
