"""Placeholders in a new stack file for values that are not known yet. A person replaces them before a deployment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

PLACEHOLDER = "replace-me"
"""Takes the place of a name, and begins a domain and an address, that are not known yet."""

PLACEHOLDER_ACCOUNT = "000000000000"
"""Stands for an account. No account has this number."""

PLACEHOLDER_COMMIT = "0" * 40
"""Stands for a commit. Git writes it where there is none (git-update-ref)."""


def is_placeholder(value: object) -> bool:
    """Whether a value of a config, or one in its list, is to be replaced."""
    if isinstance(value, str):
        return PLACEHOLDER in value or value in (PLACEHOLDER_ACCOUNT, PLACEHOLDER_COMMIT)
    return isinstance(value, list | tuple) and any(map(is_placeholder, cast(Sequence[object], value)))


def placeholders(values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The field and the value of each placeholder in the sections of a config."""
    if isinstance(values, Mapping):
        for key, value in cast(Mapping[str, Any], values).items():
            yield from placeholders(value, f"{path}.{key}" if path else key)
    elif isinstance(values, list | tuple):
        for index, value in enumerate(cast(Sequence[Any], values)):
            yield from placeholders(value, f"{path}[{index}]")
    elif is_placeholder(values):
        yield path, values
