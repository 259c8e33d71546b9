"""No rule crashes, whatever a provider, another team's program or a preview puts into a resource."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.evaluate import evaluate
from policies.engine.registry import RULES
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import Case, context, make
from tests.support.policies.every_case import CASES

LEAVES = st.one_of(
    st.none(),
    st.just(UNKNOWN),
    st.just(SECRET),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["*", "true", "0.0.0.0/0", "10.0.0.0/8", "gp2", "g4dn.xlarge", "1.35", "1.x.y", "50%", "{", "[]"]),
)


def keys_of(value: Any) -> set[str]:
    """Every key that stands anywhere in a value."""
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        return {*entries, *(key for item in entries.values() for key in keys_of(item))}
    if isinstance(value, list):
        return {key for item in cast(list[Any], value) for key in keys_of(item)}
    return set()


FIELDS = sorted({key for case in CASES for resource in case.resources for key in keys_of(resource.inputs)})
TYPES = sorted(
    {resource.type for case in CASES for resource in case.resources} | {t for r in RULES.values() for t in r.types}
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with one of its parts replaced by anything."""
    if isinstance(value, Mapping) and value and draw(st.booleans()):
        entries = dict(cast(Mapping[str, Any], value))
        key = draw(st.sampled_from(sorted(entries)))
        return {**entries, key: mutated(draw, entries[key])}
    if isinstance(value, list) and value and draw(st.booleans()):
        items = list(cast(list[Any], value))
        index = draw(st.integers(0, len(items) - 1))
        return [*items[:index], mutated(draw, items[index]), *items[index + 1 :]]
    return draw(VALUES)


@st.composite
def spoiled(draw: st.DrawFn) -> list[Resource]:
    """The resources of a case, each with one part replaced."""
    case: Case = draw(st.sampled_from([case for case in CASES if case.resources]))
    return [replace(resource, inputs=_inputs(mutated(draw, resource.inputs))) for resource in case.resources]


def _inputs(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {"value": value}


def shape(resources: list[Resource]) -> None:
    """Whatever was found is told in sentences about resources that exist."""
    urns = {resource.urn for resource in resources} | {""}
    for verdict in evaluate(resources, context()):
        assert verdict.message
        assert "UNKNOWN" not in verdict.message
        assert verdict.urn in urns


@settings(deadline=None)
@given(spoiled())
def test_a_spoiled_input_is_judged_without_a_crash(resources: list[Resource]) -> None:
    shape(resources)


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_arbitrary_inputs_are_judged_without_a_crash(resource_type: str, inputs: dict[str, Any]) -> None:
    shape([make(resource_type, inputs)])
