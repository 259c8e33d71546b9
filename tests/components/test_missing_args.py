"""A component without what it requires ends in one SpecError that names all of it, before anything is registered."""

import inspect
from typing import Any

import pytest

from components.__main__ import COMPONENTS
from components.gpu_software import GpuSoftware
from components.spec import SpecError
from tests.components.mocks import Recording, run


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.__name__)
def test_every_missing_argument_is_named(component: Any) -> None:
    kind = inspect.signature(component.__init__).parameters["args"].annotation
    required: set[str] = kind.__required_keys__
    if not required:
        pytest.skip(f"{component.__name__} requires nothing")
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
