"""What every component has from its base: checked arguments, a type token, published outputs."""

from typing import ClassVar, NotRequired, TypedDict

import pulumi
import pytest

from components.core.component import Component
from components.core.spec import Spec, SpecError, args_of, completed
from tests.support.components.mocks import Recording, run


class DoorArgs(TypedDict):
    """What a Door is made from."""

    color: str
    width: NotRequired[int]
    house_id: pulumi.Input[str]


class GateArgs(DoorArgs):
    """What a Gate is made from."""


class DoorSpec(Spec):
    """The checked arguments of a Door."""

    color: str
    width: int = 80


class Door(Component[DoorArgs, DoorSpec]):
    """A component that only tests use."""

    label: pulumi.Output[str]

    def __init__(self, name: str, args: DoorArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, DoorArgs, DoorSpec, opts)
        self.spec = self._spec
        self.label = pulumi.Output.concat(self._spec.color, "-", self._args["house_id"])
        self._publish()

    def _problem(self) -> str | None:
        return "width = 1: a door of one pixel; choose 2 or more" if self._spec.width == 1 else None


def registered(args: DoorArgs) -> list[str]:
    """The type tokens that making a Door registers."""
    return [each.type for each in run(lambda: Door("front", args), Recording()).resources]


def test_the_token_is_named_after_the_arguments() -> None:
    assert registered({"color": "red", "house_id": "h-1"}) == ["mlplatform:index:Door"]


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"house_id": "h-1"}, "color is missing"),
        ({"color": "red"}, "house_id is missing"),
        ({"color": "red", "house_id": "h-1", "widht": 3}, "widht"),
        ({"color": "red", "house_id": "h-1", "width": 1}, "width = 1"),
    ],
)
def test_wrong_arguments_are_refused_before_registration(args: DoorArgs, problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=r"Door\(front\)") as refused:
        run(lambda: Door("front", args), recording)
    assert problem in str(refused.value)
    assert recording.resources == []


def test_a_checked_spec_is_used_as_it_is() -> None:
    spec = DoorSpec(color="blue")
    doors: list[Door] = []
    run(lambda: doors.append(Door("front", args_of(DoorArgs, spec, house_id="h-1"))), Recording())
    assert doors[0].spec is spec


def test_checked_arguments_hold_outputs_beside_the_spec() -> None:
    assert args_of(DoorArgs, DoorSpec(color="blue"), house_id="h-1") == {"house_id": "h-1"}


def test_spec_of_another_class_is_checked_again() -> None:
    class WideSpec(Spec):
        """Another spec with the fields of a Door."""

        color: str
        width: int

    doors: list[Door] = []
    args = args_of(DoorArgs, WideSpec(color="blue", width=90), house_id="h-1")
    run(lambda: doors.append(Door("front", args)), Recording())
    assert doors[0].spec == DoorSpec(color="blue", width=90)


def test_a_checked_spec_still_needs_the_outputs() -> None:
    with pytest.raises(SpecError, match="house_id is missing"):
        run(lambda: Door("front", args_of(DoorArgs, DoorSpec(color="blue"))), Recording())


@pytest.mark.parametrize("name", ["hose_id", "width"])
def test_what_is_no_output_is_refused_beside_a_checked_spec(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name}: no output that DoorArgs takes"):
        args_of(DoorArgs, DoorSpec(color="blue"), **{name: 1})


def test_a_completed_spec_is_checked_again() -> None:
    assert completed(DoorSpec(color="blue"), "door", width=90) == DoorSpec(color="blue", width=90)
    with pytest.raises(SpecError, match="door: 1 wrong"):
        completed(DoorSpec(color="blue"), "door", width="wide")


def test_a_checked_field_is_not_changed_afterwards() -> None:
    args = args_of(DoorArgs, DoorSpec(color="blue"), house_id="h-1")
    args["house_id"] = "h-2"
    with pytest.raises(TypeError, match="color has been checked already"):
        args["color"] = "red"


def test_an_output_that_is_declared_must_be_set() -> None:
    class Gate(Component[GateArgs, DoorSpec]):
        """Declares an output and does not set it."""

        key: pulumi.Output[str]

        def __init__(self, name: str, args: GateArgs, opts: pulumi.ResourceOptions | None = None):
            super().__init__(name, args, GateArgs, DoorSpec, opts)
            self._publish()

    with pytest.raises(AttributeError, match="key"):
        run(lambda: Gate("front", {"color": "red", "house_id": "h-1"}), Recording())


def test_a_subclass_of_another_program_adds_outputs_of_its_own() -> None:
    class FrontDoor(Door):
        """A Door of another program."""

        bell: pulumi.Output[str]
        colors: ClassVar[list[str]] = ["red"]

        def __init__(self, name: str):
            super().__init__(name, {"color": "red", "house_id": "h-1"})
            self.bell = pulumi.Output.from_input("ring")

    recording = run(lambda: FrontDoor("front"), Recording())
    assert [each.type for each in recording.resources] == ["mlplatform:index:Door"]
    assert [set(outputs) for _, outputs in recording.registered_outputs] == [{"label"}]
