"""The order of Kubeflow's waves, and how Argo CD keeps it."""

import json
from typing import Any

import pytest

from components.kubeflow.applications import WAVE_LABEL, MissingSettingError, application_set, settings_patches
from components.kubeflow.waves import WAVES, Wave, chosen
from tests.support.components.definitions import faults
from tests.support.components.waves import GIVEN, SHARED_SERVING, order_faults
from tests.support.deploy.overlays import SETTINGS, UPSTREAM, delivered, key, without_kustomize

REPOSITORY = "https://github.com/acme/mlplatform"


def delivery(**settings: dict[str, str]) -> dict[str, Any]:
    waves = chosen(shared_serving=False)
    given = {wave.name: {each: SETTINGS[each] for each in wave.settings} for wave in waves}
    patches = settings_patches(waves, given | settings)
    return application_set(
        waves, patches, namespace="argocd", project="kubeflow", repository=REPOSITORY, revision="a" * 40
    )


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with a KServe"])
def test_each_wave_follows_the_definitions_it_needs(shared: bool) -> None:
    assert order_faults(chosen(shared_serving=shared), GIVEN | SHARED_SERVING if shared else GIVEN) == []


@pytest.mark.parametrize("wave", [each for each in WAVES if {*each.needs} - GIVEN], ids=lambda wave: wave.name)
def test_order_faults_names_a_wave_that_is_too_early(wave: Wave) -> None:
    others = [each for each in WAVES if each is not wave]
    found = order_faults([wave, *others], GIVEN)
    assert [each for each in found if each.startswith(f"{wave.name} needs")] == [
        f"{wave.name} needs {each}, which no earlier wave brings" for each in sorted({*wave.needs} - GIVEN)
    ]


def test_order_faults_names_a_definition_brought_twice() -> None:
    assert order_faults([Wave("again", "x", brings=("certificates.cert-manager.io",))]) == [
        "again brings certificates.cert-manager.io, which exists already"
    ]


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_wave_brings_the_pinned_manifests(wave: Wave) -> None:
    published = UPSTREAM[wave.name].get("definitions", [])
    assert sorted(wave.brings) == [each for each in published if not each.endswith(".metacontroller.k8s.io")]


@without_kustomize
@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_a_wave_waits_for_every_workload_that_its_overlay_leaves(wave: Wave) -> None:
    made = delivered(wave.name)
    left = {"/".join(key(each)) for each in made if each["kind"] in ("Deployment", "DaemonSet", "StatefulSet")}
    assert left <= {*wave.ready} <= {*UPSTREAM[wave.name].get("workloads", [])}
    in_cluster = {"mysql", "seaweedfs", "katib-mysql", "model-registry-db", "metacontroller"}
    gone = {each for each in UPSTREAM[wave.name].get("workloads", []) if each.rpartition("/")[2] in in_cluster}
    profiles = {"Deployment/kubeflow/kubeflow-pipelines-profile-controller"}
    assert {*UPSTREAM[wave.name].get("workloads", [])} - {*wave.ready} == gone | (
        profiles if wave.name == "pipelines" else set()
    )


@without_kustomize
@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_wave_names_the_definition_of_every_object(wave: Wave) -> None:
    published = {each for each in UPSTREAM[wave.name].get("objects", []) if "metacontroller" not in each}
    assert published <= {*wave.needs} | {*wave.brings} | {"clustertrainingruntimes.trainer.kubeflow.org"}
    for each in delivered(wave.name):
        group = each["apiVersion"].partition("/")[0]
        if "." not in group or (group.endswith("k8s.io") and not group.endswith("x-k8s.io")):
            continue
        stem = each["kind"].lower().removesuffix("y")
        assert any(name.startswith(stem) and name.endswith(f".{group}") for name in wave.needs), key(each)


@without_kustomize
def test_no_object_is_in_two_waves() -> None:
    everything = [key(each) for wave in WAVES for each in delivered(wave.name)]
    assert len(everything) == len({*everything})


def test_the_set_is_valid_and_in_order_and_goes_backwards() -> None:
    made = delivery()
    assert faults(made) == []
    strategy = made["spec"]["strategy"]
    steps = [step["matchExpressions"] for step in strategy["rollingSync"]["steps"]]
    names = [wave.name for wave in chosen(shared_serving=False)]
    assert steps == [[{"key": WAVE_LABEL, "operator": "In", "values": [name]}] for name in names]
    assert (strategy["type"], strategy["deletionOrder"]) == ("RollingSync", "Reverse")
    assert made["spec"]["template"]["metadata"]["labels"] == {WAVE_LABEL: "{{.wave}}"}
    assert made["spec"]["template"]["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]


def test_each_application_has_its_own_path_and_settings() -> None:
    elements = delivery()["spec"]["generators"][0]["list"]["elements"]
    by_name = {each["wave"]: each for each in elements}
    assert by_name["mesh"]["path"] == "deploy/kubeflow/overlays/mesh"
    assert json.loads(by_name["mesh"]["settings"])["data"] == {
        "host": SETTINGS["host"],
        "targetGroupArn": SETTINGS["targetGroupArn"],
    }
    assert by_name["trainer"]["settings"] == ""


@pytest.mark.parametrize("value", [{}, {"host": "kubeflow.example.com", "targetGroupArn": ""}], ids=["none", "empty"])
def test_a_setting_that_is_missing_is_named(value: dict[str, str]) -> None:
    with pytest.raises(MissingSettingError, match=r"wave mesh has no .*targetGroupArn; set each to a value"):
        delivery(mesh=value)


def test_settings_of_no_wave_are_refused() -> None:
    with pytest.raises(MissingSettingError, match="settings of meshes: no such wave"):
        delivery(meshes={"host": "x"})


def test_confirmed_deletion_of_a_definition_is_kept() -> None:
    assert "argocd.argoproj.io/deletion-approved" in delivery()["spec"]["preservedFields"]["annotations"]
