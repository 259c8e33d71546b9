"""A cache is no more than twice as large as what it holds."""

from collections.abc import Iterator

from policies.caches import GROUP, shards
from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.caches import known_cache, usable_gigabytes
from pricing.resource import UNKNOWN, Resource

_MOST = 2.0


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    known = stack.context.usage.cache_gb
    identity = text(read(resource.inputs, "replicationGroupId"))
    key = known_cache(known, identity if isinstance(identity, str) else None, resource.name)
    if key is None:
        return
    node_type, count = text(read(resource.inputs, "nodeType")), shards(resource)
    if node_type is UNKNOWN or count is UNKNOWN:
        yield Undecided("nodeType" if node_type is UNKNOWN else "numNodeGroups")
        return
    held, usable = known[key], usable_gigabytes(node_type or "")
    if usable is not None and count * usable > _MOST * held and not _is_least(node_type or "", count):
        yield Finding(f"can hold {count * usable:,.0f} GB and holds {held:,.0f}, says usage.cacheGb")


def _is_least(node_type: str, count: float) -> bool:
    """Whether there is hardly less to be had: one shard of burstable nodes."""
    return count <= 1 and node_type.startswith("cache.t")


RULE = Rule(
    name="cache-size",
    title="Caches are at most twice as large as what they hold",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(finops("Workload Optimization"), well_architected("COST06-BP01")),
    remediation="Take fewer shards or smaller nodes; a component that is sized by gigabytes finds them by itself.",
    field="nodeType",
    types=frozenset({GROUP}),
    check=_check,
)
