"""How long a deleted secret can be restored.

Source: Secrets Manager API reference, DeleteSecret, RecoveryWindowInDays.
"""

from typing import Annotated

from pydantic import AfterValidator

from .spec import refuse

_LEAST = 7


def _window(days: int) -> int:
    if 0 < days < _LEAST:
        raise refuse(days, "must be 7 to 30, or 0 to delete secrets immediately")
    return days


RecoveryWindowDays = Annotated[int, AfterValidator(_window)]
"""7 to 30 days, or 0 for a secret that is deleted immediately."""
