"""The resources of a stack, found by URN, type, parent and reference."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from resources.existing import NETWORK, SUBNET, existing_subnets
from resources.resource import SECRET, Resource

STACK_TYPE = "pulumi:pulumi:Stack"
COMPONENT_PREFIX = "mlplatform:index:"

_NAME_INPUTS = {
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
}
"""The input that names a resource, where it is not `name`."""

Keys = Callable[[Resource], Iterable[Any]]


class ResourceIndex:
    """The resources of a stack in their order. Each lookup table is made when it is first needed."""

    def __init__(self, resources: Sequence[Resource]):
        self.resources = resources
        self._tables: dict[tuple[Keys | str, tuple[str, ...]], Mapping[Any, list[Resource]]] = {}

    def get(self, urn: str | None) -> Resource | None:
        """The resource with this URN, or the one that a provider reference `urn::id` points to."""
        if urn is None:
            return None
        return self._by_urn.get(urn) or self._by_urn.get(urn.rpartition("::")[0])

    def of_type(self, *types: str) -> list[Resource]:
        """Every resource of these types. `kubernetes:*` is every type of that package."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def share(self, resource: Resource, amount: float) -> float:
        """This resource's even share of an amount that all of its type use together."""
        return amount / max(1, len(self.of_type(resource.type)))

    def provider(self, resource: Resource) -> Resource | None:
        """The explicit provider of a resource."""
        return self.get(resource.provider)

    def ancestors(self, resource: Resource) -> Iterator[Resource]:
        """The parent of a resource, the parent's parent and so on."""
        seen = {resource.urn}
        parent = self.get(resource.parent)
        while parent is not None and parent.urn not in seen:
            seen.add(parent.urn)
            yield parent
            parent = self.get(parent.parent)

    def component(self, resource: Resource) -> str:
        """The name of the nearest component of this library that a resource is or belongs to; else its own name."""
        for each in (resource, *self.ancestors(resource)):
            if each.type.startswith(COMPONENT_PREFIX):
                return each.name
        return resource.name

    def has_descendant(self, urn: str, type_prefix: str) -> bool:
        """Whether a child of this resource, or a child of a child, has a type that starts with `type_prefix`."""
        seen = {urn}
        below = list(self._children.get(urn, ()))
        while below:
            child = below.pop()
            if child.type.startswith(type_prefix):
                return True
            if child.urn not in seen:
                seen.add(child.urn)
                below.extend(self._children.get(child.urn, ()))
        return False

    def sources(self, resource: Resource, key: str, *types: str) -> list[Resource]:
        """The resources of `types` that the input `key` of a resource was computed from."""
        found = (self.get(urn) for urn in resource.property_dependencies.get(key, ()))
        return [each for each in found if each is not None and each.type in types]

    def source(self, resource: Resource, key: str, *types: str) -> Resource | None:
        """The first of `sources`."""
        return next(iter(self.sources(resource, key, *types)), None)

    def referrers(self, resource: Resource, key: str, *types: str, names: Iterable[str] = ()) -> list[Resource]:
        """The resources of `types` whose input `key` was computed from this resource, or is its name, id or ARN.

        `names` are further names of the resource.
        """
        by_target = self._by_target(key, types)
        targets = (*sorted(identities(resource)), *names)
        return list({each.urn: each for target in targets for each in by_target.get(target, ())}.values())

    def named(self, name: Any, *types: str) -> Resource | None:
        """The first resource of `types` with this name, id or ARN; a subnet also of an existing VPC."""
        if not isinstance(name, str):
            return None
        found = next(iter(self.table(identities, *types).get(name, ())), None)
        return found or (self.existing_subnets.get(name) if SUBNET in types else None)

    @cached_property
    def existing_subnets(self) -> Mapping[str, Resource]:
        """The subnets of VPCs that the stack uses and does not make, by their ids."""
        return existing_subnets(self.of_type(NETWORK))

    def table(self, keys: Keys, *types: str) -> Mapping[Any, list[Resource]]:
        """The resources of `types` by each of their `keys`. `keys` must be a function that lives on, not a lambda."""
        return self._table(keys, types, keys)

    def _by_target(self, key: str, types: tuple[str, ...]) -> Mapping[Any, list[Resource]]:
        def targets(resource: Resource) -> set[str]:
            written: Any = resource.inputs.get(key)
            named = {written} if isinstance(written, str) and written != SECRET else set[str]()
            return {*resource.property_dependencies.get(key, ()), *named}

        return self._table(key, types, targets)

    def _table(self, label: Keys | str, types: tuple[str, ...], keys: Keys) -> Mapping[Any, list[Resource]]:
        table = self._tables.get((label, types))
        if table is None:
            found: defaultdict[Any, list[Resource]] = defaultdict(list)
            for resource in self.of_type(*types):
                for key in keys(resource):
                    found[key].append(resource)
            table = self._tables[label, types] = dict(found)
        return table

    @cached_property
    def stack_urn(self) -> str:
        """The URN of the stack's own resource; empty when it is not among the resources."""
        return next((resource.urn for resource in self.of_type(STACK_TYPE)), "")

    @cached_property
    def _by_urn(self) -> Mapping[str, Resource]:
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            found[resource.type].append(resource)
            found[package_of(resource.type)].append(resource)
        return dict(found)

    @cached_property
    def _children(self) -> Mapping[str, list[Resource]]:
        children: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            if resource.parent:
                children[resource.parent].append(resource)
        return dict(children)


def package_of(resource_type: str) -> str:
    """What stands for every type of a type's package, such as `kubernetes:*`."""
    return f"{resource_type.partition(':')[0]}:*"


def identities(resource: Resource) -> set[str]:
    """What the input of another resource may call a resource: its URN, name, id and ARN, where they are known."""
    known = (
        resource.urn,
        resource.inputs.get(_NAME_INPUTS.get(resource.type, "name")),
        *(resource.outputs.get(key) for key in ("id", "name", "arn")),
    )
    return {value for value in known if isinstance(value, str) and value and value != SECRET}
