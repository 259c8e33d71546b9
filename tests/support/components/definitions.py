"""Holds objects to Kubernetes' own schemas, and to the published definitions of custom resources.

The schemas come with the package kubernetes-validate; `tests/definitions` keeps the definitions.
"""

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


@cache
def definitions(group: str) -> Mapping[str, Any]:
    """The definitions of a group by their name, `<plural>.<group>`; none of a group that no object of ours has."""
    path = DEFINITIONS / f"{group}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) if path.is_file() else {}


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


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """What its definition refuses of an object; nothing of one that fits."""
    known = validator(manifest["apiVersion"], manifest["kind"])
    return [f"{manifest['kind']}{fault.json_path[1:]}: {fault.message}" for fault in known.iter_errors(manifest)]


@cache
def _kubernetes_schemas(version: str) -> Any:
    definitions = schema_contents(f"{_kubernetes_folder(version)}/_definitions.json", version)
    return Resource.from_contents(definitions) @ cast(Any, Registry)()


@cache
def _kubernetes_validator(version: str, api_version: str, kind: str) -> Any:
    group, slash, api = api_version.rpartition("/")
    name = f"{kind.lower()}-{group.partition('.')[0]}{'-' if slash else ''}{api}.json"
    schema = schema_contents(f"{_kubernetes_folder(version)}/{name}", version)
    return jsonschema.Draft202012Validator(schema, registry=_kubernetes_schemas(version))


def _kubernetes_folder(version: str) -> str:
    return f"kubernetes-json-schema/v{version}.0-local-strict"


def kubernetes_faults(manifest: Mapping[str, Any], version: str = "1.36") -> list[str]:
    """What Kubernetes refuses of one of its own objects.

    `kubernetes_validate.validate` reads the schemas of all kinds for each object; here each is read once.
    """
    known = _kubernetes_validator(version, manifest["apiVersion"], manifest["kind"])
    return [f"{manifest['kind']}{fault.json_path[1:]}: {fault.message}" for fault in known.iter_errors(dict(manifest))]
