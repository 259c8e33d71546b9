"""Stacks whose availability tests predict."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from availability.delivered import delivered_models
from availability.parts import Availability, Capability
from availability.prediction import availability_of
from resources.resource import Resource

ROOT = Path(__file__).parents[2]


def predicted(resources: Sequence[Resource]) -> Availability:
    """The prediction with the overlays of this repository."""
    return availability_of(resources, delivered=delivered_models(resources, ROOT))


def capability(resources: Sequence[Resource], name: str) -> Capability:
    """The capability of this name."""
    return next(each for each in predicted(resources).capabilities if each.name == name)


def with_inputs(resources: Sequence[Resource], name: str, change: Callable[[dict[str, Any]], object]) -> list[Resource]:
    """The resources with changed inputs of those of a name; at least one must have it."""

    def changed(resource: Resource) -> Resource:
        inputs = deepcopy(dict(resource.inputs))
        change(inputs)
        return replace(resource, inputs=inputs)

    assert any(each.name == name for each in resources), name
    return [changed(each) if each.name == name else each for each in resources]


def without(resources: Sequence[Resource], *names: str) -> list[Resource]:
    """The resources without those of some names, each of which must exist."""
    assert set(names) <= {each.name for each in resources}, names
    return [each for each in resources if each.name not in names]
