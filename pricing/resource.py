"""Moved to `resources.resource`."""

from resources.resource import SECRET, UNKNOWN, Resource, Unknown

__all__ = ["SECRET", "UNKNOWN", "Resource", "Unknown"]
