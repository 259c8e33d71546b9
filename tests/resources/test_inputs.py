"""Readers of inputs take anything and keep known, unknown and secret values apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import inputs
from resources.resource import SECRET, UNKNOWN

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([UNKNOWN, SECRET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
READERS = (inputs.text, inputs.number, inputs.flag, inputs.mapping, inputs.json_value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("a", 0, "b"), 1),
        (("a", 1), None),
        (("a", -1), None),
        (("a", "b"), None),
        (("missing", "b"), None),
        (("unknown", "b", 0), UNKNOWN),
        (("secret", "b"), UNKNOWN),
        (("secret",), UNKNOWN),
    ],
)
def test_read_follows_a_path(path: tuple[str | int, ...], expected: Any) -> None:
    value = {"a": [{"b": 1}], "unknown": UNKNOWN, "secret": SECRET}
    assert inputs.read(value, *path) == expected


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (inputs.text, "x", "x"),
        (inputs.text, "", None),
        (inputs.text, 3, None),
        (inputs.number, "3", 3.0),
        (inputs.number, 3, 3.0),
        (inputs.number, True, None),
        (inputs.number, "nan", None),
        (inputs.number, float("inf"), None),
        (inputs.number, 10**400, None),
        (inputs.flag, "True", True),
        (inputs.flag, False, False),
        (inputs.flag, "yes", None),
        (inputs.flag, 1, None),
        (inputs.mapping, {"a": 1}, {"a": 1}),
        (inputs.mapping, [], None),
        (inputs.json_value, '{"a": 1}', {"a": 1}),
        (inputs.json_value, {"a": 1}, {"a": 1}),
        (inputs.json_value, "[" * 100_000, None),
    ],
)
def test_a_reader_returns_one_type_or_none(reader: Any, value: Any, expected: Any) -> None:
    assert reader(value) == expected


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("hidden", [UNKNOWN, SECRET])
def test_unknown_and_secret_values_are_unknown(reader: Any, hidden: Any) -> None:
    assert reader(hidden) is UNKNOWN


def test_an_unknown_list_is_one_unknown_element() -> None:
    assert inputs.elements(UNKNOWN) == [UNKNOWN]
    assert inputs.elements(SECRET) == [UNKNOWN]
    assert inputs.elements([1, SECRET]) == [1, UNKNOWN]
    assert inputs.elements("one") == ["one"]
    assert inputs.elements(None) == []


def test_first_accepts_unknown_and_false() -> None:
    assert inputs.first(None, UNKNOWN, 1) is UNKNOWN
    assert inputs.first(None, False, True) is False
    assert inputs.first(None) is None


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_an_empty_value_is_not_set(value: Any) -> None:
    assert not inputs.is_set(value)
    assert inputs.is_set([value])


def test_an_unknown_value_is_set() -> None:
    assert inputs.is_set(UNKNOWN)
    assert inputs.is_set(0)


@given(VALUES)
def test_readers_accept_any_value(value: Any) -> None:
    for reader in (*READERS, inputs.elements, inputs.is_set, inputs.display):
        reader(value)
    dict(inputs.entries(value))
    inputs.read(value, "a", 0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (2.0, "2"),
        (0.5, "0.5"),
        (12345678, "12345678"),
        (444455556666, "444455556666"),
        ("text", "text"),
        (UNKNOWN, "(not known)"),
        ([], "(not readable)"),
    ],
)
def test_messages_show_values_as_a_stack_file_has_them(value: Any, shown: str) -> None:
    assert inputs.display(value) == shown
