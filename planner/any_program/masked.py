"""Resources without their secrets: those that the provider makes secret, and texts that are secrets by name or form."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from policies.engine.secret_text import has_sign, names_secret, secret_in
from resources.resource import SECRET, Resource

SECRET_INPUTS: Mapping[str, list[str]] = json.loads(
    Path(__file__).with_name("secret_inputs.json").read_text(encoding="utf-8")
)
"""The inputs that the SDK makes secret, by type. A state that another tool wrote can have them in plain text."""

LONGEST = 100_000
"""The longest text that is looked through, in characters. A longer one counts as a secret."""

_LABELS = ("name", "Name", "key", "Key", "ParameterKey")
_CONTENTS = ("value", "Value", "ParameterValue")


def masked(resource: Resource) -> Resource:
    """The resource with `SECRET` in place of each secret in its inputs and outputs.

    Rules see the values before; what is written or printed has none.
    """
    secret = SECRET_INPUTS.get(resource.type, ())
    return replace(resource, inputs=_fields(resource.inputs, secret), outputs=_fields(resource.outputs, secret))


def _fields(values: Mapping[str, Any], secret: list[str] | tuple[str, ...] = ()) -> dict[str, Any]:
    named = any(names_secret(label) for key in _LABELS if isinstance(label := values.get(key), str))
    return {
        key: SECRET
        if (key in secret or (named and key in _CONTENTS)) and value not in (None, "")
        else _value(str(key), value)
        for key, value in values.items()
    }


def _may_be_secret(name: str, value: str) -> bool:
    if len(value) > LONGEST:
        return True
    return has_sign(value) and secret_in(value, name) is not None


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return SECRET if value and (names_secret(name) or _may_be_secret(name, value)) else value
    if isinstance(value, dict):
        return _fields(cast(dict[str, Any], value))
    if isinstance(value, list):
        return [_value(name, each) for each in cast(list[Any], value)]
    return value
