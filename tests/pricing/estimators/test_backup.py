"""Recovery points are priced by the size of their store, and copies in the region that keeps them."""

from typing import Any

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import component, referring, resource

SELECTION = "aws:backup/selection:Selection"
VAULT = resource("aws:backup/vault:Vault", "vault", name="ml")
FAR = resource("aws:backup/vault:Vault", "copies", name="ml", region="eu-central-1")
DATABASE = resource("aws:rds/instance:Instance", "database", engine="postgres", allocatedStorage=100.0)
BUCKET = resource("aws:s3/bucket:Bucket", "ml-models-bucket", bucket="models")
VOLUME = resource("aws:ebs/volume:Volume", "volume", size=200.0, type="gp3")
FILES = resource("aws:efs/fileSystem:FileSystem", "files")


def plan(*copies: Any) -> Resource:
    rules = [{"ruleName": "snapshots", "copyActions": [{"destinationVaultArn": arn} for arn in copies]}]
    return referring(resource("aws:backup/plan:Plan", "plan", rules=rules), {"rules": [VAULT, FAR]})


def priced(store: Resource, *copies: Any, **usage: Any) -> Estimate:
    made = plan(*copies)
    chosen = referring(
        resource(SELECTION, "selection", name="it", planId=UNKNOWN, resources=UNKNOWN),
        {"planId": [made], "resources": [store]},
    )
    everything = [component(), VAULT, FAR, made, store, chosen]
    return estimate(everything, region="us-east-1", usage=Usage.model_validate(usage))


def lines(result: Estimate) -> list[tuple[str, float]]:
    return sorted((line.what, line.monthly) for line in result.lines if line.urn.endswith("::selection"))


def test_a_database_costs_its_storage_and_what_changes() -> None:
    # (100 + 10) GB x 0.095.
    assert lines(priced(DATABASE)) == [("recovery points of it", 10.45)]


def test_a_bucket_costs_what_it_holds_at_the_price_of_warm_storage() -> None:
    # 3 TB x 1,024 x 1.2 = 3,686.4 GB x 0.05.
    result = priced(BUCKET, buckets={"ml": {"storedTb": 3}}, backup={"changedShare": 0.2})
    assert lines(result) == [("recovery points of it", 184.32)]


def test_a_volume_costs_as_snapshots_do() -> None:
    # 220 GB x 0.05.
    assert lines(priced(VOLUME)) == [("recovery points of it", 11.0)]


def test_a_known_size_replaces_the_assumption() -> None:
    assert lines(priced(DATABASE, backup={"storedGb": {"it": 40}})) == [("recovery points of it", 3.8)]


def test_a_copy_costs_storage_there_and_the_transfer_of_changes() -> None:
    # 110 GB x 0.103 in eu-central-1, and 10 GB x 0.02 on the way.
    expected = [
        ("changes of it copied to eu-central-1", 0.2),
        ("copies of it", 11.33),
        ("recovery points of it", 10.45),
    ]
    assert lines(priced(DATABASE, UNKNOWN)) == expected
    there = "arn:aws:backup:eu-central-1:444455556666:backup-vault:central"
    assert lines(priced(DATABASE, there)) == expected


def test_a_copy_in_the_same_region_has_no_transfer() -> None:
    near = "arn:aws:backup:us-east-1:444455556666:backup-vault:central"
    assert lines(priced(DATABASE, near)) == [("copies of it", 10.45), ("recovery points of it", 10.45)]


def test_a_store_without_a_size_or_a_price_is_a_gap() -> None:
    [gap] = [each for each in priced(FILES).gaps if each.urn.endswith("::selection")]
    assert gap.reason == "the size of files is not known; write usage.backup.storedGb.it"
    [gap] = [each for each in priced(FILES, backup={"storedGb": {"it": 5}}).gaps if each.urn.endswith("::selection")]
    assert "no price of backup efs-warm in us-east-1" in gap.reason


def test_a_selection_of_foreign_stores_is_a_gap() -> None:
    chosen = resource(SELECTION, "selection", name="it", planId="p", resources=["arn:aws:rds:us-east-1:1:db:x"])
    result = estimate([component(), chosen], region="us-east-1", usage=Usage())
    assert [each.reason for each in result.gaps] == [
        "the stores that it backs up are not in this stack, so their size is not known"
    ]


def test_usage_of_an_unknown_store_is_reported() -> None:
    [fault] = priced(DATABASE, backup={"storedGb": {"nothing": 5}}).faults
    assert fault.startswith("usage.backup.storedGb.nothing = 5: no store with a backup of the stack has this name")


def test_restore_tests_have_no_price() -> None:
    made = resource("aws:backup/restoreTestingPlan:RestoreTestingPlan", "tests", name="t")
    [gap] = estimate([component(), made], region="us-east-1", usage=Usage()).gaps
    assert gap.reason == "restore tests, and what they restore for a day, have no estimator"
