"""What the sections of access and of the record of an account need of others."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.config import parse_config
from tests.support.planner.plans import config_of


def refusal(**sections: Any) -> str:
    given = {**config_of("staging"), **sections}
    with pytest.raises(SpecError) as error:
        parse_config({f"mlplatform:{key}": json.dumps(value) for key, value in given.items() if value is not None})
    return str(error.value)


def test_trail_needs_the_log_bucket_of_the_feature_store() -> None:
    kept = ("environment", "cost", "network", "audit")
    bare = {section: None for section in config_of("staging") if section not in kept}
    assert "audit.cloudTrail = 'create': its bucket writes access logs to the log bucket of" in refusal(**bare)


def people(**changes: Any) -> dict[str, Any]:
    return {**config_of("prod")["permissionSets"], **changes}


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (
            {"access": None, "permissionSets": people()},
            "administrators may make roles with the boundary of",
        ),
        (
            {"permissionSets": people(roleArn="arn:aws:iam::123456789012:role/permission-sets")},
            "it is not in managementAccount = 999988887777; correct one of them",
        ),
        ({"permissionSets": people(region="us-east-9")}, "us-east-9 is not an AWS region"),
        (
            {"permissionSets": people(sets=2 * people()["sets"][:1])},
            "permissionSets.sets[1].jobFunction = 'platform-admin': platform-admin is used twice",
        ),
        ({"access": {"name": "a-name-that-is-long"}, "permissionSets": people()}, "17 characters left; shorten it"),
    ],
)
def test_permission_sets_need(sections: dict[str, Any], message: str) -> None:
    assert message in refusal(**sections)
