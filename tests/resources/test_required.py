"""A calculation gets a value of the right type, or an error that names the input and the reason."""

from collections.abc import Callable
from typing import Any

import pytest

from resources import required
from resources.required import UnreadableInput
from resources.resource import SECRET, UNKNOWN

READERS = (
    required.text,
    required.number,
    required.flag,
    required.section,
    required.items,
    required.sections,
    required.quantity,
)


@pytest.mark.parametrize("reader", READERS)
def test_an_unknown_input_waits_for_the_deployment(reader: Callable[..., Any]) -> None:
    with pytest.raises(UnreadableInput, match=r"^size is known only after the deployment$") as error:
        reader({"size": UNKNOWN}, "size")
    assert error.value.pending


@pytest.mark.parametrize("reader", READERS)
def test_a_secret_input_is_not_pending(reader: Callable[..., Any]) -> None:
    with pytest.raises(UnreadableInput, match=r"^size is secret$") as error:
        reader({"size": SECRET}, "size")
    assert not error.value.pending


WRONG: list[tuple[Callable[..., Any], Any, str]] = [
    (required.text, 3, "size is not a string"),
    (required.text, None, "size is missing"),
    (required.text, "", "size is missing"),
    (required.number, "many", "size is not a number"),
    (required.number, True, "size is not a number"),
    (required.number, -1, "size is no plausible amount"),
    (required.number, 1e12, "size is no plausible amount"),
    (required.flag, "yes", "size is not true or false"),
    (required.section, "x", "size is not an object"),
    (required.section, [{}, {}], "size is not an object"),
    (required.items, {"a": 1}, "size is not a list"),
    (required.sections, [{}, 3], "size holds a value that is not an object"),
    (required.quantity, "3 apples", "size is not a Kubernetes quantity"),
    (required.quantity, "9" * 30 + "Ti", "size is no plausible amount"),
]


@pytest.mark.parametrize(("reader", "value", "message"), WRONG)
def test_an_input_of_another_type_is_named(reader: Callable[..., Any], value: Any, message: str) -> None:
    with pytest.raises(UnreadableInput) as error:
        reader({"size": value}, "size")
    assert str(error.value) == message
    assert not error.value.pending


def test_a_list_with_an_unknown_element_is_pending() -> None:
    with pytest.raises(UnreadableInput) as error:
        required.sections({"rules": [{}, UNKNOWN]}, "rules")
    assert error.value.pending


def test_defaults_replace_absent_inputs() -> None:
    assert required.text({}, "kind", "a") == "a"
    assert required.text({"kind": ""}, "kind", "a") == "a"
    assert required.number({"size": 0}, "size", 5) == 0
    assert required.number({}, "size", 5) == 5
    assert required.flag({}, "on", default=True) is True
    assert required.section({}, "spec") == {}
    assert required.items({}, "rules") == ()
    assert required.quantity({}, "cpu") is None


def test_a_list_of_one_object_is_that_object() -> None:
    assert required.section({"scaling": [{"size": 1}]}, "scaling") == {"size": 1}


@pytest.mark.parametrize(
    ("written", "amount"),
    [("100", 100), ("500m", 0.5), ("64Gi", 64 * 2**30), ("1.5k", 1500), (8, 8)],
)
def test_kubernetes_quantities_are_in_base_units(written: Any, amount: float) -> None:
    assert required.quantity({"size": written}, "size") == amount
