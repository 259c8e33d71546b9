"""What holds data outlives a mistake: Kustomize itself marks it as Argo CD's Applications ask."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.components.delivered import APPLICATION_SET, delivery, named
from tests.support.programs import needs

CONFIRMED = "Prune=confirm,Delete=confirm"
OPTIONS = "argocd.argoproj.io/sync-options"
SECURELY = {"containers": [{"name": "it", "image": "it:1"}]}
TEMPLATE = {"metadata": {"labels": {"app": "it"}}, "spec": SECURELY}
SELECTOR = {"matchLabels": {"app": "it"}}
OBJECTS: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}},
    {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "plain"}, "spec": {}},
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "careless", "annotations": {OPTIONS: "Prune=true", "team": "ranking"}},
        "spec": {},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "index"},
        "spec": {"serviceName": "index", "selector": SELECTOR, "template": TEMPLATE},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "front"},
        "spec": {"selector": SELECTOR, "template": TEMPLATE},
    },
]


def built(folder: Path, patches: list[dict[str, Any]], objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What Kustomize renders with an Application's patches, which Argo CD adds to the folder's own."""
    (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    wanted = {"resources": ["objects.yaml"], "patches": patches}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(wanted), encoding="utf-8")
    done = subprocess.run(["kustomize", "build", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {each["metadata"]["name"]: each["metadata"] for each in yaml.safe_load_all(done.stdout)}


@pytest.fixture(scope="module")
def patches() -> list[dict[str, Any]]:
    found = named(delivery(), APPLICATION_SET)["models-ranking"].inputs["spec"]["template"]["spec"]
    return found["source"]["kustomize"]["patches"]


@needs("kustomize")
def test_claims_and_stateful_sets_go_only_when_a_person_says_so(tmp_path: Path, patches: list[dict[str, Any]]) -> None:
    found = built(tmp_path, patches, OBJECTS)
    assert {name: each.get("annotations", {}).get(OPTIONS) for name, each in found.items()} == {
        "settings": None,
        "plain": CONFIRMED,
        "careless": CONFIRMED,
        "index": CONFIRMED,
        "front": None,
    }
    assert found["careless"]["annotations"]["team"] == "ranking"


@needs("kustomize")
def test_a_model_without_such_objects_is_rendered_as_it_is(tmp_path: Path, patches: list[dict[str, Any]]) -> None:
    assert built(tmp_path, patches, OBJECTS[:1]) == {"settings": {"name": "settings"}}
