"""Kubernetes objects that another resource contains: the items of a list, and manifests, kustomizations and charts."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from policies.engine.rendering import RENDERED, rendering_of
from policies.engine.yaml_documents import UnreadableError, documents
from resources.inputs import elements, read, text
from resources.resource import UNKNOWN, Resource

MANIFESTS = tuple(
    f"kubernetes:{version}:{component}"
    for version in ("yaml", "yaml/v2")
    for component in ("ConfigFile", "ConfigGroup")
)
_LARGEST_FILE = 2_000_000
_CORE = "v1"


def with_contained(resource: Resource) -> tuple[Resource, ...]:
    """A resource and the objects that it contains. Each has the URN of the resource and the type of its own kind.

    A list is nothing but its items. Manifests that cannot be read, or known only after the deployment, contain nothing.
    """
    if not resource.type.startswith("kubernetes:"):
        return (resource,)
    if resource.type in MANIFESTS:
        return (resource, *_objects(resource, _manifests(resource)))
    if resource.type in RENDERED:
        return (resource, *_objects(resource, rendering_of(resource).objects))
    if resource.type.endswith("List"):
        items = read(resource.inputs, "items")
        if isinstance(items, list):
            return tuple(_objects(resource, cast(list[Any], items)))
    return (resource,)


def manifest_file(place: str) -> Path | None:
    """The file of manifests in the program's folder that a component names; `None` for addresses and missing files."""
    path = Path(place)
    try:
        found = "://" not in place and path.is_file() and path.stat().st_size <= _LARGEST_FILE
    except (OSError, ValueError):
        return None
    return path if found else None


def unreadable_manifests(group: Resource) -> Iterator[str]:
    """The manifests that a component names or holds, and that cannot be read as YAML."""
    for place, manifest in _texts(group):
        if _documents(manifest) is None:
            yield place


def _manifests(group: Resource) -> Iterator[Any]:
    for _, manifest in _texts(group):
        yield from _documents(manifest) or ()
    yield from elements(read(group.inputs, "objs"))


def _texts(group: Resource) -> Iterator[tuple[str, str]]:
    """The texts of manifests, each with the name of its file or its field."""
    for document in elements(read(group.inputs, "yaml")):
        if manifest := text(document):
            yield "yaml", manifest
    for field in ("file", "files"):
        for place in elements(read(group.inputs, field)):
            path = manifest_file(place) if isinstance(place, str) else None
            if path is not None:
                yield str(place), path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=64)
def _documents(manifest: str) -> tuple[Any, ...] | None:
    try:
        return tuple(documents(manifest))
    except UnreadableError:
        return None


def _objects(container: Resource, found: Any) -> Iterator[Resource]:
    for values in found:
        if not isinstance(values, dict) or values is UNKNOWN:
            continue
        inputs = cast(dict[str, Any], values)
        type_ = _type_of(inputs) or container.type.removesuffix("List")
        name = text(read(inputs, "metadata", "name")) or container.name
        yield from with_contained(replace(container, type=type_, name=name, inputs=inputs, outputs={}))


def _type_of(manifest: dict[str, Any]) -> str | None:
    """The resource type of a manifest; `None` where it does not name its kind, as an item of a list need not."""
    version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
    if not version or not kind:
        return None
    return f"kubernetes:{'core/v1' if version == _CORE else version}:{kind}"
