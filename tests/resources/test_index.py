"""Resources are found by URN, type, parent and reference."""

from typing import Any

import pytest

from resources.index import STACK_TYPE, ResourceIndex, identities
from resources.resource import SECRET, UNKNOWN, Resource

BUCKET = "aws:s3/bucket:Bucket"
LOGGING = "aws:s3/bucketLogging:BucketLogging"


def made(name: str, type_: str = BUCKET, **rest: Any) -> Resource:
    return Resource(f"urn:pulumi:s::p::{type_}::{name}", type_, name, **rest)


def test_a_provider_reference_names_its_provider() -> None:
    provider = made("aws", "pulumi:providers:aws")
    index = ResourceIndex([provider])
    assert index.get(f"{provider.urn}::04da6b54") is provider
    assert index.get(provider.urn) is provider
    assert index.get(None) is None
    assert index.provider(made("b", provider=f"{provider.urn}::id")) is provider


def test_types_keep_the_order_of_the_stack() -> None:
    first, other, second = made("b"), made("l", LOGGING), made("a")
    index = ResourceIndex([first, other, second])
    assert index.of_type(BUCKET) == [first, second]
    assert index.of_type(LOGGING, BUCKET) == [other, first, second]
    assert index.of_type("aws:none:None") == []


def test_the_nearest_component_names_a_resource() -> None:
    outer = made("outer", "mlplatform:index:Outer")
    inner = made("inner", "mlplatform:index:Inner", parent=outer.urn)
    package = made("package", "eks:index:Cluster", parent=inner.urn)
    child, alone = made("child", parent=package.urn), made("alone")
    index = ResourceIndex([outer, inner, package, child, alone])
    assert index.component(child) == "inner"
    assert index.component(outer) == "outer"
    assert index.component(alone) == "alone"
    assert list(index.ancestors(child)) == [package, inner, outer]


def test_descendants_are_found_at_any_depth() -> None:
    top = made("top", "eks:index:Cluster")
    middle = made("middle", "eks:index:Part", parent=top.urn)
    index = ResourceIndex([top, middle, made("b", parent=middle.urn)])
    assert index.has_descendant(top.urn, "aws:")
    assert not index.has_descendant(top.urn, "kubernetes:")


def test_a_circle_of_parents_ends() -> None:
    one = made("one", parent="urn:pulumi:s::p::aws:s3/bucket:Bucket::two")
    two = made("two", parent=one.urn)
    index = ResourceIndex([one, two])
    assert list(index.ancestors(one)) == [two]
    assert index.component(one) == "one"
    assert not index.has_descendant(one.urn, "kubernetes:")


def test_sources_are_what_an_input_was_computed_from() -> None:
    bucket, other = made("b"), made("l", LOGGING)
    user = made("u", "aws:x:Y", property_dependencies={"bucket": [bucket.urn, other.urn, "urn:gone"]})
    index = ResourceIndex([bucket, other, user])
    assert index.sources(user, "bucket", BUCKET) == [bucket]
    assert index.sources(user, "bucket", BUCKET, LOGGING) == [bucket, other]
    assert index.sources(user, "other", BUCKET) == []


@pytest.mark.parametrize(
    ("inputs", "dependencies"),
    [
        ({"targetBucket": "logs"}, {}),
        ({"targetBucket": "logs-id"}, {}),
        ({"targetBucket": UNKNOWN}, {"targetBucket": ["urn:pulumi:s::p::aws:s3/bucket:Bucket::b"]}),
    ],
)
def test_referrers_are_found_by_dependency_name_and_id(
    inputs: dict[str, Any], dependencies: dict[str, list[str]]
) -> None:
    bucket = made("b", inputs={"bucket": "logs"}, outputs={"id": "logs-id"})
    logging = made("l", LOGGING, inputs=inputs, property_dependencies=dependencies)
    index = ResourceIndex([bucket, logging])
    assert index.referrers(bucket, "targetBucket", LOGGING) == [logging]
    assert index.referrers(bucket, "bucket", LOGGING) == []


def test_a_secret_name_refers_to_nothing() -> None:
    bucket = made("b", inputs={"bucket": SECRET})
    logging = made("l", LOGGING, inputs={"targetBucket": SECRET})
    assert ResourceIndex([bucket, logging]).referrers(bucket, "targetBucket", LOGGING) == []
    assert identities(bucket) == {bucket.urn}


def test_a_resource_is_found_by_name_id_and_arn() -> None:
    template = made("t", "aws:ec2/launchTemplate:LaunchTemplate", inputs={"name": "gpu"}, outputs={"id": "lt-1"})
    index = ResourceIndex([template])
    for name in ("gpu", "lt-1", template.urn):
        assert index.named(name, template.type) is template
    assert index.named(UNKNOWN, template.type) is None
    assert index.named("gpu", BUCKET) is None


def test_a_table_has_each_resource_under_each_key() -> None:
    one, two = made("one", inputs={"bucket": "x"}), made("two", inputs={"bucket": "x"})
    index = ResourceIndex([one, two])
    assert index.table(_name, BUCKET) == {"x": [one, two]}
    assert index.table(_name, BUCKET) is index.table(_name, BUCKET)
    assert index.table(_name, LOGGING) == {}


def _name(resource: Resource) -> list[Any]:
    return [resource.inputs["bucket"]]


def test_the_stack_itself_is_known() -> None:
    stack = made("p-s", STACK_TYPE)
    assert ResourceIndex([stack]).stack_urn == stack.urn
    assert ResourceIndex([]).stack_urn == ""
