"""A model that is kept on the nodes that serve it: what is kept, and how a replica comes by it."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.serving.serving_platform import names as agreed
from components.serving.serving_platform.cache_objects import reading
from components.serving.serving_platform.cache_spec import CacheGroupSpec
from tests.support.components.clusters import needs
from tests.support.components.mocks import Recording
from tests.support.components.models import CACHE, CANARY, MODEL, objects, served

SERVICE, CANARY_SERVICE = ("InferenceService", "fraud"), ("InferenceService", "fraud-canary")
KEPT = "LocalModelNamespaceCache"
# `printf s3://acme-models-123456789012/fraud/3/ | sha256sum`, of which KServe takes 16 characters as the folder's name.
# Source: kserve v0.20.0, pkg/apis/serving/v1alpha1, GetStorageKey.
FOLDER = "528c31e003889c74"


def kept(found: Mapping[tuple[str, str], Any]) -> dict[str, str]:
    """The names of what is kept, by the model's address."""
    return {each["spec"]["sourceModelUri"]: name for (kind, name), each in found.items() if kind == KEPT}


def predictor(found: Mapping[tuple[str, str], Any], key: tuple[str, str] = SERVICE) -> Any:
    return found[key]["spec"]["predictor"]


def test_each_replica_downloads_a_model_without_a_cache() -> None:
    found = objects()
    assert predictor(found)["model"]["storageUri"] == MODEL["modelUri"]
    assert not {"volumes", "initContainers"} & set(predictor(found))
    assert not kept(found)


def test_cached_model_has_source_size_and_node_group() -> None:
    found = objects(cache=CACHE)
    [(kind, name)] = [key for key in found if key[0] == KEPT]
    assert found[kind, name]["spec"] == {
        "sourceModelUri": MODEL["modelUri"],
        "modelSize": "12Gi",
        "nodeGroups": ["inference"],
    }
    assert found[kind, name]["metadata"]["namespace"] == MODEL["namespace"]


def test_replica_reads_the_folder_that_kserve_downloads_to() -> None:
    found = predictor(objects(cache=CACHE))
    group = parse(CacheGroupSpec, {"name": "inference", "storageGib": 20}, "group")
    _, claim = reading(group, MODEL["namespace"])
    name = claim["metadata"]["name"]
    assert found["model"]["storageUri"] == f"pvc://{name}/{FOLDER}"
    [volume] = found["volumes"]
    assert volume["persistentVolumeClaim"] == {"claimName": name, "readOnly": True}


def test_a_replica_waits_for_its_own_model() -> None:
    found = objects(cache=CACHE, canary=CANARY)
    folders: dict[tuple[str, str], str] = {}
    for key in (SERVICE, CANARY_SERVICE):
        spec = predictor(found, key)
        [waiting] = spec["initContainers"]
        folders[key] = waiting["command"][-1]
        assert spec["model"]["storageUri"].endswith(f"/{folders[key]}")
        assert agreed.CACHED in waiting["command"][2]
        assert [each["name"] for each in waiting["volumeMounts"]] == [each["name"] for each in spec["volumes"]]
        security = waiting["securityContext"]
        assert security["runAsNonRoot"]
        assert security["readOnlyRootFilesystem"]
        assert set(waiting["resources"]) == {"requests", "limits"}
    assert folders[SERVICE] == FOLDER != folders[CANARY_SERVICE]


def test_a_canarys_copy_stays_when_the_canary_is_taken() -> None:
    tried = kept(objects(cache=CACHE, canary=CANARY))
    taken = kept(objects(cache=CACHE, modelUri=CANARY["modelUri"], canary=CANARY))
    after = kept(objects(cache=CACHE, modelUri=CANARY["modelUri"]))
    assert set(tried) == {MODEL["modelUri"], CANARY["modelUri"]}
    assert taken == after == {CANARY["modelUri"]: tried[CANARY["modelUri"]]}


@pytest.mark.parametrize("change", [{"modelUri": "s3://acme/fraud/9/"}, {"cache": {**CACHE, "group": "other"}}])
def test_what_may_not_change_is_part_of_the_name(change: dict[str, Any]) -> None:
    [before] = kept(objects(cache=CACHE)).values()
    [after] = kept(objects(**{"cache": CACHE, **change})).values()
    assert before != after


def test_a_larger_copy_is_the_same_one() -> None:
    assert kept(objects(cache=CACHE)) == kept(objects(cache={**CACHE, "sizeGib": 13}))


def test_a_copys_name_fits_the_label_that_its_downloads_have() -> None:
    [name] = kept(objects(name="f" * 46, cache=CACHE)).values()
    assert len(name) == 63


def test_model_starts_after_its_cache_and_is_deleted_first() -> None:
    recording = served(cache=CACHE, canary=CANARY)
    copies = {each.name for each in recording.resources if each.type.endswith(f":{KEPT}")}
    assert len(copies) == 2
    for each in recording.resources:
        if each.type.endswith(":InferenceService"):
            assert copies <= needs(recording, each)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cache": {"group": "inference"}}, "cache.sizeGib is missing; it is required"),
        ({"cache": {"sizeGib": 3}}, "cache.group is missing; it is required"),
        ({"cache": {**CACHE, "sizeGib": 0}}, "cache.sizeGib = 0: "),
        ({"cache": {**CACHE, "group": "Inference"}}, "cache.group = 'Inference': "),
        ({"cache": CACHE, "modelUri": "hf://acme/fraud/"}, "modelUri = 'hf://acme/fraud/': "),
    ],
)
def test_a_cache_that_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as refused:
        served(recording, **changes)
    assert told in str(refused.value)
    assert not recording.resources
