"""Replicas of delivered models are read from their overlays."""

from pathlib import Path

import pytest

from availability.delivered import Delivered, delivered_models
from resources.resource import Resource

PATTERN = "deploy/models/risk/*/overlays/prod"


def applications(path: object) -> Resource:
    generators = [{"git": {"directories": [{"path": path}]}}]
    return Resource(
        "urn:a",
        "kubernetes:argoproj.io/v1alpha1:ApplicationSet",
        "models-risk",
        inputs={"spec": {"generators": generators}},
    )


def overlay(root: Path, text: str) -> None:
    folder = root / "deploy/models/risk/fraud/overlays/prod"
    folder.mkdir(parents=True)
    (folder / "values.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{name: fraud, namespace: risk, minimum: 3, gpus: 1}", {("risk", "fraud"): Delivered(3, gpus=True)}),
        ("{name: fraud, namespace: risk, minimum: 0}", {("risk", "fraud"): Delivered(0, gpus=False)}),
        (
            "{name: fraud, namespace: risk, minimum: 1, gpuShare: {pods: 2}}",
            {("risk", "fraud"): Delivered(1, gpus=True)},
        ),
        ("{name: fraud, namespace: risk}", {}),
        ("- fraud", {}),
        ("{name: [", {}),
    ],
)
def test_overlay_states_the_replicas(tmp_path: Path, text: str, expected: dict[tuple[str, str], Delivered]) -> None:
    overlay(tmp_path, text)
    assert delivered_models([applications(PATTERN)], tmp_path) == expected


def test_a_repository_elsewhere_states_nothing(tmp_path: Path) -> None:
    assert delivered_models([applications(PATTERN)], tmp_path) == {}


@pytest.mark.parametrize("path", ["/etc/*", "../models/*", "", None, 3])
def test_a_path_outside_the_folder_is_not_read(tmp_path: Path, path: object) -> None:
    overlay(tmp_path, "{name: fraud, namespace: risk, minimum: 3}")
    assert delivered_models([applications(path)], tmp_path / "deploy") == {}
