"""What other languages see of a component, its arguments, says the same as the spec that checks them."""

import inspect
import sys
import typing
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from components.__main__ import COMPONENTS
from tests.support.components.parity import assert_documented, assert_parity

NAMES: dict[str, str] = {
    "KubeflowClusterArgs": "KubeflowSpec",
    "ModelServingIngressArgs": "ModelServingSpec",
    "MySqlDatabaseArgs": "InstanceSpec",
}
"""The spec of arguments, where it is not called after the component."""

INHERITING = {"KarpenterConfig", "NodePoolConfig", "ObjectStoreConfig"}
"""Sections that take fields from the section around them; the arguments that hold them check the rest."""


def named(name: str) -> set[Any]:
    """What the components' modules call `name`."""
    modules = [module for path, module in sys.modules.items() if path.startswith("components.")]
    return {vars(module)[name] for module in modules if name in vars(module)}


def pairs() -> list[Any]:
    """Each component's arguments, and its section of a stack's config where that is typed apart, with the spec."""
    found: list[Any] = []
    for each in COMPONENTS:
        args = inspect.signature(each.__init__).parameters["args"].annotation
        [spec] = named(NAMES.get(args.__name__, f"{each.__name__}Spec"))
        names = {f"{each.__name__}Config"} - INHERITING
        config = [one for name in names for one in named(name) if typing.is_typeddict(one)]
        found += [pytest.param(one, spec, id=one.__name__) for one in (args, *config)]
    return found


every_pair = pytest.mark.parametrize(("args", "spec"), pairs())


@every_pair
def test_arguments_and_spec_have_the_same_fields(args: type[Mapping[str, Any]], spec: type[BaseModel]) -> None:
    assert_parity(args, spec)


@every_pair
def test_every_field_is_described(args: type[Mapping[str, Any]], spec: type[BaseModel]) -> None:
    assert_documented(args, spec)
