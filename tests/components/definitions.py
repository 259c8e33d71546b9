"""The published definitions of custom resources, to hold objects to."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema
import yaml

from tests.planner.test_validity import DEFINITIONS, strict

_SERVER_KNOWS = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
"""What the API server takes of every object, whether its definition says so or not."""


@cache
def validator(api_version: str, kind: str) -> Any:
    """What tells the faults of an object of this kind.

    Raises:
        LookupError: when no definition of it is published.
    """
    group, _, version = api_version.partition("/")
    for path in DEFINITIONS.glob(f"{kind.lower()}*.{group}.yaml"):
        spec = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["spec"]
        if spec["names"]["kind"] != kind:
            continue
        [schema] = [each["schema"]["openAPIV3Schema"] for each in spec["versions"] if each["name"] == version]
        closed = strict(schema)
        return jsonschema.Draft202012Validator({**closed, "properties": {**_SERVER_KNOWS, **closed["properties"]}})
    raise LookupError(f"no definition of {kind} of {api_version} in {DEFINITIONS}")


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """What its definition refuses of an object; nothing of one that fits."""
    known = validator(manifest["apiVersion"], manifest["kind"])
    return [f"{manifest['kind']}{fault.json_path[1:]}: {fault.message}" for fault in known.iter_errors(manifest)]
