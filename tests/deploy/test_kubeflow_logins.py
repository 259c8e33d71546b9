"""No user and no password that Kubeflow's makers chose: held by the rule that holds for all that the program makes."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from components.kubeflow.waves import WAVES, Wave
from policies.engine.evaluate import evaluate
from tests.support.components.kubeflow import kubeflow
from tests.support.deploy.overlays import TREE, Object, base, delivered, read, without_kustomize
from tests.support.policies.cases import context, make

RULE = "default-login"
PUBLISHED = {
    "sign-in": {"oauth2-proxy"},
    "pipelines": {"mlpipeline-minio-artifact", "mysql"},
    "experiments": {"katib-mysql", "katib-mysql-secrets"},
    "model-registry": {"model-registry-db-secrets"},
}
"""What the manifests bring a login with, by wave: the cookie's key, the object store, databases."""


def opened(objects: Iterable[Mapping[str, Any]]) -> set[str]:
    """The objects that the rule finds a known login in."""
    given: list[Object] = [dict(each) for each in objects]
    named = [
        make(f"kubernetes:{_group(each['apiVersion'])}:{each['kind']}", each, name=each["metadata"]["name"])
        for each in given
    ]
    return {each.urn.rpartition("::")[2] for each in evaluate(named, context()) if each.policy == RULE}


def _group(version: str) -> str:
    return version if "/" in version else f"core/{version}"


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_the_rule_finds_what_the_manifests_come_with(wave: Wave) -> None:
    assert opened(base(wave.name)) >= PUBLISHED.get(wave.name, set())


@without_kustomize
@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_an_overlay_leaves_nothing_for_it_to_find(wave: Wave) -> None:
    assert opened(delivered(wave.name)) == set()


def test_no_file_of_the_tree_brings_one_back() -> None:
    objects = [
        each
        for path in TREE.rglob("*.yaml")
        for each in read(path)
        if "metadata" in each and "name" in each["metadata"]
    ]
    assert len(objects) > len(WAVES)
    assert opened(objects) == set()


def test_teams_cannot_open_what_the_program_makes() -> None:
    assert not [each for each in evaluate(kubeflow().resources, context()) if each.policy == RULE]
