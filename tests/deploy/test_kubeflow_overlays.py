"""Kubeflow's overlays: they build, every patch of theirs hits, and what they leave is valid."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.pods import on_system_nodes
from components.facts.versions import KUBEFLOW, KUEUE
from components.kubeflow.waves import SECRETS_NAMESPACES, WAVES, Wave
from tests.support.components.definitions import faults
from tests.support.deploy.overlays import (
    SETTINGS,
    TREE,
    BuildError,
    Object,
    base,
    build,
    containers,
    delivered,
    key,
    read,
    rendered,
    texts,
    without_kustomize,
)

waves = pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)


def everything() -> list[Object]:
    return [each for wave in WAVES for each in delivered(wave.name)]


def test_each_wave_has_a_base_and_an_overlay() -> None:
    names = sorted(wave.name for wave in WAVES)
    for folder in ("base", "overlays"):
        assert sorted(path.name for path in (TREE / folder).iterdir()) == names


@waves
def test_base_is_the_pinned_repository_at_its_commit(wave: Wave) -> None:
    [path] = (TREE / "base" / wave.name).iterdir()
    [kustomization] = read(path)
    pins = {f"{each.repository}//": each.commit for each in (KUBEFLOW, KUEUE)}
    for resource in kustomization["resources"]:
        [commit] = [commit for repository, commit in pins.items() if resource.startswith(repository)]
        assert re.fullmatch(rf"https://\S+?//[\w./-]+\?ref={commit}", resource)


@without_kustomize
@waves
def test_an_overlay_leaves_valid_objects(wave: Wave) -> None:
    made = delivered(wave.name)
    assert made
    for each in made:
        assert faults(each) == [], key(each)


def _patched() -> Iterator[Any]:
    """The objects that overlays name in files of patches."""
    for path in sorted((TREE / "overlays").glob("*/kustomization.yaml")):
        [kustomization] = read(path)
        for patch in kustomization.get("patches", []):
            if "path" in patch and "target" not in patch:
                for each in read(path.parent / patch["path"]):
                    yield pytest.param(
                        path.parent.name, each, id=f"{path.parent.name} {' '.join(filter(None, key(each)))}"
                    )


@without_kustomize
@pytest.mark.parametrize(("name", "patch"), [*_patched()])
def test_a_patch_of_a_named_object_hits_it(name: str, patch: Object) -> None:
    without = [each for each in base(name) if key(each) != key(patch)]
    assert len(without) == len(base(name)) - 1
    with pytest.raises(BuildError, match=r"no matches for Id|failed to find"):
        build(name, without)


def _selections() -> Iterator[Any]:
    """What overlays and their components select objects by, of which Kustomize does not say that nothing matches."""
    for path in sorted((TREE / "overlays").glob("*/kustomization.yaml")):
        [kustomization] = read(path)
        parts = [path, *((path.parent / each / "kustomization.yaml") for each in kustomization.get("components", []))]
        for part in parts:
            for number, patch in enumerate(read(part)[0].get("patches", [])):
                if "target" in patch:
                    yield pytest.param(
                        path.parent.name, patch["target"], id=f"{path.parent.name} {part.parent.name} {number}"
                    )


@pytest.mark.parametrize(("name", "target"), [*_selections()])
def test_a_patch_of_selected_objects_hits_one_at_least(name: str, target: dict[str, str]) -> None:
    assert {*target} <= {"kind", "name"}
    assert [
        each
        for each in base(name)
        if re.fullmatch(target["kind"], each["kind"])
        and re.fullmatch(target.get("name", ".*"), each["metadata"]["name"])
    ]


@waves
def test_a_wave_knows_the_settings_of_its_overlay(wave: Wave) -> None:
    path = TREE / "overlays" / wave.name / "settings.yaml"
    assert sorted(read(path)[0]["data"] if path.exists() else {}) == list(wave.settings)


@without_kustomize
@waves
def test_settings_reach_their_places_and_leave_no_other_value(wave: Wave) -> None:
    text = "\n".join(texts(delivered(wave.name)))
    assert not re.findall(r"\S*[./]invalid\b", text)
    assert "192.0.2." not in text
    assert not [each for each in wave.settings if SETTINGS[each] not in text]


@without_kustomize
@waves
def test_without_settings_an_overlay_leads_nowhere(wave: Wave) -> None:
    text = "\n".join(texts(rendered(wave.name)))
    assert not [each for each in wave.settings if SETTINGS[each] in text]
    assert "settings" not in {each["metadata"]["name"] for each in rendered(wave.name)}


@without_kustomize
def test_no_published_password_is_left() -> None:
    before = [each for wave in WAVES for each in base(wave.name)]
    for kind in ("Secret", "PersistentVolumeClaim", "StatefulSet"):
        assert [each for each in before if each["kind"] == kind]
    for each in everything():
        assert each["kind"] not in ("PersistentVolumeClaim", "StatefulSet"), key(each)
        # A webhook's controller fills its own.
        assert each["kind"] != "Secret" or not (each.get("data") or each.get("stringData")), key(each)
    text = yaml.safe_dump(everything())
    for word in ("seaweedfs", "mlpipeline-minio-artifact", "dex.auth", "/dex/", "image: mysql", "image: postgres"):
        assert word in yaml.safe_dump(before) or word.startswith("image"), word
        assert word not in text


@without_kustomize
def test_container_secrets_come_from_secrets_manager() -> None:
    made = {
        (each["metadata"]["namespace"], each["spec"]["target"]["name"]): {
            item["secretKey"] for item in each["spec"]["data"]
        }
        for each in everything()
        if each["kind"] == "ExternalSecret"
    }
    assert {namespace for namespace, _ in made} == {*SECRETS_NAMESPACES}
    read_by: set[tuple[str, str]] = set()
    for each in everything():
        for container in containers(each):
            assert not [source for source in container.get("envFrom", []) if "secretRef" in source]
            for variable in container.get("env", []):
                if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                    secret = (each["metadata"]["namespace"], reference["name"])
                    assert reference["key"] in made[secret], key(each)
                    read_by.add(secret)
        mounted: list[Object] = each["spec"]["template"]["spec"].get("volumes", []) if containers(each) else []
        read_by |= {*made} & {(each["metadata"]["namespace"], _secret_of(volume)) for volume in mounted}
    assert read_by == {*made}


def _secret_of(volume: Object) -> str:
    return volume.get("secret", {}).get("secretName", "")


@without_kustomize
@waves
def test_a_wave_knows_the_secrets_that_it_reads(wave: Wave) -> None:
    asked = {
        item["remoteRef"]["key"]
        for each in delivered(wave.name)
        if each["kind"] == "ExternalSecret"
        for item in each["spec"]["data"]
    }
    assert asked == {f"{SETTINGS['secretPrefix']}/{secret}" for secret in wave.secrets}


@without_kustomize
def test_no_service_makes_a_load_balancer_of_its_own() -> None:
    assert {each["spec"].get("type", "ClusterIP") for each in everything() if each["kind"] == "Service"} <= {
        "ClusterIP"
    }


@without_kustomize
def test_definitions_outlast_their_wave() -> None:
    found = [each for each in everything() if each["kind"] == "CustomResourceDefinition"]
    assert sorted(each["metadata"]["name"] for each in found) == sorted(one for wave in WAVES for one in wave.brings)
    options = {each["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] for each in found}
    assert options == {"Prune=confirm,Delete=false"}


def test_no_file_of_the_overlays_is_left_out() -> None:
    used: set[Path] = set()
    for path in TREE.glob("*/*/kustomization.yaml"):
        text = path.read_text(encoding="utf-8")
        used |= {path} | {each for each in path.parent.iterdir() if each.name in text}
    assert {path for path in TREE.rglob("*") if path.is_file()} == used


@without_kustomize
@waves
def test_pods_of_kubeflow_run_on_the_system_pool_alone(wave: Wave) -> None:
    """Notebooks, steps and trials are made by controllers, and are none of these."""
    place = on_system_nodes()
    for each in delivered(wave.name):
        if each["kind"] in ("Deployment", "StatefulSet", "Job"):
            pod = each["spec"]["template"]["spec"]
            assert {field: pod.get(field) for field in place} == place, each["metadata"]["name"]
        assert each["kind"] != "CronJob"
