"""What BackupPlans make, what AWS would accept of it, and what is refused."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.facts.cron import KUBERNETES
from components.recovery.backup_plans.backup_plans import BackupPlans
from components.recovery.backup_plans.schedule import StoreKind, snapshot_hours, snapshot_schedule
from policies.backup import longest_gap
from policies.engine.evaluate import evaluate
from pricing.schedules import minutes_of_week
from resources.resource import Resource
from tests.support.aws_models import faults, service_model
from tests.support.components.clusters import needs
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
KEY = "aws:kms/key:Key"
EVENTS = "aws:backup/vaultNotifications:VaultNotifications"
TEST_PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
TEST_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"

REGISTRY_ARN = "arn:aws:rds:us-east-1:111122223333:db:ml"
MODELS_ARN = "arn:aws:s3:::ml-models"
FILES_ARN = "arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-1"
REGISTRY = {"kind": "database", "rpo_minutes": 5, "rto_minutes": 60}
MODELS: dict[str, Any] = {"kind": "bucket"}
IN_CHINA = "arn:aws-cn:backup:cn-north-1:444455556666:backup-vault:central"
ELSEWHERE = "arn:aws:backup:us-east-1:444455556666:backup-vault:central"


def backup_plans(recording: Recording | None = None, **args: Any) -> Recording:
    """BackupPlans "recovery" of a database and a bucket, unless `args` say otherwise."""
    given = {
        "vault_name": "ml",
        "stores": {"registry": REGISTRY, "models": MODELS},
        "store_arns": {"registry": REGISTRY_ARN, "models": MODELS_ARN},
        **args,
    }
    return run(lambda: BackupPlans("recovery", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        backup_plans(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


@pytest.fixture(scope="module")
def made() -> Recording:
    return backup_plans()


def rules(recording: Recording, store: str) -> dict[str, dict[str, Any]]:
    plan = recording.one(PLAN, f"recovery-{store}-plan").inputs
    return {each["ruleName"]: each for each in plan["rules"]}


def only(store: dict[str, Any], arn: str = MODELS_ARN, **args: Any) -> Recording:
    return backup_plans(stores={"it": store}, store_arns={"it": arn}, **args)


def test_each_store_is_selected_by_its_arn_alone(made: Recording) -> None:
    for store, arn in (("registry", REGISTRY_ARN), ("models", MODELS_ARN)):
        selection = made.one(SELECTION, f"recovery-{store}-selection").inputs
        assert selection["resources"] == [arn]
        assert not {"selectionTags", "conditions", "notResources"} & set(selection)


def test_a_vault_has_a_key_of_its_own_and_a_governance_lock(made: Recording) -> None:
    vault = made.one(VAULT, "recovery-vault")
    assert vault.property_dependencies["kmsKeyArn"] == [made.one(KEY, "recovery-vault-key").urn]
    assert vault.protect
    assert vault.inputs["forceDestroy"] is False
    lock = made.one(LOCK, "recovery-vault-lock").inputs
    assert lock["minRetentionDays"] == 7
    assert "changeableForDays" not in lock


def test_the_vault_can_be_emptied_without_deletion_protection() -> None:
    open_ = backup_plans(deletion_protection=False, lock={"mode": "none"})
    vault = open_.one(VAULT, "recovery-vault")
    assert vault.inputs["forceDestroy"] is True
    assert not vault.protect
    assert not open_.all(LOCK)


def test_a_compliance_lock_needs_days_to_cool_off_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    assert "lock.changeableForDays = null: mode compliance needs it" in refusal(lock={"mode": "compliance"})
    assert "lock.changeable_for_days = 2: must be at least 3" in refusal(
        lock={"mode": "compliance", "changeable_for_days": 2}
    )
    assert "lock.changeableForDays = 3: it makes the lock irrevocable" in refusal(lock={"changeable_for_days": 3})
    recording = backup_plans(lock={"mode": "compliance", "changeable_for_days": 3}, copy_region="us-west-2")
    assert [each.inputs["changeableForDays"] for each in recording.all(LOCK)] == [3, 3]
    assert "nobody, neither root nor AWS, can remove the lock" in caplog.text


@pytest.mark.parametrize(
    ("kind", "minutes", "hours"),
    [
        ("bucket", 1500, 24),
        ("bucket", 1499, 12),
        ("bucket", 780, 12),
        ("volume", 120, 1),
        ("file-system", 300, 4),
        ("bucket", 15, 24),
        ("database", 5, 24),
        ("database", 120, 1),
    ],
)
def test_snapshots_are_as_often_as_the_objective_needs(kind: str, minutes: int, hours: int) -> None:
    assert snapshot_hours(StoreKind(kind), minutes) == hours
    expression = snapshot_schedule(hours, 5)
    assert longest_gap(expression) == hours * 60
    if minutes >= 120:
        assert hours * 60 + 60 <= minutes
    minute, hour, *_ = expression.removeprefix("cron(").split()
    assert 5 * 60 in minutes_of_week(f"{minute} {hour} * * *", KUBERNETES)


def test_a_database_is_never_backed_up_continuously(made: Recording) -> None:
    # AWS Backup would take over the instance's own backups, and RDS would refuse the next deployment.
    assert [*rules(made, "registry")] == ["snapshots"]


def test_a_bucket_with_a_small_objective_is_backed_up_continuously_for_35_days() -> None:
    both = rules(only({"kind": "bucket", "rpo_minutes": 15, "retention_days": 90}, copy_region="us-west-2"), "it")
    assert both["continuous"]["enableContinuousBackup"] is True
    assert both["continuous"]["lifecycle"] == {"deleteAfter": 35}
    # Copies of continuous backups are no continuous backups: only snapshots are copied.
    assert not both["continuous"].get("copyActions")
    assert both["snapshots"]["lifecycle"] == {"deleteAfter": 90}
    assert len(both["snapshots"]["copyActions"]) == 1


def test_copies_go_to_a_vault_with_a_key_of_its_region_and_to_another_account() -> None:
    recording = backup_plans(
        copy_region="us-west-2",
        copy_vault_arn=ELSEWHERE,
        copy_days=90,
        stores={"models": MODELS},
        store_arns={"models": MODELS_ARN},
    )
    copies = recording.one(VAULT, "recovery-copies")
    assert copies.inputs["region"] == "us-west-2"
    key = recording.one(KEY, "recovery-copies-key")
    assert key.inputs["region"] == "us-west-2"
    assert copies.property_dependencies["kmsKeyArn"] == [key.urn]
    assert recording.one(LOCK, "recovery-copies-lock").inputs["region"] == "us-west-2"
    actions = rules(recording, "models")["snapshots"]["copyActions"]
    regions = [each["destinationVaultArn"].split(":")[3:5] for each in actions]
    assert regions == [["us-west-2", ACCOUNT], ["us-east-1", "444455556666"]]
    assert [each["lifecycle"] for each in actions] == [{"deleteAfter": 90}] * 2


def test_a_store_that_is_not_copied_stays_in_its_region() -> None:
    recording = only({"kind": "bucket", "copied": False}, copy_region="us-west-2")
    assert not rules(recording, "it")["snapshots"].get("copyActions")


def test_only_file_systems_have_cold_storage_and_for_90_days() -> None:
    cold = rules(only({"kind": "file-system", "cold_days": 30, "retention_days": 120}, FILES_ARN), "it")
    assert cold["snapshots"]["lifecycle"] == {"coldStorageAfter": 30, "deleteAfter": 120}
    stores = {"it": {"kind": "file-system", "cold_days": 30, "retention_days": 119}}
    assert "stores.it.retentionDays = 119" in refusal(stores=stores, store_arns={"it": FILES_ARN})
    stores = {"it": {"kind": "bucket", "cold_days": 30, "retention_days": 365}}
    assert "AWS Backup has no cold storage for a bucket; remove it" in refusal(stores=stores)


def test_roles_have_the_managed_policies_of_their_stores_alone(made: Recording) -> None:
    def policies(recording: Recording) -> set[str]:
        return {each.inputs["policyArn"].rpartition("/")[2] for each in recording.all(ATTACHMENT)}

    both = {"AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"}
    for_s3 = {"AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore"}
    assert policies(made) == both | for_s3
    assert policies(only(REGISTRY, REGISTRY_ARN)) == both


def test_selections_wait_for_the_policies_of_their_role(made: Recording) -> None:
    waits = needs(made, made.one(SELECTION, "recovery-models-selection"))
    assert {
        "recovery-backup-AWSBackupServiceRolePolicyForBackup",
        "recovery-backup-AWSBackupServiceRolePolicyForS3Backup",
    } <= waits


def test_alarms_ring_on_failures_and_on_a_day_without_a_backup(made: Recording) -> None:
    alarms = {each.name: each.inputs for each in made.all(ALARM)}
    assert all([*each["dimensions"]] == ["BackupVaultName"] for each in alarms.values())
    assert all(each["alarmActions"] == each["okActions"] for each in alarms.values())
    assert alarms["recovery-failed"]["treatMissingData"] == "notBreaching"
    missed = alarms["recovery-missed"]
    # Without jobs there is no metric at all, which this alarm takes for a failure.
    assert (missed["metricName"], missed["treatMissingData"]) == ("NumberOfBackupJobsCompleted", "breaching")
    assert missed["period"] * missed["evaluationPeriods"] > 25 * 3600
    assert "recovery-copy-failed" not in alarms
    assert "recovery-copy-failed" in {each.name for each in backup_plans(copy_region="us-west-2").all(ALARM)}


def test_the_topic_is_encrypted_and_the_services_may_publish(made: Recording) -> None:
    policy = json.loads(made.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])
    publishers = {each["Principal"]["Service"] for each in policy["Statement"] if each["Effect"] == "Allow"}
    assert publishers == {"backup.amazonaws.com", "cloudwatch.amazonaws.com"}
    key = json.loads(made.one(KEY, "recovery-vault-key").inputs["policy"])
    users = {each["Principal"].get("Service") for each in key["Statement"]} - {None}
    assert users == publishers


def test_restore_tests_restore_the_newest_snapshots_into_the_own_network() -> None:
    assert "pass databaseSubnetGroup" in refusal(restore_test="0 5 * * 6")
    assert "takes one of them" in refusal(restore_test="0 5 1 * 6")
    recording = backup_plans(vault_name="ml-prod", restore_test="0 5 * * 6", database_subnet_group="ml-subnets")
    plan = recording.one(TEST_PLAN).inputs
    assert plan["name"] == "ml_prod_restore_test"
    assert plan["scheduleExpression"] == "cron(0 5 ? * SAT *)"
    tests = {each.inputs["protectedResourceType"]: each.inputs for each in recording.all(TEST_SELECTION)}
    assert tests["RDS"]["restoreMetadataOverrides"] == {"dbSubnetGroupName": "ml-subnets"}
    assert tests["S3"]["protectedResourceArns"] == [MODELS_ARN]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"store_arns": {"models": MODELS_ARN}}, "it needs the stores ['models', 'registry'] of stores; add registry"),
        ({"copy_region": "us-east-1"}, "copyRegion = 'us-east-1': it is the vault's own region; take another"),
        (
            {"copy_region": "cn-north-1"},
            "copyRegion = 'cn-north-1': cn-north-1 is in the partition aws-cn, and us-east-1",
        ),
        (
            {"copy_region": "us-gov-west-1"},
            "AWS does not copy between partitions; write a region of the same partition",
        ),
        ({"copy_vault_arn": IN_CHINA}, f"copyVaultArn = {IN_CHINA!r}: cn-north-1 is in the partition aws-cn"),
        ({"copy_region": "us-east-9"}, "us-east-9 is not an AWS region"),
        ({"lock": {"minimum_days": 36}}, "stores.models.retentionDays = 35: the lock keeps recovery points for 36"),
        ({"lock": {"minimum_days": 7, "maximum_days": 30}}, "30 days at most; lower it to 30"),
        ({"lock": {"minimum_days": 7, "maximum_days": 6}}, "lock.maximumDays = 6: is below minimumDays = 7; raise it"),
        (
            {"stores": {"f": {"kind": "file-system", "cold_days": 30, "retention_days": 200}}, "copy_days": 60},
            "copyDays = 60: copies of f move to cold storage after coldDays = 30 and stay there for 90 days or more; "
            "write 120 or more",
        ),
        ({"copy_days": 90}, "copyDays = 90: nothing is copied without copyRegion and copyVaultArn; add one, or remove"),
        (
            {"stores": {"registry": {**REGISTRY, "copied": True}, "models": MODELS}},
            "stores.registry.copied = true: nothing is copied without copyRegion and copyVaultArn",
        ),
        ({"lock": {"mode": "none", "minimum_days": 7}}, "lock.minimumDays = 7: mode none makes no lock, so nothing"),
        ({"lock": {"mode": "none", "maximum_days": 90}}, "lock.maximumDays = 90: mode none makes no lock"),
        ({"restore_test": "*/5 * * * *"}, "restore_test = '*/5 * * * *': occurs 288 times a day: each"),
        ({"restore_test": "0 5,17 * * 6"}, "occurs 2 times a day: each restore test creates every database"),
        ({"copy_days": 3}, "copyDays = 3: the lock keeps recovery points for 7 days or more; raise it to 7"),
        ({"copy_vault_arn": "central"}, "such as arn:aws:backup:us-east-1:111122223333:backup-vault:central"),
        ({"emails": ["a@b.com", "a@b.com"]}, "a@b.com is named more than once"),
        ({"stores": {"models": {"kind": "bucket", "rpo_minutes": 10}}}, "a bucket cannot have less than 15; raise it"),
        ({"stores": {"it": {"kind": "volume", "rpo_minutes": 60}}}, "a volume cannot have less than 120; raise it"),
        ({"stores": {}}, "stores"),
    ],
)
def test_backup_plans_refuse(args: dict[str, Any], told: str) -> None:
    assert told in refusal(**args)


def test_the_lock_counts_for_continuous_backups_too() -> None:
    store = {"kind": "bucket", "rpo_minutes": 15, "retention_days": 90}
    told = refusal(stores={"it": store}, store_arns={"it": MODELS_ARN}, lock={"minimum_days": 40})
    assert "stores.it.retentionDays = 35" in told


def test_backup_plans_break_no_rule() -> None:
    recording = backup_plans(copy_region="us-west-2", restore_test="0 5 * * 6", database_subnet_group="ml-subnets")
    found = [each.policy for each in evaluate(recording.resources, context())]
    assert [each for each in found if each.startswith(("backup", "role", "stateful", "bucket", "topic"))] == []


def _request(resource: Resource) -> tuple[str, dict[str, Any]]:
    """The operation and the parameters that the provider makes of a resource's inputs.

    Source: hashicorp/terraform-provider-aws, internal/service/backup.
    """
    given = resource.inputs
    if resource.type == VAULT:
        return "CreateBackupVault", {"BackupVaultName": given["name"], "EncryptionKeyArn": given["kmsKeyArn"]}
    if resource.type == LOCK:
        return "PutBackupVaultLockConfiguration", {
            "BackupVaultName": given["backupVaultName"],
            "MinRetentionDays": int(given["minRetentionDays"]),
        }
    if resource.type == EVENTS:
        return "PutBackupVaultNotifications", {
            "BackupVaultName": given["backupVaultName"],
            "SNSTopicArn": given["snsTopicArn"],
            "BackupVaultEvents": given["backupVaultEvents"],
        }
    if resource.type == SELECTION:
        return "CreateBackupSelection", {
            "BackupPlanId": given["planId"],
            "BackupSelection": {
                "SelectionName": given["name"],
                "IamRoleArn": given["iamRoleArn"],
                "Resources": given["resources"],
            },
        }
    plan = {"BackupPlanName": given["name"], "Rules": [_rule(each) for each in given["rules"]]}
    return "CreateBackupPlan", {"BackupPlan": plan, "BackupPlanTags": given["tags"]}


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    def lifecycle(of: dict[str, Any]) -> dict[str, int]:
        names = {"deleteAfter": "DeleteAfterDays", "coldStorageAfter": "MoveToColdStorageAfterDays"}
        return {names[key]: int(days) for key, days in of["lifecycle"].items()}

    return {
        "RuleName": given["ruleName"],
        "TargetBackupVaultName": given["targetVaultName"],
        "ScheduleExpression": given["schedule"],
        "StartWindowMinutes": int(given["startWindow"]),
        "CompletionWindowMinutes": int(given["completionWindow"]),
        "EnableContinuousBackup": bool(given.get("enableContinuousBackup")),
        "Lifecycle": lifecycle(given),
        "CopyActions": [
            {"DestinationBackupVaultArn": each["destinationVaultArn"], "Lifecycle": lifecycle(each)}
            for each in given.get("copyActions") or ()
        ],
    }


def test_aws_accepts_what_would_be_sent() -> None:
    """AWS's published model of the service is the witness: names, types, patterns and enumerations."""
    recording = backup_plans(
        stores={"registry": REGISTRY, "models": {"kind": "bucket", "rpo_minutes": 15}}, copy_region="us-west-2"
    )
    sent = [_request(each) for each in recording.resources if each.type in (VAULT, LOCK, EVENTS, SELECTION, PLAN)]
    assert {operation for operation, _ in sent} == {
        "CreateBackupVault",
        "PutBackupVaultLockConfiguration",
        "PutBackupVaultNotifications",
        "CreateBackupSelection",
        "CreateBackupPlan",
    }
    for operation, parameters in sent:
        assert faults("backup", operation, parameters) == []
    known = set(service_model("backup").shape_for("BackupVaultEvent").enum)
    assert set(recording.one(EVENTS).inputs["backupVaultEvents"]) <= known
