"""A component without what it requires ends in one SpecError that names all of it, before anything is registered."""

import inspect
from typing import Any

import pytest

from components.__main__ import COMPONENTS
from components.cluster.gpu_software import GpuSoftware
from components.core.spec import SpecError
from tests.components.mocks import Recording, run


def required_of(component: Any) -> set[str]:
    return inspect.signature(component.__init__).parameters["args"].annotation.__required_keys__


REQUIRING = [each for each in COMPONENTS if required_of(each)]


@pytest.mark.parametrize("component", REQUIRING, ids=lambda each: each.__name__)
def test_every_missing_argument_is_named(component: Any) -> None:
    required = required_of(component)
    recording = Recording()
    with pytest.raises(SpecError) as error:
        run(lambda: component("x", {}), recording)
    assert not [each for each in recording.resources if each.custom]
    for name in required:
        camel = "".join(part.title() for part in name.split("_"))
        first = f"{camel[0].lower()}{camel[1:]}"
        assert any(each.startswith((f"{name} is missing; ", f"{first} is missing; ")) for each in error.value.problems)


def test_an_output_of_none_is_missing() -> None:
    arguments: Any = {"cluster_name": None}
    with pytest.raises(SpecError, match="cluster_name is missing; pass it, as an output of the resource that has it"):
        run(lambda: GpuSoftware("x", arguments), Recording())
