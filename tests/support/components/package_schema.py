"""The package's schema as its version promises it, and what breaks programs that were written for it.

`python -m tests.support.components.package_schema` records the schema of the version in pyproject.toml. It refuses to
change the record of a version that is published.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental import component
from pulumi.provider.experimental.component import ComponentProvider

from components.__main__ import COMPONENTS, PackageAnalyzer, package_schema

ROOT = Path(__file__).parents[3]
FILE = ROOT / "tests" / "components" / "package_schema.json"

Schema = Mapping[str, Any]


def current() -> Schema:
    """The schema that the component provider serves now, as the engine gets it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component, "Analyzer", PackageAnalyzer)
        patch.setattr(component, "generate_schema", package_schema)
        return json.loads(str(ComponentProvider(COMPONENTS, name="mlplatform").schema))


def outline(schema: Schema) -> dict[str, Any]:
    """What programs depend on: names, types and what is required, without descriptions."""
    resources = {
        token: {
            "inputs": {name: _kind(value) for name, value in each["inputProperties"].items()},
            "required": sorted(each.get("requiredInputs", ())),
            "outputs": {name: _kind(value) for name, value in each["properties"].items()},
        }
        for token, each in schema["resources"].items()
    }
    types = {
        token: {"values": sorted(str(value["value"]) for value in each["enum"])}
        if "enum" in each
        else {
            "inputs": {name: _kind(value) for name, value in each.get("properties", {}).items()},
            "required": sorted(each.get("required", ())),
        }
        for token, each in schema["types"].items()
    }
    return {"resources": resources, "types": types}


def breaks(before: Schema, after: Schema) -> Iterator[str]:
    """What a program that was written for `before` can no longer do."""
    for section in ("resources", "types"):
        for token, old in before[section].items():
            new = after[section].get(token)
            if new is None:
                yield f"{token} is gone"
                continue
            for part in ("inputs", "outputs"):
                yield from (f"{token} {each}" for each in _changed(old.get(part, {}), new.get(part, {})))
            yield from (
                f"{token} now requires {name}" for name in new.get("required", ()) if name not in old["required"]
            )
            yield from (f"{token} has no {value}" for value in old.get("values", ()) if value not in new["values"])


def version() -> str:
    """The version in pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def refusal(before: Schema, now: Schema, changelog: str) -> str:
    """Why the record may not become `now`; empty when it may."""
    number = now["version"]
    if before == now or before["version"] != number or f"## v{number} (" not in changelog:
        return ""
    return f"{number} is published, with another schema: raise the version in pyproject.toml first"


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name, kind in old.items():
        if name not in new:
            yield f"has no {name}"
        elif new[name] != kind:
            yield f"{name} is {new[name]}, no longer {kind}"


def _kind(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return value["$ref"].rpartition("/")[2]
    for member, name in (("items", "list"), ("additionalProperties", "dict")):
        if member in value:
            return f"{name}[{_kind(value[member])}]"
    return value["type"]


if __name__ == "__main__":
    written = {"version": version(), **outline(current())}
    if why := refusal(
        json.loads(FILE.read_text(encoding="utf-8")), written, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    ):
        sys.exit(why)
    FILE.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
