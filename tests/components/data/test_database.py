"""A database that keeps its data: encrypted, unreachable but for its clients, restorable, hard to delete."""

import json
import re
from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.data.database.database import Database, MySqlDatabase
from components.data.database.spec import DatabaseSpec, InstanceSpec, MySqlDatabaseArgs
from components.facts.versions import POSTGRES_SUPPORT_ENDS, PostgresVersion
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.parity import assert_documented, assert_parity

INSTANCE = "aws:rds/instance:Instance"
SECRET_ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-1"
COMPUTED = {
    INSTANCE: {"masterUserSecrets": [{"secretArn": SECRET_ARN}], "address": "db.internal", "resourceId": "db-ABC"}
}


def database(**config: Any) -> Recording:
    args: Any = {
        "identifier": "ml-prod",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "client_security_group_id": "sg-nodes",
        **config,
    }
    return run(lambda: Database("metadata", args), Recording(computed=COMPUTED))


def test_database_encrypts_everything_with_one_key() -> None:
    found = database()
    inputs = found.one(INSTANCE).inputs
    key = next(value for value in [inputs["kmsKeyId"]])
    assert inputs["storageEncrypted"]
    assert {inputs["masterUserSecretKmsKeyId"], inputs["performanceInsightsKmsKeyId"]} == {key}
    assert found.one("aws:kms/key:Key").inputs["enableKeyRotation"]
    groups = found.all("aws:cloudwatch/logGroup:LogGroup")
    assert {each.inputs["kmsKeyId"] for each in groups} == {key}
    assert {each.inputs["name"].rpartition("/")[2] for each in groups} == set(inputs["enabledCloudwatchLogsExports"])


def test_nobody_holds_the_administrators_password() -> None:
    found = database()
    inputs = found.one(INSTANCE).inputs
    assert inputs["manageMasterUserPassword"]
    assert "password" not in inputs
    assert found.outputs("metadata")["administrator_secret_arn"] == SECRET_ARN


def test_clients_alone_reach_it_by_tls() -> None:
    found = database()
    inputs = found.one(INSTANCE).inputs
    assert not inputs["publiclyAccessible"]
    parameters = found.one("aws:rds/parameterGroup:ParameterGroup").inputs
    assert {"name": "rds.force_ssl", "value": "1"} in parameters["parameters"]
    assert parameters["family"] == "postgres17"
    ingress = found.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (ingress["referencedSecurityGroupId"], ingress["fromPort"], ingress["toPort"]) == ("sg-nodes", 5432, 5432)
    # Nodes may send to HTTPS alone by themselves; the database opens its port for them.
    egress = found.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert (egress["securityGroupId"], egress["referencedSecurityGroupId"]) == ("sg-nodes", ingress["securityGroupId"])
    assert inputs["iamDatabaseAuthenticationEnabled"]


def test_database_keeps_two_weeks_and_is_protected_from_deletion() -> None:
    found = database()
    instance = found.one(INSTANCE)
    assert instance.inputs["backupRetentionPeriod"] == 14
    assert instance.inputs["multiAz"]
    assert instance.inputs["deletionProtection"]
    assert not instance.inputs["skipFinalSnapshot"]
    assert not instance.inputs["deleteAutomatedBackups"]
    assert instance.protect
    assert found.one("aws:kms/key:Key").protect
    # Storage that has grown is not taken back by the next deployment.
    assert "allocatedStorage" in instance.ignore_changes


def test_key_outlives_the_database_and_its_backups() -> None:
    found = database(deletion_protection=False)
    key, instance = found.one("aws:kms/key:Key"), found.one("aws:rds/instance:Instance")
    assert key.retain_on_delete
    assert instance.inputs["deleteAutomatedBackups"] is False
    # Another key in each life, and so another name: one that is there already would stop the deletion.
    assert key.urn in instance.property_dependencies["finalSnapshotIdentifier"]
    assert re.fullmatch(r"[a-z][a-z0-9-]+-final-[0-9a-z]{1,8}", instance.inputs["finalSnapshotIdentifier"])


