"""Moved to `components.facts.cache_nodes` and `pricing.named_usage`."""

from components.facts.cache_nodes import usable_gib as usable_gigabytes
from pricing.named_usage import entry_for as known_cache

__all__ = ["known_cache", "usable_gigabytes"]
