"""A wave is over when Argo CD sees in the cluster what the overlay says: what a definition fills in must not differ."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.kubeflow.applications import VALIDATOR, application_set
from components.kubeflow.waves import WAVES, Wave
from tests.support.components.definitions import validator
from tests.support.deploy.overlays import delivered, key, one, without_kustomize


def filled_in(value: Any, schema: Mapping[str, Any], path: str, *, listed: bool) -> Iterator[str]:
    """What the API server adds to `value` below a list that it replaces as a whole.

    Elsewhere a field of its own is no difference: a server-side apply owns what it sent. Source: Argo CD, issue 13004.
    """
    if isinstance(value, dict):
        known = cast(dict[str, Any], value)
        for name, field in cast(Mapping[str, Any], schema.get("properties") or {}).items():
            if name in known:
                yield from filled_in(known[name], field, f"{path}.{name}", listed=listed)
            elif listed and "default" in field:
                yield f"{path}.{name}"
    elif isinstance(value, list):
        whole = schema.get("x-kubernetes-list-type", "atomic") == "atomic"
        for index, item in enumerate(cast(list[Any], value)):
            yield from filled_in(item, schema.get("items") or {}, f"{path}[{index}]", listed=listed or whole)


@without_kustomize
@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_no_definition_adds_to_a_list_what_the_overlay_leaves_out(wave: Wave) -> None:
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in delivered(wave.name):
        group = each["apiVersion"].rpartition("/")[0]
        if "." not in group or (group.endswith(".k8s.io") and not group.endswith("x-k8s.io")):
            continue
        schema = validator(each["apiVersion"], each["kind"]).schema
        found[key(each)] = list(filled_in(each.get("spec", {}), schema["properties"]["spec"], "spec", listed=False))
    assert {where: added for where, added in found.items() if added} == {}


def test_what_is_added_to_a_list_is_found_and_nothing_else() -> None:
    item = {"type": "object", "properties": {"key": {}, "strategy": {"default": "Default"}}}
    schema = {"properties": {"data": {"items": item}, "target": item}}
    assert list(filled_in({"data": [{"key": "x"}], "target": {"key": "x"}}, schema, "spec", listed=False)) == [
        "spec.data[0].strategy"
    ]
    by_key = {"properties": {"data": {"items": item, "x-kubernetes-list-type": "map"}}}
    assert list(filled_in({"data": [{"key": "x"}]}, by_key, "spec", listed=False)) == []


@without_kustomize
def test_what_istio_turns_by_itself_keeps_no_wave_out_of_sync() -> None:
    validator_of_istio = one(delivered("mesh"), "ValidatingWebhookConfiguration", VALIDATOR)
    assert {each["failurePolicy"] for each in validator_of_istio["webhooks"]} == {"Ignore"}
    made = application_set([], {}, namespace="argocd", project="kubeflow", repository="https://x.example", revision="a")
    spec = made["spec"]["template"]["spec"]
    [ignored] = [each for each in spec["ignoreDifferences"] if each.get("name") == VALIDATOR]
    assert (ignored["kind"], ignored["jqPathExpressions"]) == (
        validator_of_istio["kind"],
        [".webhooks[]?.failurePolicy"],
    )
    # What is no difference isn't written back either.
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
    others = [each for each in spec["ignoreDifferences"] if "failurePolicy" in str(each) and each is not ignored]
    assert others == []


@without_kustomize
def test_what_grows_by_itself_has_no_number_of_replicas() -> None:
    grown = {
        (each["metadata"]["namespace"], each["spec"]["scaleTargetRef"]["name"])
        for each in delivered("mesh")
        if each["kind"] == "HorizontalPodAutoscaler"
    }
    assert grown
    for each in delivered("mesh"):
        if each["kind"] == "Deployment" and (each["metadata"]["namespace"], each["metadata"]["name"]) in grown:
            assert "replicas" not in each["spec"], key(each)
