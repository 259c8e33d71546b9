"""Models that Argo CD delivers: their replicas are in the overlays of the repository, not in the plan."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml

from resources.inputs import elements, read
from resources.resource import Resource

_APPLICATIONS = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Delivered(NamedTuple):
    """What an overlay says about a model's pods."""

    replicas: int
    """The replicas that always run."""
    gpus: bool


def delivered_models(resources: Sequence[Resource], root: Path) -> dict[tuple[str, str], Delivered]:
    """The models whose overlays are in the folder `root`, by namespace and name.

    Argo CD reads a repository; a model whose overlay this folder lacks is left out.
    """
    found: dict[tuple[str, str], Delivered] = {}
    for resource in resources:
        if resource.type == _APPLICATIONS:
            for pattern in _folders(resource):
                for path in sorted(root.glob(f"{pattern}/values.yaml")):
                    found |= dict(_model(path))
    return found


def _folders(resource: Resource) -> Iterator[str]:
    for generator in elements(read(resource.inputs, "spec", "generators")):
        for folder in elements(read(generator, "git", "directories")):
            path = read(folder, "path")
            if isinstance(path, str) and path and not path.startswith(("/", "..")):
                yield path


def _model(path: Path) -> Iterator[tuple[tuple[str, str], Delivered]]:
    try:
        document: object = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    values: Mapping[str, Any] = cast(Mapping[str, Any], document) if isinstance(document, dict) else {}
    name, namespace = values.get("name"), values.get("namespace")
    minimum = values.get("minimum")
    if isinstance(name, str) and isinstance(namespace, str) and isinstance(minimum, int):
        yield (namespace, name), Delivered(minimum, bool(values.get("gpus") or values.get("gpuShare")))
