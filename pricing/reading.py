"""Reading inputs that may be unknown, secret, missing or of the wrong shape."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from resources.resource import SECRET, UNKNOWN

_LARGEST = 1e9
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_DECIMAL = {"m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_FACTORS = {**_DECIMAL, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}


class Undecided(Exception):  # noqa: N818 - a finding, not a failure
    """A price can't be told from these inputs; the message says which input and why.

    `subject` and `pending` are those of the `Gap` that it becomes.
    """

    def __init__(self, reason: str, *, subject: str = "", pending: bool = False):
        self.subject, self.pending = subject, pending
        super().__init__(reason)


def number(inputs: Mapping[str, Any], key: str, default: float | None = None) -> float:
    """A non-negative number; `default` where it is absent.

    Raises:
        Undecided: when it is unknown, not a number, or no plausible amount.
    """
    value = inputs.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value != SECRET:
        try:
            value = float(value)
        except ValueError:
            raise Undecided(f"{key} is not a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _undecided(key, value)
    if not 0 <= value <= _LARGEST:
        raise Undecided(f"{key} is no plausible amount")
    return float(value)


def text(inputs: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """A string; `default` where it is absent.

    Raises:
        Undecided: when it is unknown, secret or no string.
    """
    value = inputs.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or value == SECRET:
        raise _undecided(key, value)
    return value


def flag(inputs: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """A boolean, also as the strings that launch templates use; `default` where it is absent.

    Raises:
        Undecided: when it is unknown or neither true nor false.
    """
    value = inputs.get(key)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise _undecided(key, value)


def section(inputs: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A nested object, empty where it is absent; the only element where the provider wraps it in a list.

    Raises:
        Undecided: when it is unknown or no object.
    """
    value: object = inputs.get(key)
    if isinstance(value, list | tuple):
        wrapped = cast(Sequence[object], value)
        value = wrapped[0] if len(wrapped) == 1 else ...
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _undecided(key, value)
    return cast(Mapping[str, Any], value)


def items(inputs: Mapping[str, Any], key: str) -> Sequence[Any]:
    """A list, empty where it is absent.

    Raises:
        Undecided: when it is unknown or no list.
    """
    value = inputs.get(key)
    if value is None:
        return ()
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise _undecided(key, value)
    return cast(Sequence[Any], value)


def sections(inputs: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty where it is absent.

    Raises:
        Undecided: when it or one of its elements is unknown or of another shape.
    """
    values = items(inputs, key)
    if not all(isinstance(value, Mapping) for value in values):
        raise Undecided(f"{key} holds a value that is not an object", pending=UNKNOWN in values)
    return list(values)


def quantity(inputs: Mapping[str, Any], key: str) -> float | None:
    """A Kubernetes quantity (`100`, `500m`, `64Gi`) in its base unit; `None` where it is absent.

    Raises:
        Undecided: when it is unknown or no such quantity.
    """
    value = inputs.get(key)
    if not isinstance(value, str):
        return None if value is None else number(inputs, key)
    match = _QUANTITY.fullmatch(value)
    if not match:
        raise Undecided(f"{key} is not a Kubernetes quantity")
    amount = float(match[1]) * _FACTORS[match[2] or ""]
    if amount > _LARGEST * 2**40:
        raise Undecided(f"{key} is no plausible amount")
    return amount


def _undecided(key: str, value: object) -> Undecided:
    if value is UNKNOWN:
        return Undecided(f"{key} is known only after the deployment", pending=True)
    if value == SECRET:
        return Undecided(f"{key} is secret")
    return Undecided(f"{key} is missing" if value is None else f"{key} has an unexpected shape")