def test_protection_can_be_lifted_to_delete_it() -> None:
    found = database(deletion_protection=False)
    assert not found.one(INSTANCE).inputs["deletionProtection"]
    assert not any(each.protect for each in found.resources)


def test_monitoring_assumes_its_role_for_this_instance_alone() -> None:
    trust = json.loads(database().one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:ml-prod"}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"version": 17}, r'version = 17: a version is text; put it in quotes: "17"'),
        ({"version": "13"}, r"version = '13': allowed: 16, 17"),
        (
            {"storageGib": 500, "maximumStorageGib": 520},
            r"maximumStorageGib = 520: must be at least 10% above storageGib = 500; raise it to 550",
        ),
        ({"logRetentionDays": 100}, r"logRetentionDays = 100: .* nearest: 90"),
        (
            {"maintenanceWindow": "sun:03:30-sun:04:30"},
            r"backupWindow = '03:00-04:00': it overlaps maintenanceWindow = 'sun:03:30-sun:04:30', which RDS refuses",
        ),
        # Over midnight, from one week to the next.
        (
            {"backupWindow": "23:30-00:30", "maintenanceWindow": "sun:23:45-mon:00:15"},
            r"backupWindow = '23:30-00:30': it overlaps maintenanceWindow = 'sun:23:45-mon:00:15', which RDS refuses",
        ),
        ({"maintenanceWindow": "sun:05:00-sun:05:10"}, r"is 10 minutes long; AWS requires half an hour or more"),
        ({"backupWindow": "03:00-03:20"}, r"is 20 minutes long"),
        ({"backupDays": 0}, r"backupDays = 0: must be at least 1"),
        ({"instanceClass": "m7g.large"}, r"instanceClass = 'm7g.large'"),
    ],
)
def test_what_rds_would_refuse_or_nobody_wants_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse(DatabaseSpec, {"identifier": "ml", **config}, "database")


def test_every_version_has_an_end_of_support() -> None:
    assert set(POSTGRES_SUPPORT_ENDS) == set(PostgresVersion)


def test_mysql_is_as_well_kept_and_speaks_tls_alone() -> None:
    args: Any = {
        "identifier": "ml-pipelines",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "client_security_group_id": "sg-nodes",
    }
    recording = run(lambda: MySqlDatabase("pipelines", args), Recording(computed=COMPUTED))
    inputs = recording.one(INSTANCE).inputs
    assert (inputs["engine"], inputs["engineVersion"], inputs["port"]) == ("mysql", "8.4", 3306)
    [group] = recording.all("aws:rds/parameterGroup:ParameterGroup")
    assert group.inputs["family"] == "mysql8.4"
    assert {"name": "require_secure_transport", "value": "1"} in group.inputs["parameters"]
    logs = {each.inputs["name"] for each in recording.all("aws:cloudwatch/logGroup:LogGroup")}
    assert logs == {f"/aws/rds/instance/ml-pipelines/{kind}" for kind in inputs["enabledCloudwatchLogsExports"]}
    for rule in recording.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"):
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (3306, 3306)
    same = {"multiAz": True, "storageEncrypted": True, "manageMasterUserPassword": True, "deletionProtection": True}
    assert inputs.items() >= same.items()
    assert_parity(MySqlDatabaseArgs, InstanceSpec)
    assert_documented(MySqlDatabaseArgs, InstanceSpec)


@pytest.mark.parametrize("version", list(PostgresVersion))
def test_a_major_upgrade_is_allowed_and_not_deferred(version: str) -> None:
    inputs = database(version=version).one(INSTANCE).inputs
    assert inputs["engineVersion"] == version
    assert inputs["allowMajorVersionUpgrade"] is True
    assert inputs["applyImmediately"] is True


def test_changes_can_wait_for_the_maintenance_window() -> None:
    assert database(apply_immediately=False).one(INSTANCE).inputs["applyImmediately"] is False


def test_parameter_groups_of_two_families_can_coexist() -> None:
    group = database().one("aws:rds/parameterGroup:ParameterGroup").inputs
    assert "name" not in group
    assert "namePrefix" not in group
