"""The stack that a rule sees beside the resource it judges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

from availability.parts import Availability
from availability.target import AvailabilityTarget
from policies.engine.contained import with_contained
from policies.engine.exceptions import PolicyException
from policies.engine.settings import EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.lines import Estimate
from pricing.usage import Usage
from resources.index import ResourceIndex
from resources.resource import SECRET, Resource

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Context:
    """What the stack's config says, and the day to judge by.

    `estimate` and `availability` are those of the stack where the caller has made them already; otherwise their rules
    make their own.
    """

    environment: EnvironmentSpec
    settings: PolicySettings
    budget: Budget
    usage: Usage
    today: date
    exceptions: tuple[PolicyException, ...] = field(default=())
    estimate: Estimate | None = None
    target: AvailabilityTarget = field(default_factory=AvailabilityTarget)
    availability: Availability | None = None


class Stack(ResourceIndex):
    """The resources of a stack and the objects in them, indexed, with the context they are judged in."""

    def __init__(self, resources: Sequence[Resource], context: Context):
        super().__init__([each for resource in resources for each in with_contained(resource)])
        self.context = context
        self._registered = resources
        self._made: dict[Callable[..., Any], Any] = {}
        self._made_for: dict[tuple[Callable[..., Any], int], Any] = {}

    @property
    def settings(self) -> PolicySettings:
        """Levels and thresholds."""
        return self.context.settings

    @property
    def environment(self) -> EnvironmentSpec:
        """What the stack is for."""
        return self.context.environment

    @property
    def holds_secrets(self) -> bool:
        """Whether an input of a resource is a Pulumi secret, or has one in it."""
        return self.without_secrets is not self

    @cached_property
    def without_secrets(self) -> "Stack":
        """The same stack with an ordinary text in place of each secret; itself where there is none."""
        plain = [without_secrets(resource) for resource in self._registered]
        same = all(one is other for one, other in zip(plain, self._registered, strict=True))
        return self if same else Stack(plain, self.context)

    def once(self, make: Callable[["Stack"], _Made]) -> _Made:
        """What `make` finds in this stack, found once. `make` must be a function that lives on, not a lambda."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_Made, self._made[make])

    def once_for(self, resource: Resource, make: Callable[[Resource], _Made]) -> _Made:
        """What `make` finds in a resource of this stack, found once. `make` must be a function that lives on."""
        key = (make, id(resource))
        if key not in self._made_for:
            self._made_for[key] = make(resource)
        return cast(_Made, self._made_for[key])


def without_secrets(resource: Resource) -> Resource:
    """A resource with an ordinary text in place of each secret; the resource itself where it has none."""
    plain = _plain(resource.inputs)
    return resource if plain is resource.inputs else replace(resource, inputs=plain)


def _plain(value: Any) -> Any:
    """A value with an ordinary text in place of each secret in it; the value itself where it has none."""
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value)
        changed = {key: plain for key, item in entries.items() if (plain := _plain(item)) is not item}
        return {**entries, **changed} if changed else entries
    if isinstance(value, list):
        items = cast(list[Any], value)
        plain_items = [_plain(item) for item in items]
        return plain_items if any(a is not b for a, b in zip(plain_items, items, strict=True)) else items
    return "a secret" if isinstance(value, str) and value == SECRET else value
