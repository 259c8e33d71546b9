"""UserPool: who gets in and how, and that no client's secret stands anywhere in the open."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.delivery.user_pool import UserPool, risk_answers, secret_value
from policies.engine.evaluate import evaluate
from resources.resource import SECRET
from tests.support.components.clusters import needs
from tests.support.components.mocks import Recording, run
from tests.support.policies.cases import context

POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
PAGES = "aws:cognito/managedLoginBranding:ManagedLoginBranding"
SECRET_TYPE = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
READER = "test:index:Reader"
KEY = "arn:aws:kms:us-east-1:123456789012:key/secrets"
KUBEFLOW = {
    "name": "kubeflow",
    "callback_urls": ["https://kubeflow.example.com/oauth2/callback"],
    "logout_urls": ["https://kubeflow.example.com/"],
}
ARGO_CD = {"name": "argo-cd", "callback_urls": ["https://argocd.example.com/auth/callback"], "session_hours": 8}


def made_by_cognito(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"clientSecret": f"made-for-{inputs['name']}"}


COMPUTED: dict[str, Any] = {
    POOL: {"endpoint": "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCd"},
    CLIENT: made_by_cognito,
}


def user_pool(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {
        "name": "ml",
        "domain_prefix": "acme-ml",
        "clients": [KUBEFLOW, ARGO_CD],
        "groups": ["ranking", "platform"],
        "secret_prefix": "ml-kubeflow",
        "secrets_key_arn": KEY,
        **args,
    }

    def program() -> None:
        made = UserPool("users", given)
        pulumi.CustomResource(READER, "reader", {"names": made.secret_names})

    return run(program, recording or Recording(computed=COMPUTED))


@pytest.fixture(scope="module")
def recording() -> Recording:
    return user_pool()


def test_users_are_invited_have_a_second_factor_and_are_kept(recording: Recording) -> None:
    pool = recording.one(POOL)
    assert pool.inputs["mfaConfiguration"] == "ON"
    assert pool.inputs["softwareTokenMfaConfiguration"] == {"enabled": True}
    assert pool.inputs["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": True}
    assert pool.inputs["accountRecoverySetting"] == {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]}
    assert pool.inputs["passwordPolicy"]["minimumLength"] == 14
    assert pool.protect
    assert pool.inputs["deletionProtection"] == "ACTIVE"


def test_no_rule_of_the_platform_has_anything_against_it(recording: Recording) -> None:
    about = [verdict for verdict in evaluate(recording.resources, context()) if "cognito" in verdict.urn]
    # Tags come from the provider of a stack, which a component on its own has none of.
    assert {verdict.policy for verdict in about} <= {"required-tags", "provider-account"}


def test_a_leaked_password_and_a_likely_takeover_are_refused(recording: Recording) -> None:
    [risk] = recording.all("aws:cognito/riskConfiguration:RiskConfiguration")
    assert risk.inputs["compromisedCredentialsRiskConfiguration"]["actions"] == {"eventAction": "BLOCK"}
    actions = risk_answers()["account_takeover_risk_configuration"]["actions"]
    assert {level: action["event_action"] for level, action in actions.items()} == {
        "high_action": "BLOCK",
        "medium_action": "MFA_REQUIRED",
        "low_action": "MFA_REQUIRED",
    }


def test_clients_have_a_secret_and_take_a_code_and_nothing_else(recording: Recording) -> None:
    clients = recording.all(CLIENT)
    assert [client.inputs["name"] for client in clients] == ["argo-cd", "kubeflow"]
    for client in clients:
        assert client.inputs["generateSecret"] is True
        assert client.inputs["allowedOauthFlows"] == ["code"]
        assert client.inputs["allowedOauthScopes"] == ["openid", "email", "profile"]
        assert client.inputs["explicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
        assert client.inputs["preventUserExistenceErrors"] == "ENABLED"
    argo_cd, kubeflow = clients
    assert kubeflow.inputs["callbackUrls"] == ["https://kubeflow.example.com/oauth2/callback"]
    assert (argo_cd.inputs["refreshTokenValidity"], kubeflow.inputs["refreshTokenValidity"]) == (8, 12)


def test_no_application_lets_a_user_take_another_address(recording: Recording) -> None:
    for client in recording.all(CLIENT):
        assert client.inputs["writeAttributes"] == ["name"]
        assert "aws.cognito.signin.user.admin" not in client.inputs["allowedOauthScopes"]
    pool = recording.one(POOL).inputs
    assert pool["usernameAttributes"] == ["email"]
    assert pool["usernameConfiguration"] == {"caseSensitive": False}


def test_each_client_has_pages_to_sign_in_on(recording: Recording) -> None:
    styled = {
        each.inputs["clientId"] for each in recording.all("aws:cognito/managedLoginBranding:ManagedLoginBranding")
    }
    assert len(styled) == len(recording.all(CLIENT))
    assert recording.one("aws:cognito/userPoolDomain:UserPoolDomain").inputs["managedLoginVersion"] == 2


def test_secrets_lie_below_the_prefix_under_the_key(recording: Recording) -> None:
    secrets = recording.all(SECRET_TYPE)
    assert {each.inputs["name"] for each in secrets} == {"ml-kubeflow/sign-in/kubeflow", "ml-kubeflow/sign-in/argo-cd"}
    assert {each.inputs["kmsKeyId"] for each in secrets} == {KEY}


def test_client_secret_goes_to_secrets_manager_alone(recording: Recording) -> None:
    assert {version.inputs["secretString"] for version in recording.all(VERSION)} == {SECRET}
    assert "made-for-" not in json.dumps([each.inputs for each in recording.resources], default=str)
    assert "made-for-" not in json.dumps(recording.outputs("users"), default=str)


def test_session_key_is_derived_from_the_client_secret() -> None:
    one, same, other = (json.loads(secret_value("id", secret)) for secret in ("first", "first", "second"))
    assert one == same
    assert one["clientSecret"] == "first"
    assert len(one["cookieSecret"]) == 32
    assert one["cookieSecret"] != other["cookieSecret"]
    assert "first" not in one["cookieSecret"]


def test_a_client_s_secret_is_called_as_its_application_wants_it() -> None:
    named = {**ARGO_CD, "secret": "delivery/sso"}
    assert user_pool(clients=[named]).outputs("users")["secret_names"] == {"argo-cd": "ml-kubeflow/delivery/sso"}


def test_who_reads_a_secret_s_name_waits_for_its_value(recording: Recording) -> None:
    needed = needs(recording, recording.one(READER))
    assert {version.name for version in recording.all(VERSION)} <= needed


def test_what_others_are_wired_to(recording: Recording) -> None:
    outputs = recording.outputs("users")
    assert outputs["issuer"] == "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCd"
    assert outputs["sign_in_url"] == "https://acme-ml.auth.us-east-1.amazoncognito.com"
    assert outputs["domain"] == "acme-ml"
    assert outputs["secret_names"] == {
        "kubeflow": "ml-kubeflow/sign-in/kubeflow",
        "argo-cd": "ml-kubeflow/sign-in/argo-cd",
    }
    assert outputs["client_ids"].keys() == {"kubeflow", "argo-cd"}
    assert outputs["group_names"] == ["ranking", "platform"]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"domain_prefix": "aws-ml"}, "reserves names with aws"),
        ({"clients": []}, "clients = "),
        ({"clients": [KUBEFLOW, KUBEFLOW]}, "two clients have the name kubeflow"),
        ({"clients": [KUBEFLOW, {**ARGO_CD, "secret": "sign-in/kubeflow"}]}, "two clients have the secret"),
        ({"clients": [{**KUBEFLOW, "secret": "../delivery"}]}, "secret = "),
        ({"clients": [{**KUBEFLOW, "callback_urls": ["http://kubeflow.example.com/back"]}]}, "is not a valid address"),
        ({"clients": [{**KUBEFLOW, "callback_urls": ["https://*.example.com/back"]}]}, "is not a valid address"),
        ({"clients": [{**KUBEFLOW, "callback_urls": ["https://kubeflow.example.com/"]}]}, "is not a valid address"),
        ({"clients": [{**KUBEFLOW, "logout_urls": ["kubeflow.example.com"]}]}, "is not a valid address"),
        ({"groups": ["Ranking"]}, "is not a group name"),
        ({"groups": ["ranking", "ranking"]}, "more than once"),
        ({"password_length": 8}, "password_length = 8"),
        ({"recovery_window_days": 3}, "must be 7 to 30"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording(computed=COMPUTED)
    with pytest.raises(SpecError, match=problem):
        user_pool(recording, **wrong)
    assert not recording.resources
