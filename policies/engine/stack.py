"""The stack that a rule sees beside the resource it judges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from policies.engine.exceptions import PolicyException
from policies.engine.settings import EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.lines import Estimate
from pricing.usage import Usage
from resources.index import ResourceIndex
from resources.resource import Resource

_Made = TypeVar("_Made")


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


class Stack(ResourceIndex):
    """The resources of a stack, indexed, with the context they are judged in."""

    def __init__(self, resources: Sequence[Resource], context: Context):
        super().__init__(resources)
        self.context = context
        self._made: dict[Callable[..., Any], Any] = {}

    @property
    def settings(self) -> PolicySettings:
        """Levels and thresholds."""
        return self.context.settings

    @property
    def environment(self) -> EnvironmentSpec:
        """What the stack is for."""
        return self.context.environment

    def once(self, make: Callable[["Stack"], _Made]) -> _Made:
        """What `make` finds in this stack, found once. `make` must be a function that lives on, not a lambda."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_Made, self._made[make])
