"""Each overlay renders the version in its release.yaml, as objects that are valid by the published schemas."""

from pathlib import Path

import pytest

from operations.promote.overlay import SAME, Environment, OverlayLocation, read_overlay
from operations.promote.trees import LocalTree
from operations.smoke.config import load_config
from operations.smoke.release import load_release
from tests.support.components.definitions import faults
from tests.support.deploy.model_overlays import PLACES, rendered
from tests.support.programs import needs

pytestmark = pytest.mark.charts

ROOT = Path(__file__).parents[2]
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}

every_place = pytest.mark.parametrize("location", PLACES, ids=[f"{each.model}-{each.environment}" for each in PLACES])


def test_each_model_has_both_overlays() -> None:
    models = {(each.team, each.model) for each in PLACES}
    assert {model for _, model in models} == {"ranking", "embeddings", "fraud"}
    assert len(PLACES) == 2 * len(models)


@needs("kustomize")
@every_place
def test_release_yaml_agrees_with_the_overlay(location: OverlayLocation) -> None:
    read_overlay(LocalTree(ROOT), location).recorded()
    load_release(ROOT / location.folder / "release.yaml")


@every_place
def test_staging_has_a_smoke_config(location: OverlayLocation) -> None:
    staging = OverlayLocation(location.team, location.model, Environment.STAGING)
    config = load_config(ROOT / staging.folder / "smoke.yaml")
    values = read_overlay(LocalTree(ROOT), staging)
    assert (config.model, config.host) == (location.model, f"{location.model}.{values.value('domain')}")


@every_place
def test_both_environments_serve_a_model_alike(location: OverlayLocation) -> None:
    both = [read_overlay(LocalTree(ROOT), OverlayLocation(location.team, location.model, each)) for each in Environment]
    assert [both[0].value(name) for name in SAME] == [both[1].value(name) for name in SAME]


@every_place
def test_rendered_overlay_agrees_with_release_yaml(location: OverlayLocation, tmp_path: Path) -> None:
    objects = rendered(location, tmp_path)
    release = read_overlay(LocalTree(ROOT), location).recorded()
    [model] = [each for each in objects if each["kind"] == "InferenceService"]
    assert model["spec"]["predictor"]["model"]["storageUri"] == release.model_uri
    images = {
        container["image"]
        for each in objects
        if each["kind"] in WORKLOADS
        for container in each["spec"]["template"]["spec"]["containers"]
    }
    assert images == ({release.image} if release.image else set())


@every_place
def test_rendered_objects_are_valid_in_the_teams_namespace(location: OverlayLocation, tmp_path: Path) -> None:
    objects = rendered(location, tmp_path)
    assert {each["metadata"]["namespace"] for each in objects} == {location.team}
    expected = {"ConfigMap", "NetworkPolicy", "ServiceAccount", "InferenceService", "ScaledObject", "VirtualService"}
    assert expected <= {each["kind"] for each in objects}
    assert [fault for each in objects for fault in faults(each)] == []


@every_place
def test_rendered_workloads_are_restricted(location: OverlayLocation, tmp_path: Path) -> None:
    objects = rendered(location, tmp_path)
    for each in objects:
        if each["kind"] not in WORKLOADS:
            continue
        pod = each["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert "@sha256:" in container["image"]
            assert container["resources"]["requests"] == container["resources"]["limits"]
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        name = each["metadata"]["name"]
        assert {"NetworkPolicy", "PodDisruptionBudget"} <= {o["kind"] for o in objects if o["metadata"]["name"] == name}
