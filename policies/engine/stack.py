"""The stack that a rule sees beside the resource it judges."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from policies.engine.exceptions import PolicyException
from policies.engine.settings import EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.lines import Estimate
from pricing.resource import Resource
from pricing.usage import Usage

STACK_TYPE = "pulumi:pulumi:Stack"

Keys = Callable[[Resource], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What the stack's config says, and the day to judge by.

    `estimate` is the stack's estimate where the caller has made it already; otherwise the budget rule makes its own.
    """

    environment: EnvironmentSpec
    settings: PolicySettings
    budget: Budget
    usage: Usage
    today: date
    exceptions: tuple[PolicyException, ...] = field(default=())
    estimate: Estimate | None = None


class Stack:
    """The resources of a stack, indexed, with the context they are judged in."""

    def __init__(self, resources: Sequence[Resource], context: Context):
        self.resources = resources
        self.context = context
        self._indexes: dict[tuple[tuple[str, ...], Keys], Mapping[Any, list[Resource]]] = {}

    @property
    def settings(self) -> PolicySettings:
        """Levels and thresholds."""
        return self.context.settings

    @property
    def environment(self) -> EnvironmentSpec:
        """What the stack is for."""
        return self.context.environment

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Every resource by its URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> Mapping[str, list[Resource]]:
        """The resources of each type, in the order of registration."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, types: Iterable[str]) -> list[Resource]:
        """The resources of any of `types`."""
        return [resource for token in types for resource in self.by_type.get(token, ())]

    def indexed(self, types: tuple[str, ...], keys: Keys) -> Mapping[Any, list[Resource]]:
        """The resources of `types` by each of their `keys`, made once: rules that pair resources compare few."""
        index = self._indexes.get((types, keys))
        if index is None:
            found: dict[Any, list[Resource]] = {}
            for resource in self.of(types):
                for key in keys(resource):
                    found.setdefault(key, []).append(resource)
            index = self._indexes[types, keys] = found
        return index

    def referred(self, resource: Resource, name: str, types: Iterable[str]) -> list[Resource]:
        """The resources of `types` that the input `name` of `resource` was computed from."""
        wanted = frozenset(types)
        urns = resource.property_dependencies.get(name, ())
        return [found for urn in urns if (found := self.by_urn.get(urn)) is not None and found.type in wanted]

    def provider(self, resource: Resource) -> Mapping[str, Any]:
        """The inputs of the resource's explicit provider, or nothing."""
        urn = resource.provider or ""
        found = self.by_urn.get(urn) or self.by_urn.get(urn.rpartition("::")[0])
        return found.inputs if found is not None else {}

    @cached_property
    def stack_urn(self) -> str:
        """The URN of the stack's own resource, or nothing when it isn't among the resources."""
        return next((resource.urn for resource in self.resources if resource.type == STACK_TYPE), "")
