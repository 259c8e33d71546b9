"""The state of a stack as `pulumi stack export` prints it, made of the stack's plan."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from operations.state import State, read_state
from resources.resource import SECRET, Resource

_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:of-the-test"}


def state_document(
    resources: Sequence[Resource], overrides: Mapping[str, Mapping[str, Any]], replaced: Mapping[str, str]
) -> dict[str, Any]:
    """The document. `overrides` are by the name of a resource: `id`, `inputs` and `outputs` that the cloud decided.

    `replaced` are texts that the plan has in place of what the cloud decided, anywhere in a resource.
    """
    documents = [_document(each, overrides.get(each.name, {})) for each in resources]
    text = json.dumps(documents)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return {
        "version": 3,
        "deployment": {"manifest": {"time": "2026-11-30T00:00:00Z"}, "resources": json.loads(text)},
    }


def _document(resource: Resource, known: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {**_plain(resource.inputs), **known.get("inputs", {})}
    return {
        "urn": resource.urn,
        "type": resource.type,
        "custom": resource.custom,
        "parent": resource.parent,
        "propertyDependencies": {name: list(urns) for name, urns in resource.property_dependencies.items()},
        "inputs": inputs,
        "outputs": {**inputs, **_plain(resource.outputs), **known.get("outputs", {})},
        **({"id": known.get("id") or resource.outputs.get("id") or resource.name} if resource.custom else {}),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if value == SECRET:
        return _SECRET
    return value if isinstance(value, str | int | float | bool | None) else "unknown"


def of_types(resources: Sequence[Resource], types: Collection[str]) -> list[Resource]:
    """The stack itself, and the resources whose type begins with one of `types`."""
    kept = ("pulumi:pulumi:Stack", *types)
    return [each for each in resources if each.type.startswith(kept)]


def written(folder: Path, document: Mapping[str, Any], stack: str = "prod") -> State:
    """The document as a file `state.json`, and what the programs read of it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "state.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_state(path, stack)
