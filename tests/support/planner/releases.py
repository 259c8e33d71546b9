"""What GitOps brings beside a plan: for each release that its ApplicationSets find in the tree, the objects of it.

The chart's objects are those of the component, which a test of the chart holds it to; those of the base are read with
what its overlay changes of them. A test holds both together to what Kustomize makes of the overlay.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from components.core.spec import parse
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from resources.resource import Resource
from tests.support.planner.plans import ROOT, Plan, of_type, plan_of

APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
MODELS = "deploy/models/"
Object = dict[str, Any]


@dataclass(frozen=True)
class Release:
    """An overlay of a model, and the Application that brings it."""

    folder: Path
    bringing: Resource

    @property
    def model(self) -> str:
        """The model's name: deploy/models/<team>/<model>/overlays/<environment>."""
        return self.folder.parts[-3]

    @property
    def application(self) -> Mapping[str, Any]:
        """What Argo CD is told to do."""
        return self.bringing.inputs["spec"]["template"]["spec"]

    @property
    def namespace(self) -> str:
        """Where it goes to."""
        return self.application["destination"]["namespace"]

    @property
    def values(self) -> ModelServiceSpec:
        """The values of its chart."""
        return parse(ModelServiceSpec, read(self.folder / "values.yaml"), str(self.folder))

    @property
    def kustomization(self) -> Mapping[str, Any]:
        """What its overlay is made of."""
        return read(self.folder / "kustomization.yaml")

    @property
    def objects(self) -> list[Object]:
        """What Argo CD applies."""
        return [*model_service_objects(self.values), *self._own()]

    def _own(self) -> Iterator[Object]:
        overlay, base = self.kustomization, self.folder / "../../base"
        made = read(base / "kustomization.yaml")
        assert set(overlay) <= {"apiVersion", "kind", "resources", "helmCharts", "images", "replicas"}
        assert set(made) <= {"apiVersion", "kind", "resources", "namespace", "labels"}
        labels = {key: value for each in made["labels"] for key, value in each["pairs"].items()}
        for found in _documents(base, made["resources"]):
            each = deepcopy(found)
            metadata = each["metadata"]
            metadata |= {"namespace": made["namespace"], "labels": metadata.get("labels", {}) | labels}
            _change(each, overlay)
            yield each
        assert overlay["resources"][0] == "../../base"
        yield from _documents(self.folder, overlay["resources"][1:])


def _documents(folder: Path, files: Sequence[str]) -> Iterator[Object]:
    for name in files:
        yield from yaml.safe_load_all((folder / name).read_text(encoding="utf-8"))


def _change(item: Object, overlay: Mapping[str, Any]) -> None:
    """What an overlay says of images and of how many there are."""
    for scaled in overlay.get("replicas", ()):
        if (item["kind"], item["metadata"]["name"]) == ("Deployment", scaled["name"]):
            item["spec"]["replicas"] = scaled["count"]
    pod: Any = item.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("containers", ()):
        for image in overlay.get("images", ()):
            if container["image"] == image["name"]:
                container["image"] = f"{image['newName']}@{image['digest']}"


@cache
def read(path: Path) -> Any:
    """The document of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def releases_of(plan: Plan) -> list[Release]:
    """The overlays that the plan's ApplicationSets find in the tree."""
    found: list[Release] = []
    for each in of_type(plan, APPLICATION_SET):
        for generator in each.inputs["spec"]["generators"]:
            for directory in generator.get("git", {}).get("directories", ()):
                assert directory["path"].startswith(MODELS)
                found += [Release(folder, each) for folder in sorted(ROOT.glob(directory["path"]))]
    return found


def with_releases(plan: Plan) -> Plan:
    """The plan, and the objects that Argo CD brings once the ApplicationSet is there."""
    return (*plan, *(each for release in releases_of(plan) for each in _resources(release)))


@cache
def delivered_plan(stack: str) -> Plan:
    """What the stack's program registers, and what is delivered there."""
    return with_releases(plan_of(stack))


def _resources(release: Release) -> Iterator[Resource]:
    bringing = release.bringing
    for manifest in release.objects:
        version, kind = manifest["apiVersion"], manifest["kind"]
        group = version if "/" in version else f"core/{version}"
        name = f"{release.model}: {kind} {manifest['metadata']['name']}"
        yield Resource(
            urn=f"{bringing.urn}::{release.folder.parts[-4]}/{name}",
            type=f"kubernetes:{group}:{kind}",
            name=name,
            provider=bringing.provider,
            dependencies=[bringing.urn],
            inputs=manifest,
        )


def brought_by(plan: Plan, bringing: Resource) -> list[Resource]:
    """What an ApplicationSet brings, of a plan that has it."""
    return [each for each in plan if each.urn.startswith(f"{bringing.urn}::")]
