"""A stack whose load balancer signs people in: what it needs of the user pool is there, and each fault is told."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache

import pytest

from components.testing.fake_aws import FakeAws
from planner.evaluation import evaluate_program
from planner.stackfile import StackFile
from tests.support.planner import order, sdk, serving, sign_in, traffic
from tests.support.planner.faults import Check, Fault, assert_told, each_fault, put
from tests.support.planner.plans import EVERYTHING, ROOT, Plan, changed, of_type, without

pytestmark = pytest.mark.slow

STUDIO = "studio.models.example.com"
CHECKS: list[Check] = [sign_in.turned_away, sign_in.unasked, sign_in.without_way_out]
BESIDE: list[Check] = [
    order.references_are_in_the_plan,
    serving.unknown_names,
    serving.unbound_targets,
    traffic.unheard_policies,
]


@cache
def signing_in() -> Plan:
    """Everything, with a load balancer that is public and asks who comes to one of its names."""
    sections = deepcopy(EVERYTHING)
    sections["modelServing"]["loadBalancer"] |= {
        "internal": False,
        "signIn": {"provider": "cognito", "hosts": [STUDIO]},
    }
    sections["userPool"]["clients"].append({"name": "models", "callbackUrls": [f"https://{STUDIO}/oauth2/idpresponse"]})
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()}
    file = StackFile("mlplatform", "signing-in", ROOT / "Pulumi.signing-in.yaml", config, frozenset())
    environment = sections["environment"]
    answers = FakeAws(environment["region"], environment["account"])
    return evaluate_program(ROOT / "__main__.py", file, answers).resources


@pytest.mark.parametrize("check", [*CHECKS, *BESIDE], ids=lambda check: check.__name__)
def test_people_are_signed_in_and_nothing_else_is_lost(check: Check) -> None:
    assert list(check(signing_in())) == []


def test_what_is_asked_is_what_the_providers_know() -> None:
    judged = of_type(signing_in(), sign_in.RULE, sign_in.CLIENT, sign_in.POOL)
    assert [problem for each in judged for problem in sdk.problems(each)] == []


def test_one_name_is_asked_and_the_others_are_the_models_own() -> None:
    asking = [
        each
        for each in of_type(signing_in(), sign_in.RULE)
        if any(action["type"] == "authenticate-cognito" for action in each.inputs["actions"])
    ]
    assert [each.name for each in asking] == ["serving-lb-sign-in-rule"]
    assert asking[0].inputs["conditions"] == [{"hostHeader": {"values": [STUDIO]}}]
    kept = {each.inputs["name"] for each in of_type(signing_in(), "aws:secretsmanager/secret:Secret")}
    assert "ml-everything/sign-in/models" in kept


SIGN_IN, OURS = "serving-lb-sign-in-rule", "user-pool-client-models"

FAULTS: list[Fault] = [
    (
        sign_in.turned_away,
        lambda plan: without(plan, "user-pool-domain"),
        "the user pool has no pages at ml-everything",
    ),
    (sign_in.turned_away, lambda plan: without(plan, OURS), "the user pool does not know the client"),
    (
        sign_in.turned_away,
        lambda plan: changed(plan, OURS, put("callbackUrls", value=["https://models.example.com/oauth2/idpresponse"])),
        f"Cognito sends nobody back to {STUDIO}",
    ),
    (
        sign_in.turned_away,
        lambda plan: changed(plan, OURS, put("generateSecret", value=False)),
        "its client has no secret, or gives no code",
    ),
    (
        sign_in.turned_away,
        lambda plan: changed(plan, OURS, put("allowedOauthScopes", value=["openid"])),
        "its client does not grant openid email",
    ),
    (
        sign_in.unasked,
        lambda plan: changed(plan, SIGN_IN, put("priority", value=40)),
        "serving-lb-rest-rule: is asked before serving-lb-sign-in-rule",
    ),
    (
        sign_in.without_way_out,
        lambda plan: without(plan, "serving-lb-to-sign-in"),
        "serving-lb-alb: no rule lets it out to the user pool",
    ),
]


@each_fault(FAULTS)
def test_what_keeps_people_out_is_told(check: Check, fault: Callable[[Plan], Plan], told: str) -> None:
    assert_told(check, fault(signing_in()), told)


def test_every_check_of_the_sign_in_is_shown_to_find_a_fault() -> None:
    assert set(CHECKS) == {check for check, *_ in FAULTS}
