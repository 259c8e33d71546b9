"""Cache: a Valkey or Redis OSS cluster on ElastiCache, as an online store that keeps or as a cache that evicts."""

from .cache import Cache
from .spec import CacheAccess, CacheArgs, CacheConfig, CacheEngine, CacheSpec

__all__ = ["Cache", "CacheAccess", "CacheArgs", "CacheConfig", "CacheEngine", "CacheSpec"]
