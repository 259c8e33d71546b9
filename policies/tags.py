"""The tags that a resource will carry."""

from typing import Any

from policies.engine.stack import Stack
from policies.inputs import entries, parsed, read
from pricing.resource import UNKNOWN, Resource, Unknown


def effective(resource: Resource, stack: Stack) -> dict[str, Any] | Unknown:
    """The provider's default tags and the resource's own; `UNKNOWN` when either map can't be read.

    The AWS provider takes its default tags as an object or as the same in JSON.
    """
    provider = stack.provider(resource)
    defaults = parsed(read(provider.inputs if provider else None, "defaultTags"))
    maps = (
        parsed(read(defaults, "tags")),
        read(resource.inputs, "tagsAll"),
        read(resource.inputs, "tags"),
    )
    if any(value is UNKNOWN for value in maps):
        return UNKNOWN
    return {key: value for tags in maps for key, value in entries(tags)}


def missing(tags: dict[str, Any], required: list[str]) -> list[str]:
    """The required tags that are absent or empty. An unknown value counts as given."""
    return [name for name in required if tags.get(name) in (None, "")]
