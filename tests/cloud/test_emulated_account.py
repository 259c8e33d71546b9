"""The resources of prod fill an account that moto emulates, and their deletion empties it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from resources.resource import Resource
from tests.support.cloud.emulated import EMULATED, Account, counts, in_order
from tests.support.planner.plans import config_of, plan_of
from tests.support.services.servers import CREDENTIALS

pytestmark = pytest.mark.slow

STACK = "prod"
REGION = config_of(STACK)["environment"]["region"]


@dataclass(frozen=True)
class Life:
    """What the account had before the deployment, after it, and after the deletion of all."""

    before: dict[str, int]
    deployed: dict[str, int]
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
            for each in reversed(in_order(plan_of(STACK))):
                account.delete(each)
            yield Life(before, deployed, counts(client, REGION))


def of_region(resource: Resource) -> bool:
    return resource.inputs.get("region", REGION) == REGION


def test_deployment_fills_the_account(life: Life) -> None:
    planned = Counter(each.type for each in plan_of(STACK) if of_region(each) or each.type == "aws:s3/bucket:Bucket")
    # AWS makes a security group with each VPC, and moto the default ones of the region.
    made_with_vpc = Counter({"aws:ec2/securityGroup:SecurityGroup": planned["aws:ec2/vpc:Vpc"]})
    added = {kind: found - life.before[kind] - made_with_vpc[kind] for kind, found in life.deployed.items()}
    assert added == {kind: planned[kind] for kind in added}
    assert sum(added.values()) > 200


def test_deletion_empties_the_account(life: Life) -> None:
    assert life.left == life.before


def test_most_resources_of_the_account_are_emulated() -> None:
    ours = [each for each in plan_of(STACK) if each.type.startswith("aws:")]
    emulated = [each for each in ours if each.type in EMULATED]
    assert len(emulated) > 0.65 * len(ours)
