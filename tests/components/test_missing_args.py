"""A component without what it requires ends in one SpecError that names all of it, before anything is registered."""

import inspect
from typing import Any

import pytest

from components.__main__ import COMPONENTS
from components.cluster.gpu_software import GpuSoftware
from components.core.spec import SpecError
from components.network.network import Network
from tests.support.components.mocks import Recording, run


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
        assert any(each.startswith(f"{name} is missing; ") for each in error.value.problems)


def test_an_output_of_none_is_missing() -> None:
    arguments: Any = {"cluster_name": None}
    with pytest.raises(SpecError, match="cluster_name is missing; pass the output of another resource"):
        run(lambda: GpuSoftware("x", arguments), Recording())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"clusterName": "ml"}, "clusterName is not a known field; write cluster_name"),
        ({"cluster_name": "ml", "cluster_nmae": 1}, "cluster_nmae is not a known field; known here: fabric"),
        ({"clusterNmae": "ml"}, "did you mean cluster_name?"),
    ],
)
def test_an_output_in_another_spelling_is_recognized(arguments: Any, told: str) -> None:
    with pytest.raises(SpecError) as error:
        run(lambda: GpuSoftware("x", arguments), Recording())
    assert told in str(error.value)
    assert ("cluster_name is missing" in str(error.value)) == ("Nmae" in str(arguments))


@pytest.mark.parametrize("component", REQUIRING, ids=lambda each: each.__name__)
def test_an_error_spells_every_missing_argument_alike(component: Any) -> None:
    with pytest.raises(SpecError) as error:
        run(lambda: component("x", {"unknownThing": 1}), Recording())
    takes = inspect.signature(component.__init__).parameters["args"].annotation.__annotations__
    missing = {each.partition(" is missing; ")[0] for each in error.value.problems if " is missing; " in each}
    [unknown] = [each for each in error.value.problems if each.startswith("unknownThing ")]
    assert missing <= {*takes}
    assert {*unknown.partition("known here: ")[2].partition(";")[0].split(", ")} == {*takes}


def test_a_field_in_two_spellings_is_refused() -> None:
    arguments: Any = {"vpc_cidr": "10.0.0.0/16", "vpcCidr": "10.0.0.0/16"}
    with pytest.raises(SpecError, match="vpc_cidr is given in two spellings; keep one"):
        run(lambda: Network("x", arguments), Recording())
