"""The resources of prod fill an account that moto emulates, and their deletion empties it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import Any

import pytest

from resources.resource import Resource
from tests.support.cloud.described import DESCRIBED, differences
from tests.support.cloud.emulated import EMULATED, Account, counts, in_order
from tests.support.cloud.requests import faults_of
from tests.support.cloud.updates import CHECKED_ONLY, UPDATES
from tests.support.planner.plans import config_of, plan_of
from tests.support.services.servers import CREDENTIALS

pytestmark = pytest.mark.slow

STACK = "prod"
REGION = config_of(STACK)["environment"]["region"]


def _larger(mappings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "ebs": {**each["ebs"], "volumeSize": each["ebs"]["volumeSize"] + 1}} for each in mappings]


def _owned_by_others(tags: Mapping[str, str] | None) -> dict[str, str]:
    return {**(tags or {}), "owner": "another-team"}


CHANGES: Mapping[str, Callable[[Any], Any]] = {
    "blockDeviceMappings": _larger,
    "maxCapacity": lambda value: value + 1,
    "retentionInDays": lambda _: 400,
    "scalingConfig": lambda value: {**value, "maxSize": value["maxSize"] + 1},
    "tags": _owned_by_others,
    "threshold": lambda value: value + 1,
}


@dataclass(frozen=True)
class Life:
    """What the account had before the deployment, after it, after an update of all and after the deletion."""

    before: dict[str, int]
    deployed: dict[str, int]
    updated: dict[str, int]
    differences: dict[str, dict[str, Any]]
    """By URN, what the account has after its update, and what was asked for."""
    left: dict[str, int]


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    with pytest.MonkeyPatch.context() as patch:
        for key, value in CREDENTIALS.items():
            patch.setenv(key, value)
        patch.setenv("MOTO_ACCOUNT_ID", config_of(STACK)["environment"]["account"])
        # moto has no types.
        emulation: Any = import_module("moto").mock_aws
        with emulation(config={"iam": {"load_aws_managed_policies": True}}):

            @cache
            def client(service: str, region: str) -> Any:
                return import_module("boto3").client(service, region_name=region)

            account, before = Account(client, REGION), counts(client, REGION)
            for each in in_order(plan_of(STACK)):
                account.create(each)
            deployed = counts(client, REGION)
            differing: dict[str, dict[str, Any]] = {}
            for each in map(changed, in_order(plan_of(STACK))):
                account.update(each)
                if each.type in DESCRIBED:
                    differing[each.urn] = differences(partial(_call, account), REGION, each)
            updated = counts(client, REGION)
            for each in reversed(in_order(plan_of(STACK))):
                account.delete(each)
            yield Life(before, deployed, updated, differing, counts(client, REGION))


def changed(resource: Resource) -> Resource:
    """The resource with other bounds, another size of its disks and one more tag, where it has them."""
    inputs = {key: CHANGES[key](value) if key in CHANGES else value for key, value in resource.inputs.items()}
    return replace(resource, inputs=inputs)


def _call(account: Account, operation: str, region: str, **members: Any) -> dict[str, Any]:
    return account.call(operation, region, members)


def of_region(resource: Resource) -> bool:
    return resource.inputs.get("region", REGION) == REGION


def test_deployment_fills_the_account(life: Life) -> None:
    planned = Counter(each.type for each in plan_of(STACK) if of_region(each) or each.type == "aws:s3/bucket:Bucket")
    # AWS makes a security group with each VPC, and moto the default ones of the region.
    made_with_vpc = Counter({"aws:ec2/securityGroup:SecurityGroup": planned["aws:ec2/vpc:Vpc"]})
    added = {kind: found - life.before[kind] - made_with_vpc[kind] for kind, found in life.deployed.items()}
    assert added == {kind: planned[kind] for kind in added}
    assert sum(added.values()) > 200


def test_update_changes_what_the_account_has_and_makes_nothing_new(life: Life) -> None:
    assert life.updated == life.deployed
    assert {each.type for each in plan_of(STACK) if each.urn in life.differences} == {*DESCRIBED}
    assert {urn: found for urn, found in life.differences.items() if found} == {}


def test_updates_that_the_account_lacks_are_named_with_a_reason() -> None:
    assert {*UPDATES} - {*EMULATED} == {*CHECKED_ONLY}


@pytest.mark.parametrize("kind", UPDATES)
def test_updates_are_requests_that_aws_accepts(kind: str) -> None:
    invented = {text for each in plan_of(STACK) for text in each.outputs.values() if isinstance(text, str)}
    found = [each for each in map(changed, plan_of(STACK)) if each.type == kind]
    assert found
    assert [fault for each in found for fault in faults_of(each, invented, UPDATES)] == []


def test_deletion_empties_the_account(life: Life) -> None:
    assert life.left == life.before


def test_most_resources_of_the_account_are_emulated() -> None:
    ours = [each for each in plan_of(STACK) if each.type.startswith("aws:")]
    emulated = [each for each in ours if each.type in EMULATED]
    assert len(emulated) > 0.65 * len(ours)
