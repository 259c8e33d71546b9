"""The documents of a YAML file of manifests, which may be anything."""

import json
from typing import Any

import yaml

from components.core.repetition import too_many_values

_AS_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")


class UnreadableError(ValueError):
    """The text is not YAML, contains itself, or repeats itself too often."""


class _Loader(yaml.CSafeLoader):
    """Reads days and the sign = as text, as Kubernetes does. PyYAML fails on = and on days that do not exist."""

    yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] not in _AS_TEXT]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def documents(manifest: str) -> list[Any]:
    """The documents of a text.

    Raises:
        UnreadableError: the text is not YAML, contains itself, or repeats itself too often.
    """
    try:
        found = list(yaml.load_all(manifest, Loader=_Loader))
        if too_many_values(found):
            raise UnreadableError
        # Refuses keys that JSON does not have.
        json.dumps(found, default=str)
    except (yaml.YAMLError, TypeError, ValueError, LookupError, AttributeError, RecursionError):
        raise UnreadableError from None
    return found
