"""A warning about a valid setting."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """A setting that will not work: its field, its value, the reason, and the remedy.

    With `is_detail` another warning counts it, and a terminal shows it after the verdicts.
    """

    field: str
    value: Any
    why: str
    remedy: str
    is_detail: bool = False
