"""Previews and states of `shop.py` that the real engine wrote."""

from pathlib import Path

FOLDER = Path(__file__).parent / "recorded"


def recorded(name: str) -> Path:
    """The path of a recorded file."""
    return FOLDER / name
