"""Moved to `components.facts.versions`."""

from components.facts.versions import STANDARD_SUPPORT_ENDS, in_extended_support

__all__ = ["STANDARD_SUPPORT_ENDS", "in_extended_support"]
