"""Readers of inputs that a calculation needs: a value of the right type, or `UnreadableInput` that names the input."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from resources import inputs as readers
from resources.resource import SECRET, UNKNOWN

_LARGEST = 1e9


class UnreadableInput(Exception):  # noqa: N818 - an expected result, not a failure
    """An input has no usable value. The message names it and says why.

    `pending` is true where only the deployment decides the value.
    """

    def __init__(self, reason: str, *, pending: bool = False):
        self.pending = pending
        super().__init__(reason)


def text(inputs: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """A string; `default` where it is absent or empty.

    Raises:
        UnreadableInput: when it is unknown, secret or of another type, or absent without a default.
    """
    value = inputs.get(key)
    if default is not None and (value is None or value == ""):
        return default
    found = readers.text(value)
    if isinstance(found, str):
        return found
    raise _unreadable(key, value, "a string")


def number(inputs: Mapping[str, Any], key: str, default: float | None = None) -> float:
    """A number from 0 to 1e9; `default` where it is absent.

    Raises:
        UnreadableInput: when it is unknown, secret or no such number, or absent without a default.
    """
    value = inputs.get(key)
    if value is None and default is not None:
        return default
    found = readers.number(value)
    if isinstance(found, float):
        if 0 <= found <= _LARGEST:
            return found
        raise UnreadableInput(f"{key} is no plausible amount")
    raise _unreadable(key, value, "a number")


def flag(inputs: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """A boolean; `default` where it is absent.

    Raises:
        UnreadableInput: when it is unknown, secret or neither true nor false.
    """
    value = inputs.get(key)
    if value is None:
        return default
    found = readers.flag(value)
    if isinstance(found, bool):
        return found
    raise _unreadable(key, value, "true or false")


def section(inputs: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A nested object, empty where it is absent; the only element where the provider wraps it in a list.

    Raises:
        UnreadableInput: when it is unknown, secret or no object.
    """
    value: object = inputs.get(key)
    if isinstance(value, list):
        wrapped = cast(list[object], value)
        value = wrapped[0] if len(wrapped) == 1 else ...
    if value is None:
        return {}
    found = readers.mapping(value)
    if isinstance(found, dict):
        return found
    raise _unreadable(key, value, "an object")


def items(inputs: Mapping[str, Any], key: str) -> Sequence[Any]:
    """A list, empty where it is absent.

    Raises:
        UnreadableInput: when it is unknown, secret or no list.
    """
    value = inputs.get(key)
    if value is None:
        return ()
    if isinstance(value, list):
        return cast(list[Any], value)
    raise _unreadable(key, value, "a list")


def sections(inputs: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty where it is absent.

    Raises:
        UnreadableInput: when it or one of its elements is unknown, secret or of another type.
    """
    values = items(inputs, key)
    if all(isinstance(value, dict) for value in values):
        return list(values)
    raise UnreadableInput(f"{key} holds a value that is not an object", pending=UNKNOWN in values)


def quantity(inputs: Mapping[str, Any], key: str) -> float | None:
    """A Kubernetes quantity (`100`, `500m`, `64Gi`) in its base unit; `None` where it is absent.

    Raises:
        UnreadableInput: when it is unknown, secret or no such quantity.
    """
    value = inputs.get(key)
    if value is None:
        return None
    found = readers.quantity(value)
    if isinstance(found, float):
        if 0 <= found <= _LARGEST * 2**40:
            return found
        raise UnreadableInput(f"{key} is no plausible amount")
    raise _unreadable(key, value, "a Kubernetes quantity")


def _unreadable(key: str, value: object, expected: str) -> UnreadableInput:
    if value is UNKNOWN:
        return UnreadableInput(f"{key} is known only after the deployment", pending=True)
    if value == SECRET:
        return UnreadableInput(f"{key} is secret")
    return UnreadableInput(f"{key} is missing" if value in (None, "") else f"{key} is not {expected}")
