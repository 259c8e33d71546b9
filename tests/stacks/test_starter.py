"""What the section starter needs of other sections, and how a feature store takes over its buckets."""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
import yaml
from pulumi.runtime.proto import resource_pb2

from components.core.spec import args_of
from components.data.data_buckets import DataBuckets, DataBucketsArgs
from components.data.feature_store.feature_store import FeatureStore
from resources.resource import Resource
from stacks.starter import DATA, taken_over
from tests.support.components.mocks import Recording, run
from tests.support.stacks.configs import STORE, config, read, refusal_of, sections_of

ROOT = Path(__file__).parents[2]
SECTIONS = sections_of("starter")
BUCKET = "aws:s3/bucket:Bucket"
INSTANCE = "aws:rds/instance:Instance"


class Former(Recording):
    """Keeps the former names that a resource without a parent had, beside its own."""

    def __init__(self, computed: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(computed=computed)
        self.former: dict[str, str] = {}

    def record(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Resource:
        aliases = cast(Any, request).aliases
        if former := [each.spec.name for each in aliases if each.spec.noParent]:
            [self.former[request.name]] = former
        return super().record(urn, request)


def changed(section: str, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(SECTIONS), section: {**SECTIONS[section], **changes}}


def task(**changes: Any) -> dict[str, Any]:
    [known] = SECTIONS["starter"]["tasks"]
    return changed("starter", tasks=[{**known, **changes}])


def without(section: str) -> dict[str, Any]:
    return {name: each for name, each in SECTIONS.items() if name != section}


def test_a_starter_needs_no_cluster_and_no_feature_store() -> None:
    parsed = read(SECTIONS)
    assert parsed.starter
    assert (parsed.gpu_cluster, parsed.feature_store) == (None, None)


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        (without("userPool"), "starter needs userPool, whose users sign in at its proxy; add it"),
        (changed("network", nat="none"), "machines of AWS Batch pull images and write logs; write nat: single"),
        (
            changed("userPool", clients=[{"name": "other", "callbackUrls": ["https://other.example.com/"]}]),
            "userPool.clients",
        ),
        (changed("starter", administrators=["operators"]), "starter.administrators"),
        (task(jobDefinition="ml-starter-other"), "batchQueue has no such job; write one of: ml-starter-predict"),
        (task(jobQueue="predictions"), "batchQueue has no such queue; write one of: ml-starter-predictions"),
        (task(team="risk"), "the job belongs to vision; write vision"),
        (task(resultFolder="predictions/results"), "the job writes only in its folder; write predict/results"),
        (without("batchQueue"), "its jobs need batchQueue; add it"),
        ({**SECTIONS, "featureStore": STORE}, "copy starter.data to featureStore.data"),
    ],
    ids=[
        "no users",
        "no way out",
        "no client",
        "no such group",
        "no job",
        "no queue",
        "other team",
        "other folder",
        "no Batch",
        "other buckets",
    ],
)
def test_what_a_starter_lacks_is_told(sections: dict[str, Any], told: str) -> None:
    assert told in refusal_of(sections)


def test_the_page_of_the_takeover_shows_a_config_that_is_accepted() -> None:
    page = (ROOT / "docs" / "takeover.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    added = {name.partition(":")[2]: each for name, each in yaml.safe_load(shown).items()}
    parsed = read({**SECTIONS, **added})
    assert parsed.starter
    assert parsed.feature_store
    assert parsed.feature_store.data == parsed.starter.data
    assert parsed.feature_services
    assert {each.name for each in parsed.feature_services.databases} == {*parsed.starter.databases}


def test_a_feature_store_takes_over_the_buckets_as_they_are() -> None:
    stack = config("starter")
    assert stack.starter
    data = stack.starter.data
    before = run(lambda: DataBuckets(DATA, args_of(DataBucketsArgs, data)))
    given: Any = {
        "data": data.model_dump(exclude_unset=True),
        "catalog": {"database": "ml"},
        "online": {"cache_name": "ml-online", "gigabytes": 10, "users": [{"name": "feast", "access": "write"}]},
        "database": {"identifier": "ml"},
        "vpc_id": "vpc-1",
        "isolated_subnet_ids": ["a", "b"],
        "client_security_group_id": "sg-nodes",
    }
    computed = {INSTANCE: {"masterUserSecrets": [{"secretArn": "arn"}], "address": "db", "resourceId": "db-1"}}
    after = Former(computed=computed)
    run(lambda: FeatureStore("feature-store", given, taken_over(stack, pulumi.ResourceOptions())), after)
    assert after.former == {"feature-store-data": DATA}
    # The engine replaces the former name of a component at the start of its children's names. Source: Pulumi's
    # documentation of the resource option aliases.
    kept = {(each.type, each.name): each.inputs for each in before.resources if each.custom}
    found = {(each.type, each.name.replace("feature-store-data", DATA)): each.inputs for each in after.resources}
    assert len([kind for kind, _ in kept if kind == BUCKET]) >= 5
    assert kept.keys() <= found.keys()
    buckets = {key: inputs["bucket"] for key, inputs in kept.items() if key[0] == BUCKET}
    assert {key: found[key]["bucket"] for key in buckets} == buckets
