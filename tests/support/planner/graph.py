"""Who waits for whom in a plan, as the engine sees it: what is created first, and what is deleted first."""

from collections.abc import Iterable
from dataclasses import replace

from resources.resource import Resource
from tests.support.planner.plans import Plan


class Graph:
    """The order of a plan: a resource waits for its parent, its provider and what its options and inputs depend on.

    On destroy the order is the reverse: what waits for another is deleted before it.
    """

    def __init__(self, plan: Plan):
        self.by_urn = {each.urn: each for each in plan}
        self._before: dict[str, frozenset[str]] = {}

    def direct(self, resource: Resource) -> set[str]:
        """The URNs that `resource` waits for by itself."""
        found = {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}
        return found | {urn for urn in (resource.parent, resource.provider) if urn}

    def before(self, urn: str) -> frozenset[str]:
        """The URNs of all that must exist before the resource does, at any distance."""
        if urn not in self._before:
            self._before[urn] = frozenset()
            direct = self.direct(self.by_urn[urn]) & set(self.by_urn)
            self._before[urn] = frozenset(direct.union(*(self.before(each) for each in direct)))
        return self._before[urn]

    def waits(self, later: Resource, earlier: Resource) -> bool:
        """Whether `later` is created after `earlier`, and so deleted before it."""
        return earlier.urn in self.before(later.urn)

    def out_of_order(self, later: Iterable[Resource], earlier: Iterable[Resource]) -> list[str]:
        """A sentence for each of `later` that does not wait for one of `earlier`."""
        firsts = list(earlier)
        return [
            f"{one.name} does not wait for {other.name}, and would outlive it on destroy"
            for one in later
            for other in firsts
            if not self.waits(one, other)
        ]


def loose(plan: Plan, name: str | None, *from_names: str) -> Plan:
    """The plan in which the resource called `name`, or with None nobody, waits for any of `from_names`: a fault."""
    cut = {each.urn for each in plan if each.name in from_names}
    assert cut
    return tuple(
        replace(
            each,
            dependencies=[urn for urn in each.dependencies if urn not in cut],
            property_dependencies={
                key: [urn for urn in urns if urn not in cut] for key, urns in each.property_dependencies.items()
            },
        )
        if name in (None, each.name)
        else each
        for each in plan
    )
