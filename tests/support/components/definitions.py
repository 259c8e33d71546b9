"""Holds objects to Kubernetes' own schemas, and to the published definitions of custom resources.

The schemas come with the package kubernetes-validate; `tests/definitions` keeps the definitions.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml
from kubernetes_validate.utils import schema_contents  # pyright: ignore[reportMissingTypeStubs] - it ships none
from referencing import Registry, Resource

ROOT = Path(__file__).parents[3]
DEFINITIONS = ROOT / "tests" / "definitions"
OURS = ROOT / "components" / "training" / "cluster_jobs" / "definitions.json"
"""The definitions that a stack itself deploys."""

KUBERNETES = "1.36"

_SERVER_KNOWS = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
"""What the API server takes of every object, whether its definition says so or not."""


def strict(schema: Any) -> Any:
    """A structural schema in which no field is unknown, as the API server prunes or refuses them."""
    if isinstance(schema, list):
        return [strict(item) for item in cast(list[Any], schema)]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {key: strict(item) for key, item in cast(Mapping[str, Any], schema).items()}
    if found.get("x-kubernetes-int-or-string"):
        found.pop("type", None)
        found["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    closed = found.get("type") == "object" and "properties" in found and "additionalProperties" not in found
    if closed and not found.get("x-kubernetes-preserve-unknown-fields"):
        found["additionalProperties"] = False
    return found


def without_descriptions(value: Any, *, names: bool = False) -> Any:
    """`value` without its descriptions; a property of that name stays."""
    if isinstance(value, dict):
        return {
            key: without_descriptions(each, names=key == "properties")
            for key, each in cast(dict[str, Any], value).items()
            if names or key != "description" or not isinstance(each, str)
        }
    if isinstance(value, list):
        return [without_descriptions(each) for each in cast(list[Any], value)]
    return value


@cache
def definitions(group: str) -> Mapping[str, Any]:
    """The definitions of a group by their name, `<plural>.<group>`; none of a group that no object of ours has."""
    path = DEFINITIONS / f"{group}.yaml"
    if path.is_file():
        return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    ours = json.loads(OURS.read_text(encoding="utf-8"))
    return {
        each["metadata"]["name"]: {
            "kind": each["spec"]["names"]["kind"],
            "versions": {one["name"]: one["schema"]["openAPIV3Schema"] for one in each["spec"]["versions"]},
        }
        for each in ours
        if each["spec"]["group"] == group
    }


@cache
def validator(api_version: str, kind: str) -> Any:
    """What tells the faults of an object of this kind.

    Raises:
        LookupError: when `tests/definitions` has none of it.
    """
    group, _, version = api_version.partition("/")
    for each in definitions(group).values():
        if each["kind"] == kind and version in each["versions"]:
            closed = strict(each["versions"][version])
            return jsonschema.Draft202012Validator({**closed, "properties": {**_SERVER_KNOWS, **closed["properties"]}})
    raise LookupError(
        f"no definition of {kind} of {api_version} in tests/definitions; add it to KINDS there and run the script"
    )


def is_built_in(manifest: Mapping[str, Any], kubernetes: str = KUBERNETES) -> bool:
    """Whether Kubernetes itself has the object's kind."""
    return _built_in(kubernetes, manifest["apiVersion"], manifest["kind"]) is not None


def faults(manifest: Mapping[str, Any], kubernetes: str = KUBERNETES) -> list[str]:
    """What this version of Kubernetes, or its definition, refuses of an object; nothing of one that fits."""
    api_version, kind = manifest["apiVersion"], manifest["kind"]
    known = _built_in(kubernetes, api_version, kind) or validator(api_version, kind)
    return [f"{kind}{fault.json_path[1:]}: {fault.message}" for fault in known.iter_errors(dict(manifest))]


@cache
def _built_in(kubernetes: str, api_version: str, kind: str) -> Any:
    """The validator of a kind; None of one that Kubernetes does not have.

    `kubernetes_validate.validate` reads the schemas of all kinds for each object; here each is read once.
    """
    group, _, version = api_version.rpartition("/")
    if "." in group and not group.endswith(".k8s.io"):
        return None
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], version)))
    try:
        schema = schema_contents(f"{_schemas(kubernetes)}/{name}.json", kubernetes)
    except FileNotFoundError:
        return None
    return jsonschema.Draft202012Validator(schema, registry=_common_schemas(kubernetes))


@cache
def _common_schemas(kubernetes: str) -> Any:
    definitions = schema_contents(f"{_schemas(kubernetes)}/_definitions.json", kubernetes)
    return Resource.from_contents(definitions) @ cast(Any, Registry)()


def _schemas(kubernetes: str) -> str:
    return f"kubernetes-json-schema/v{kubernetes}.0-local-strict"
