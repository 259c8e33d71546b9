"""Writes the definitions that the releases of KubeRay and JobSet need first, from the makers' files.

`python -m tests.definitions.cluster_jobs FOLDER` reads the files of `crds/` of both charts in FOLDER and keeps what the
API server works with. Pod templates accept every field, because their schemas are 95 % of the files: the API server
checks the pods that the controllers make. Versions that are deprecated are left out. Run it when a chart's version is
raised.
"""

import json
import sys
from pathlib import Path
from typing import Any, cast

import yaml

from tests.definitions.load_balancer import without_descriptions

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "components" / "training" / "cluster_jobs" / "definitions.json"
FILES = ("jobset.x-k8s.io_jobsets", "ray.io_rayclusters", "ray.io_rayjobs", "ray.io_rayservices")
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
_OF_CORE_TYPES = {
    *("containers", "containerPort", "secretKeyRef", "clusterIP"),
    *("limits", "capabilities", "mountPath", "podSelector"),
}
"""Fields that only Kubernetes' own types have: pods, Services, parts of containers and of network policies."""


def main(folder: Path) -> None:
    """Reads the makers' files and writes ours."""
    made = [_definition(_read(folder, name)) for name in FILES]
    lines = ",\n".join(json.dumps(each, separators=(",", ":"), sort_keys=True) for each in made)
    WRITTEN.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _read(folder: Path, name: str) -> dict[str, Any]:
    [path] = folder.rglob(f"{name}.yaml")
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def _definition(published: dict[str, Any]) -> dict[str, Any]:
    spec = published["spec"]
    versions = [each for each in spec["versions"] if not each.get("deprecated")]
    return {
        "apiVersion": published["apiVersion"],
        "kind": published["kind"],
        "metadata": {"name": published["metadata"]["name"]},
        "spec": opened(without_descriptions({**spec, "versions": versions})),
    }


def opened(schema: Any) -> Any:
    """A schema whose pods, services and parts of containers accept every field."""
    if isinstance(schema, list):
        return [opened(each) for each in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    found = cast(dict[str, Any], schema)
    if found.get("type") == "object" and _OF_CORE_TYPES & found.get("properties", {}).keys():
        return OPEN
    return {key: opened(each) for key, each in found.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
