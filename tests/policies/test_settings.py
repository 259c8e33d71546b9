"""What a stack may say about its environment and its rules."""

from typing import Any

import pytest
from pydantic import ValidationError

from policies.engine.settings import EnvironmentKind, EnvironmentSpec, Level, PolicySettings

ENVIRONMENT = {
    "kind": "production",
    "owner": "ml",
    "costCenter": "42",
    "account": "123456789012",
    "region": "us-gov-west-1",
}


def test_an_environment_is_read_from_the_stacks_yaml() -> None:
    environment = EnvironmentSpec.model_validate(ENVIRONMENT)
    assert (environment.kind, environment.cost_center) == (EnvironmentKind.PRODUCTION, "42")
    assert environment.is_production
    assert not EnvironmentSpec.model_validate({**ENVIRONMENT, "kind": "staging"}).is_production


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "prod"},
        {"owner": ""},
        {"account": "12345"},
        {"region": "useast1"},
        {"region": "us-east-1a"},
        {"team": "x"},
    ],
)
def test_a_wrong_environment_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnvironmentSpec.model_validate({**ENVIRONMENT, **wrong})


def test_settings_have_defaults_and_read_levels() -> None:
    assert PolicySettings().levels == {}
    assert PolicySettings.model_validate({"levels": {"imdsv2": "advisory"}}).levels == {"imdsv2": Level.ADVISORY}


@pytest.mark.parametrize(
    "wrong",
    [
        {"levels": {"imdsv2": "optional"}},
        {"logRetentionMinimum": 0},
        {"minimumZones": 9},
        {"keyDeletionWindow": 5},
        {"dearInstanceHourly": 0},
        {"exceptionsFile": "mine.yaml"},
        {"levels": {"monthly-budget": "disabled"}},
        {"levels": {"monthly-budget": "advisory"}},
        {"reviewedTypes": {"aws:*": "everything of AWS was looked at by security"}},
        {"reviewedTypes": {"aws:synthetics/canary:Canary": "fine"}},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicySettings.model_validate(wrong)


def test_every_setting_explains_itself() -> None:
    for model in (EnvironmentSpec, PolicySettings):
        assert all(info.description for info in model.model_fields.values())
