"""What stands for AWS behind the stand-ins checks requests and holds what they make; it needs no Pulumi CLI."""

from collections.abc import Generator
from typing import Any

import pytest

from tests.support.engine.account_client import ask
from tests.support.engine.accounts import Accounts
from tests.support.engine.memory import RefusedError
from tests.support.services.servers import REGION

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_GROUP: dict[str, Any] = {
    "clusterName": "ml",
    "nodeRoleArn": "made",
    "subnetIds": ["subnet-a"],
    "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 2},
}


@pytest.fixture
def accounts() -> Generator[Accounts]:
    made = Accounts()
    made.emulate("dev", "111122223333")
    yield made
    made.close()


def asked(accounts: Accounts, operation: str, kind: str, of: str, inputs: dict[str, Any], **made: Any) -> None:
    urn = f"urn:pulumi:dev::project::mlplatform:index:Parent${kind}::{of}"
    ask(accounts.url, operation, urn, REGION, inputs, {**inputs, "id": of, **made})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"capacityType": "CHEAP"}, "capacityType = 'CHEAP' is none of"),
        ({"scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 0}}, "valid min value: 1"),
        ({"diskGib": 20}, "no call takes diskGib"),
    ],
)
def test_what_the_api_does_not_take_is_refused(accounts: Accounts, change: dict[str, Any], told: str) -> None:
    refused = ""
    try:
        asked(accounts, "check", "aws:eks/nodeGroup:NodeGroup", "pool", {**NODE_GROUP, **change})
    except RefusedError as error:
        refused = str(error)
    assert told in refused
    assert bool(refused) is bool(told)


def test_the_account_has_what_was_made_until_it_is_deleted(accounts: Accounts) -> None:
    account, group = accounts.of("dev"), {"name": "/ml/jobs"}
    asked(accounts, "create", LOG_GROUP, "jobs", {**group, "retentionInDays": 7})
    with pytest.raises(RefusedError, match="ResourceAlreadyExistsException"):
        asked(accounts, "create", LOG_GROUP, "again", group)
    asked(accounts, "update", LOG_GROUP, "jobs", {**group, "retentionInDays": 30})
    [made] = account.call("logs:DescribeLogGroups")["logGroups"]
    assert made["retentionInDays"] == 30
    asked(accounts, "delete", LOG_GROUP, "jobs", group)
    assert account.call("logs:DescribeLogGroups")["logGroups"] == []


def test_the_older_of_two_goes_when_a_resource_was_replaced(accounts: Accounts) -> None:
    account = accounts.of("dev")
    for name in ("old", "new"):
        asked(accounts, "create", TEMPLATE, "nodes", {"imageId": "ami-1"}, name=name)
    asked(accounts, "delete", TEMPLATE, "nodes", {"imageId": "ami-1"}, name="old")
    [left] = account.call("ec2:DescribeLaunchTemplates")["LaunchTemplates"]
    assert left["LaunchTemplateName"] == "new"


def test_what_a_stack_imported_is_not_in_its_account(accounts: Accounts) -> None:
    asked(accounts, "update", LOG_GROUP, "imported", {"name": "/old", "retentionInDays": 30})
    asked(accounts, "delete", LOG_GROUP, "imported", {"name": "/old"})
