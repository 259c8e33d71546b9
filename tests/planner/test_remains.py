"""What a plan says that a destroy leaves in the account."""

from dataclasses import replace

import pytest

from planner.remains import remains
from resources.resource import UNKNOWN, Resource
from tests.support.planner.plans import CLUSTERED, STACKS, plan_of
from tests.support.planner.terminal import EMPTY, shown

KEY = "aws:kms/key:Key"
ENCRYPTED = {
    "aws:rds/instance:Instance": "finalSnapshotIdentifier",
    "aws:elasticache/replicationGroup:ReplicationGroup": "finalSnapshotIdentifier",
}


@pytest.mark.parametrize("stack", STACKS)
def test_every_retained_resource_is_told_with_a_way_to_remove_it(stack: str) -> None:
    kept = {each.name for each in plan_of(stack) if each.retain_on_delete}
    told = remains(plan_of(stack))
    assert kept <= {each.what for each in told}
    assert all(each.how.startswith("aws ") for each in told)


@pytest.mark.parametrize("stack", CLUSTERED)
def test_the_key_of_every_last_snapshot_is_retained(stack: str) -> None:
    plan = plan_of(stack)
    by_urn = {each.urn: each for each in plan}
    stores = [each for each in plan if each.type in ENCRYPTED and ENCRYPTED[each.type] in each.inputs]
    assert stores
    for store in stores:
        [key] = [by_urn[urn] for urn in store.property_dependencies["kmsKeyId"] if by_urn[urn].type == KEY]
        assert key.retain_on_delete, store.name


@pytest.mark.parametrize("stack", STACKS)
def test_no_last_snapshot_has_a_name_that_an_earlier_life_took(stack: str) -> None:
    by_urn = {each.urn: each for each in plan_of(stack)}
    for each in plan_of(stack):
        if each.type in ENCRYPTED and ENCRYPTED[each.type] in each.inputs:
            needed = each.property_dependencies[ENCRYPTED[each.type]]
            assert KEY in {by_urn[urn].type for urn in needed}, each.name


def test_a_volume_that_stays_has_its_key_and_the_command_that_deletes_it() -> None:
    told = {each.what: each.how for each in remains(plan_of("starter"))}
    assert told["starter-data"] == "aws ec2 delete-volume --volume-id <id>"
    assert told["starter-key"].startswith("aws kms schedule-key-deletion")


def test_a_plan_tells_what_stays_once_for_each_reason() -> None:
    text = shown(replace(EMPTY, resources=plan_of("prod")))
    stays = text.split("Stays after a destroy")[1]
    assert "ml-prod-final-<id>" in stays
    assert "feature-store-database-key" in stays
    assert stays.count("aws kms schedule-key-deletion --key-id") == 1


def test_a_stack_whose_secrets_go_at_once_names_none() -> None:
    assert not [each for each in remains(plan_of("staging")) if "Secrets" in each.why]
    assert [each for each in remains(plan_of("prod")) if "Secrets" in each.why]


@pytest.mark.parametrize(
    ("policy", "told"), [({"homeEfsFileSystem": "Retain"}, 1), (None, 1), ({"homeEfsFileSystem": "Delete"}, 0)]
)
def test_home_folders_of_studio_stay_unless_deleted(policy: object, told: int) -> None:
    inputs = {"domainName": "ml-prod", **({"retentionPolicy": policy} if policy else {})}
    found = remains([Resource(urn="d", type="aws:sagemaker/domain:Domain", name="d", inputs=inputs)])
    assert [each.what for each in found] == ["home folders of the Studio domain ml-prod"] * told


@pytest.mark.parametrize(("days", "told"), [(3.0, "from 3 days"), (UNKNOWN, "from (not known) days")])
def test_a_vault_whose_lock_nobody_can_remove_stays(days: object, told: str) -> None:
    kind = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
    governance = Resource(urn="g", type=kind, name="g", inputs={"minRetentionDays": 7.0})
    assert remains([governance]) == ()
    [found] = remains([Resource(urn="c", type=kind, name="c", inputs={"changeableForDays": days})])
    assert told in found.why


@pytest.mark.parametrize(("destination", "told"), [("CloudWatchLogs", 1), ("XRay", 0)])
def test_destination_of_spans_stays_after_a_destroy(destination: str, told: int) -> None:
    kind = "aws:xray/traceSegmentDestination:TraceSegmentDestination"
    found = remains([Resource(urn="s", type=kind, name="s", inputs={"destination": destination})])
    assert len([each for each in found if "aws/spans" in each.what]) == told
