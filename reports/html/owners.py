"""Which component each resource of a plan belongs to, and which tags it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from resources.index import COMPONENT_PREFIX, ResourceIndex
from resources.resource import Resource
from resources.tags import default_tags, known_tags

STACK = "(the stack itself)"
"""Names what belongs to no component."""


@dataclass(frozen=True)
class Owners:
    """The resources of a plan with their components and tags."""

    resources: Sequence[Resource]

    @cached_property
    def index(self) -> ResourceIndex:
        """The resources by URN, type and reference."""
        return ResourceIndex(self.resources)

    @cached_property
    def components(self) -> Mapping[str, tuple[Resource, ...]]:
        """By URN, the components that a resource is or belongs to, the nearest first."""
        return {
            each.urn: tuple(
                above for above in (each, *self.index.ancestors(each)) if above.type.startswith(COMPONENT_PREFIX)
            )
            for each in self.resources
        }

    def nearest(self, urn: str) -> str:
        """The name of the nearest component of a resource, or `STACK`."""
        return next((each.name for each in self.components.get(urn, ())), STACK)

    def outermost(self, urn: str) -> str:
        """The name of the component of the stack that a resource belongs to, or `STACK`."""
        return next((each.name for each in reversed(self.components.get(urn, ()))), STACK)

    def tags(self, urn: str) -> Mapping[str, str]:
        """The tags of a resource: its provider's default tags, and its own, which win. Unknown values are left out."""
        resource = self.index.get(urn)
        if resource is None:
            return {}
        pairs = known_tags(default_tags(self.index.provider(resource)), resource.inputs.get("tags"))
        return {key: pairs[key] for key in sorted(pairs)}
