"""The registry of credentials of prod: each has a place, readers and a rotation, and no value is shown."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from reports.access.registry import access
from reports.registries.configuration import configuration
from reports.registries.credentials import credentials
from reports.registries.facilities import facilities
from reports.registries.formats import FORMATS
from tests.support.planner.plans import built, file_of

pytestmark = pytest.mark.slow


@cache
def rows(stack: str = "prod") -> dict[str, dict[str, Any]]:
    return {str(row["name"]): dict(row) for row in credentials(built(stack)).rows}


@pytest.mark.parametrize("stack", ["prod", "kubeflow", "everything"])
def test_every_credential_of_a_stack_is_listed_with_its_rotation(stack: str) -> None:
    kinds = (
        "aws:secretsmanager/secret:Secret",
        "aws:kms/key:Key",
        "aws:acm/certificate:Certificate",
        "aws:elasticache/user:User",
    )
    names = {each.name for each in built(stack).resources if each.type in kinds}
    assert names
    assert names <= set(rows(stack))
    assert [name for name, row in rows(stack).items() if not row["rotation"] or not row["where"]] == []


def test_a_login_has_its_key_its_readers_and_its_copies() -> None:
    login = rows()["feature-services-access-database-mlflow"]
    assert login["encrypted"] == "key secrets-key"
    assert login["copies"] == ["mlflow/mlflow-database, every 15m"]
    assert "secrets-identity-role (pods); with limits" in login["readers"]
    assert not any("spark" in reader for reader in login["readers"])


def test_readers_without_the_key_are_none() -> None:
    plan = built("prod")
    closed = json.dumps({"Version": "2012-10-17", "Statement": []})
    resources = tuple(
        replace(each, inputs={**each.inputs, "policy": closed}) if each.name == "secrets-key" else each
        for each in plan.resources
    )
    found = credentials(replace(plan, resources=resources)).rows
    assert [row["readers"] for row in found if row["name"] == "feature-services-access-database-mlflow"] == [[]]


def test_rotation_is_what_each_service_does() -> None:
    assert rows()["feature-store-database-instance"]["rotation"] == "every 7 days, by RDS"
    assert rows()["feature-store-data-key"]["rotation"] == "every 365 days, by KMS"
    assert "no asymmetric keys" in rows()["image-signatures-risk-key"]["rotation"]
    assert rows()["feature-store-online-user-serving"]["rotation"] == "each token ends after 15 minutes"
    # A Job sets the password of this user.
    assert "operations.rotate" in rows()["feature-store-online-user-feast"]["rotation"]


def test_no_registry_shows_a_secret_of_the_plan() -> None:
    plan = built("prod")
    marked = tuple(
        replace(each, outputs={**each.outputs, "clientSecret": "SECRET-1f3a", "password": "SECRET-1f3a"})
        if each.type.startswith(("aws:cognito/", "aws:secretsmanager/", "aws:rds/", "aws:elasticache/"))
        else each
        for each in plan.resources
    )
    changed = replace(plan, resources=marked)
    tables = [facilities(changed), access(changed), credentials(changed), configuration(file_of("prod"))]
    written = [shown(table) for table in tables for shown in FORMATS.values()]
    assert not any("SECRET-1f3a" in text for text in written)
