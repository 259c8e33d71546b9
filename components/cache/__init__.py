"""Cache: a Valkey or Redis OSS cluster on ElastiCache, as an online store that keeps or as a cache that evicts."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import CacheAccess, CacheArgs, CacheConfig, CacheEngine, CacheSpec

if TYPE_CHECKING:
    from .cache import Cache

__all__ = ["Cache", "CacheAccess", "CacheArgs", "CacheConfig", "CacheEngine", "CacheSpec"]

__getattr__ = on_demand(__name__, Cache="cache")
