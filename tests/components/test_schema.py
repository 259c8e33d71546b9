"""What the component provider tells programs in other languages, and what it makes of what they say.

No engine is needed: the provider is the one that the engine would start, asked here in process.
"""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

import pulumi
import pytest
from pulumi.provider.experimental import component
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case
from pydantic import BaseModel

import components
from components.__main__ import COMPONENTS, PackageAnalyzer, package_schema
from components.access.access_control.spec import AccessControlSpec
from components.access.account_audit.spec import AccountAuditSpec
from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.core.component import Component
from components.data.feature_services.spec import FeatureServicesSpec
from components.data.feature_store.spec import FeatureStoreSpec
from components.data.streaming.event_stream.spec import EventStreamSpec
from components.data.streaming.feature_ingest.spec import FeatureIngestSpec
from components.delivery.argo_cd.spec import DeliverySpec
from components.delivery.image_registry.spec import ImageRegistrySpec
from components.delivery.user_pool import UserPoolSpec
from components.kubeflow.spec import KubeflowSpec
from components.network.network_args import NetworkSpec
from components.observability.logs.spec import LogPipelineSpec
from components.observability.model_quality.spec import ModelQualitySpec
from components.serving.model_serving_ingress.spec import ModelServingSpec
from components.training.batch_queue.spec import BatchQueueSpec
from components.training.spark_cluster.spec import SparkClusterSpec
from tests.support.components.package_schema import FILE, breaks, outline, refusal, version
from tests.support.planner.plans import STACKS, config_of

Kind = TypeVar("Kind")
Schema = Mapping[str, Any]

SECTIONS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "access": ("AccessControl", AccessControlSpec),
    "audit": ("AccountAudit", AccountAuditSpec),
    "batchQueue": ("BatchQueue", BatchQueueSpec),
    "delivery": ("Delivery", DeliverySpec),
    "eventStream": ("EventStream", EventStreamSpec),
    "featureIngest": ("FeatureIngest", FeatureIngestSpec),
    "featureServices": ("FeatureServices", FeatureServicesSpec),
    "featureStore": ("FeatureStore", FeatureStoreSpec),
    "gpuCluster": ("GpuCluster", GpuClusterSpec),
    "imageRegistry": ("ImageRegistry", ImageRegistrySpec),
    "kubeflow": ("KubeflowCluster", KubeflowSpec),
    "logs": ("LogPipeline", LogPipelineSpec),
    "modelQuality": ("ModelQuality", ModelQualitySpec),
    "modelServing": ("ModelServingIngress", ModelServingSpec),
    "network": ("Network", NetworkSpec),
    "sparkCluster": ("SparkCluster", SparkClusterSpec),
    "userPool": ("UserPool", UserPoolSpec),
}
WRITTEN = [(stack, section) for stack in STACKS for section in SECTIONS if section in config_of(stack)]


