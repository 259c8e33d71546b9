"""Cache: a Valkey or Redis OSS cluster on ElastiCache, as an online store that keeps or as a cache that evicts."""
