"""Tags of AWS resources: those that a provider gives all of its resources, and a resource's own."""

from typing import Any

from resources.inputs import entries, json_value, read
from resources.resource import Resource


def default_tags(provider: Resource | None) -> Any:
    """The map of tags that a provider gives its resources, as it is in the plan; None without one.

    The AWS provider takes it as an object or as the same in JSON.
    """
    return json_value(read(json_value(read(provider.inputs, "defaultTags")), "tags")) if provider else None


def known_tags(*maps: Any) -> dict[str, str]:
    """The tags of maps whose values are known; those of a later map win."""
    return {key: value for tags in maps for key, value in entries(tags) if isinstance(value, str)}
