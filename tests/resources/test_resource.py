"""A resource holds plain inputs, whatever kinds of mapping and sequence it is made from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from resources import inputs, required
from resources.resource import SECRET, UNKNOWN, Resource

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from([UNKNOWN, SECRET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def proxied(value: Any) -> Any:
    """The value as read-only views: a mapping that is no `dict`, a sequence that is no `list`."""
    if isinstance(value, dict):
        return MappingProxyType({key: proxied(item) for key, item in cast(dict[str, Any], value).items()})
    if isinstance(value, list):
        return tuple(map(proxied, cast(list[Any], value)))
    return value


def resource(given: Mapping[str, Any]) -> Resource:
    return Resource("urn", "aws:s3/bucket:Bucket", "raw", inputs=given, outputs=given)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_proxies_become_the_plain_values_they_show(values: dict[str, Any]) -> None:
    made = resource(proxied(values))
    assert repr(made) == repr(resource(values))


def test_readers_see_what_a_proxy_holds() -> None:
    spec = resource(proxied({"spec": {"containers": [{"securityContext": {"privileged": True}}]}})).inputs
    assert inputs.read(spec, "spec", "containers", 0, "securityContext", "privileged") is True
    assert inputs.elements(spec["spec"]["containers"]) == [{"securityContext": {"privileged": True}}]
    assert required.sections(required.section(spec, "spec"), "containers")


def test_proxy_inside_plain_inputs_becomes_plain() -> None:
    assert type(resource({"tags": [MappingProxyType({"owner": "ml"})]}).inputs["tags"][0]) is dict


def test_plain_inputs_are_kept_as_they_are() -> None:
    values = {"tags": {"owner": "ml"}, "zones": ["a", UNKNOWN, None, 1.5, True]}
    assert resource(values).inputs is values
