"""A warning about a valid setting."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """A setting that will not work: its field, its value, the reason, and the remedy."""

    field: str
    value: Any
    why: str
    remedy: str
