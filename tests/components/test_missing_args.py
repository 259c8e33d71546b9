"""A component without what it requires ends in one SpecError that names all of it, before anything is registered."""

import inspect
from typing import Any, cast

import pulumi
import pytest

from components.__main__ import COMPONENTS
from components.cluster.gpu_software import GpuSoftware
from components.cluster.node_pool.node_pool import NodePool
from components.cluster.node_pool.spec import NodePoolArgs
from components.core.spec import SpecError
from components.network.network import Network
from tests.support.components.mocks import Recording, run

OUTPUT = pulumi.Output.from_input("x")


def node_pool_with(wrong: dict[str, Any]) -> NodePool:
    """A sound node pool but for these arguments."""
    args: dict[str, Any] = {
        "name": "vision",
        "instance_types": ["g6.xlarge"],
        "minimum": 0,
        "maximum": 4,
        "cluster_name": "ml",
        "node_role_arn": "arn:aws:iam::111122223333:role/node",
        "subnet_ids": ["subnet-1"],
        "security_group_ids": ["sg-1"],
        "volume_key_arn": "arn:aws:kms:us-east-1:111122223333:key/a",
    }
    return NodePool("x", cast(NodePoolArgs, {**args, **wrong}))


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


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("args", [None, [], "ml"])
def test_arguments_that_are_no_dict_are_refused(component: Any, args: Any) -> None:
    with pytest.raises(SpecError, match=r"args = .*: must be a dict with ") as error:
        run(lambda: component("x", args), Recording())
    assert all(name in error.value.problems[0] for name in required_of(component))


def outputs_of(component: Any) -> list[str]:
    kind = inspect.signature(component.__init__).parameters["args"].annotation
    return [name for name, annotation in kind.__annotations__.items() if "Output" in str(annotation)]


@pytest.mark.parametrize("component", [each for each in COMPONENTS if outputs_of(each)], ids=lambda each: each.__name__)
def test_empty_text_for_an_output_is_refused(component: Any) -> None:
    kind = inspect.signature(component.__init__).parameters["args"].annotation
    args: dict[str, Any] = {}
    expected: set[str] = set()
    for name in outputs_of(component):
        shape = str(kind.__annotations__[name])
        args[name] = [" "] if "list[" in shape else {"a": " "} if "dict[" in shape else " "
        expected.add(f"{name}{'[0]' if 'list[' in shape else '.a' if 'dict[' in shape else ''} is empty; ")
    with pytest.raises(SpecError) as error:
        run(lambda: component("x", args), Recording())
    told = error.value.problems
    assert not [each for each in expected if not any(problem.startswith(each) for problem in told)]


@pytest.mark.parametrize("cluster", [5, ["ml"]])
def test_value_of_another_kind_for_an_output_is_refused(cluster: Any) -> None:
    arguments: Any = {"cluster_name": cluster}
    with pytest.raises(SpecError, match=r"cluster_name.* = .*: must be text; pass the output of another resource"):
        run(lambda: GpuSoftware("x", arguments), Recording())


@pytest.mark.parametrize(
    ("subnets", "told"),
    [
        ("subnet-1", "subnet_ids = 'subnet-1': must be a list of text; write ['subnet-1']"),
        ([], "subnet_ids is empty; pass the output of another resource"),
        (["subnet-1", ""], "subnet_ids[1] is empty; pass the output of another resource"),
        (["subnet-1", 2], "subnet_ids[1] = 2: must be text; pass the output of another resource"),
    ],
)
def test_wrong_list_for_an_output_is_refused(subnets: Any, told: str) -> None:
    with pytest.raises(SpecError) as error:
        run(lambda: node_pool_with({"subnet_ids": subnets}), Recording())
    assert error.value.problems == [told]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": OUTPUT}, "name"),
        ({"minimum": OUTPUT}, "minimum"),
        ({"instance_types": [OUTPUT]}, "instance_types[0]"),
        ({"sharing": {"time_slicing": OUTPUT}}, "sharing.time_slicing"),
        ({"labels": {"team": OUTPUT}}, "labels.team"),
    ],
)
def test_output_for_a_plain_field_is_refused(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(SpecError) as error:
        run(lambda: node_pool_with(wrong), Recording())
    assert error.value.problems == [f"{place} is an output of another resource; write a plain value"]


def test_outputs_in_a_list_for_an_output_are_taken() -> None:
    recording = run(lambda: node_pool_with({"subnet_ids": [pulumi.Output.from_input("subnet-1")]}), Recording())
    assert [each for each in recording.resources if each.custom]
