"""Counts with their words, in the singular or the plural."""


def many(count: int, one: str, more: str) -> str:
    """`1 change` or `2 changes`."""
    return f"{count:,} {one if count == 1 else more}"


def violations(count: int) -> str:
    """How many mandatory rules are violated."""
    return many(count, "mandatory violation", "mandatory violations")
