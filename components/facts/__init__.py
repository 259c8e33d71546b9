"""Versions, instance types and regions: facts that import no SDK."""