def declared(kind: type[Kind]) -> dict[str, type[Kind]]:
    """Every class of a kind that the package declares, by name."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(components.__path__, "components.")
        if not found.name.endswith("__main__")
    ]
    classes = [each for module in modules for each in vars(module).values() if inspect.isclass(each)]
    ours = [each for each in classes if issubclass(each, kind) and each.__module__.startswith("components.")]
    return {each.__name__: each for each in ours}


@pytest.fixture(scope="module")
def provider() -> Iterator[ComponentProvider]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component, "Analyzer", PackageAnalyzer)
        patch.setattr(component, "generate_schema", package_schema)
        yield ComponentProvider(COMPONENTS, name="mlplatform")


@pytest.fixture(scope="module")
def definitions() -> Mapping[str, ComponentDefinition]:
    return PackageAnalyzer("mlplatform").analyze(COMPONENTS)["component_definitions"]


@pytest.fixture(scope="module")
def schema(provider: ComponentProvider) -> Schema:
    assert provider.schema
    return json.loads(provider.schema)


def test_the_schema_has_every_component(schema: Schema) -> None:
    names = {token.rpartition(":")[2] for token in schema["resources"]}
    classes = {name for name in declared(pulumi.ComponentResource) if not name.startswith("_")}
    assert names == classes - {Component.__name__}, "components/__init__.pyi lists what is served"


def test_programs_for_this_version_still_work(schema: Schema) -> None:
    published = json.loads(FILE.read_text(encoding="utf-8"))
    write = "write the schema: python -m tests.support.components.package_schema"
    assert published["version"] == version(), write
    raise_it = f"raise the version in pyproject.toml, then {write}"
    assert [*breaks(published, outline(schema))] == [], raise_it
    assert {key: published[key] for key in ("resources", "types")} == outline(schema), write


def test_schema_of_a_published_version_is_not_recorded_anew() -> None:
    before: Schema = {"version": "0.1.0", "types": {}}
    now: Schema = {"version": "0.1.0", "types": {"Mode": {}}}
    published = "# Changelog\n\n## v0.1.0 (2026-12-24)\n"
    assert refusal(before, now, published).endswith("raise the version in pyproject.toml first")
    assert refusal(before, now, "# Changelog\n\n## Unreleased\n") == ""
    assert refusal(before, before, published) == ""
    assert refusal(before, {**now, "version": "0.2.0"}, published) == ""


BUCKETS: Schema = {
    "resources": {"Buckets": {"inputs": {"names": "list[string]"}, "required": [], "outputs": {"arn": "string"}}},
    "types": {"Mode": {"values": ["a", "b"]}},
}


@pytest.mark.parametrize(
    ("resource", "values", "told"),
    [
        ({}, ["a", "b", "c"], []),
        ({"inputs": {"names": "list[string]", "mode": "Mode"}}, ["a", "b"], []),
        ({"inputs": {}}, ["a", "b"], ["Buckets has no names"]),
        ({"inputs": {"names": "string"}}, ["a", "b"], ["Buckets names is string, no longer list[string]"]),
        ({"outputs": {}}, ["a", "b"], ["Buckets has no arn"]),
        ({"required": ["names"]}, ["a", "b"], ["Buckets now requires names"]),
        ({}, ["a"], ["Mode has no b"]),
    ],
)
def test_what_breaks_a_program_is_told(resource: Schema, values: list[str], told: list[str]) -> None:
    after = {
        "resources": {"Buckets": {**BUCKETS["resources"]["Buckets"], **resource}},
        "types": {"Mode": {"values": values}},
    }
    assert [*breaks(BUCKETS, after)] == told
    assert [*breaks(BUCKETS, {"resources": {}, "types": {}})] == ["Buckets is gone", "Mode is gone"]


@pytest.mark.parametrize("served", COMPONENTS, ids=lambda served: served.__name__)
def test_inputs_and_outputs_are_those_of_the_component(schema: Schema, served: type[Any]) -> None:
    args: Any = inspect.get_annotations(served.__init__)["args"]
    outputs = {camel_case(key) for key in served.__annotations__ if not key.startswith("_")}
    resource = schema["resources"][f"mlplatform:index:{served.__name__}"]
    assert set(resource["inputProperties"]) == {camel_case(key) for key in args.__annotations__}
    assert set(resource.get("requiredInputs", ())) == {camel_case(key) for key in args.__required_keys__}
    assert set(resource["properties"]) == outputs


def test_everything_is_described_what_is_inherited_too(schema: Schema) -> None:
    assert [where for where, value in properties(schema) if not value.get("description")] == []


def test_lists_and_dicts_hold_no_enums_which_would_arrive_empty(schema: Schema) -> None:
    enums = {f"#/types/{token}" for token, kind in schema["types"].items() if "enum" in kind}
    held = [(where, inner.get("$ref")) for where, value in properties(schema) for inner in _inside(value)]
    assert [where for where, reference in held if reference in enums] == []


def test_outputs_as_arguments_are_text_lists_or_dicts(schema: Schema) -> None:
    """The provider fails on an output where it wants a number, a choice or an object."""
    inputs = [each for each in properties(schema, "inputProperties") if not each[1].get("plain")]
    assert [where for where, value in inputs if [value, *_inside(value)][-1].get("type") != "string"] == []


def test_no_property_takes_just_anything(schema: Schema) -> None:
    assert [where for where, value in spelled_out(schema) if not {"type", "$ref"} & set(value)] == []
    assert [
        where for where, value in spelled_out(schema) if value.get("type") == "object" and not [*_inside(value)]
    ] == []


def test_every_type_in_the_schema_is_defined_and_used(schema: Schema) -> None:
    known = {f"#/types/{token}" for token in schema["types"]}
    assert {value["$ref"] for _, value in spelled_out(schema) if "$ref" in value} == known


def test_no_type_has_the_name_of_generated_arguments(schema: Schema) -> None:
    assert [token for token in schema["types"] if token.endswith("Args")] == []


def test_go_is_given_types_for_the_objects_in_lists(schema: Schema) -> None:
    assert schema["language"]["go"]["generateExtraInputTypes"] is True


def test_enum_names_are_readable_in_other_languages(schema: Schema) -> None:
    enums = declared(Enum)
    found = {token.rpartition(":")[2]: kind["enum"] for token, kind in schema["types"].items() if "enum" in kind}
    assert {"NatMode", "Purchase", "KubernetesVersion", "PodSecurity"} <= set(found)
    for name, members in found.items():
        assert {member["value"] for member in members} == {member.value for member in enums[name]}, name
        assert not [
            member["name"] for member in members if "_" in member["name"] and member["name"].replace("_", "").isalpha()
        ]


@pytest.mark.parametrize(("stack", "section"), WRITTEN)
def test_what_another_language_says_arrives_as_what_a_stack_says(
    provider: ComponentProvider, definitions: Mapping[str, ComponentDefinition], stack: str, section: str
) -> None:
    name, spec = SECTIONS[section]
    written = config_of(stack)[section]
    wiring = {key: "wired" for key in definitions[name].inputs if key not in _fields(spec)}
    arrived = provider.map_inputs(_on_the_wire(written) | wiring, definitions[name])
    plain = {key: value for key, value in arrived.items() if camel_case(key) not in wiring}
    assert spec.model_validate(plain) == spec.model_validate(written)


def properties(schema: Schema, *parts: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The properties of components, of these parts or of both, and those of types, each with where it stands."""
    for token, resource in schema["resources"].items():
        for part in parts or ("inputProperties", "properties"):
            yield from ((f"{token} {key}", value) for key, value in resource[part].items())
    for token, kind in schema["types"].items():
        yield from ((f"{token} {key}", value) for key, value in kind.get("properties", {}).items())


def spelled_out(schema: Schema) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The properties, and what lists and dicts among them hold."""
    for where, value in properties(schema):
        yield where, value
        yield from ((where, inner) for inner in _inside(value))


def _inside(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key in ("items", "additionalProperties"):
        if key in value:
            yield value[key]
            yield from _inside(value[key])


def _fields(spec: type[BaseModel]) -> set[str]:
    return {str(field.alias) for field in spec.model_fields.values()}


def _on_the_wire(written: Mapping[str, Any]) -> dict[str, Any]:
    """What the engine hands to a provider: it has one kind of number."""
    return json.loads(json.dumps(written), parse_int=float)
