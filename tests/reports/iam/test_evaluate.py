"""The evaluation of policies, held against a published simulator, moto, and itself with more or less known."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.access_control import IAMPolicy, PermissionResult

from reports.iam.conditions import Context
from reports.iam.evaluate import Decision, Outcome, Policies, Policy, Request, evaluate
from resources.resource import UNKNOWN
from tests.support.reports.random_policies import ACCOUNT, Case, case
from tests.support.reports.record_iam_answers import ANSWERS, CASES

ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"
BUCKET = "arn:aws:s3:::data"


def named(policies: Sequence[Any]) -> list[Policy]:
    return [Policy(str(number), policy) for number, policy in enumerate(policies)]


def decided(of: Case, context: Context | None = None, resource: str | None = None) -> Outcome:
    known = context or Context({key.lower(): [value] for key, value in of.context.items()}, complete=True)
    request = Request(of.principal, of.account, of.action, resource or of.resource, of.resource_account, known)
    boundary = None if of.boundary is None else named(of.boundary)
    own = Policy("resource", of.resource_policy) if of.resource_policy else None
    return evaluate(request, Policies(named(of.identity), boundary, own))


def as_the_simulator_says(outcome: Outcome) -> str:
    if outcome.decision is Decision.DENIED:
        return "ExplicitlyDenied" if outcome.evidence else "ImplicitlyDenied"
    return "Allowed" if outcome.decision is Decision.ALLOWED else "Conditional"


def test_every_answer_of_the_simulator_is_ours() -> None:
    recorded = json.loads(ANSWERS.read_text(encoding="utf-8"))["answers"]
    assert len(recorded) == CASES
    # Each answer is among them often, so that none is right by chance.
    assert all(recorded.count(each) > 200 for each in ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied"))
    ours = [as_the_simulator_says(decided(case(number))) for number in range(CASES)]
    assert [number for number in range(CASES) if ours[number] != recorded[number]] == []


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(number=st.integers(0, 10**9))
def test_identity_policies_are_judged_as_moto_does(number: int) -> None:
    """moto knows no conditions, NotResource, `?`, boundaries or resource policies: these are left out."""
    of = case(number)
    statements = [
        {key: value for key, value in statement.items() if key not in ("Condition", "NotResource")}
        for policy in of.identity
        for statement in policy["Statement"]
        # moto compares actions with their case; AWS does not.
        if "Resource" in statement and "S3:getobject" not in str(statement) and "?" not in str(statement)
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    alone = replace(of, identity=[document], boundary=None, resource_policy=None, account=of.resource_account)
    theirs = IAMPolicy(json.dumps(document)).is_action_permitted(of.action, of.resource)
    assert (theirs is PermissionResult.PERMITTED) == (decided(alone).decision is Decision.ALLOWED)


@settings(max_examples=400, deadline=None)
@given(number=st.integers(0, 10**9), known=st.sets(st.integers(0, 4)))
def test_a_question_that_leaves_keys_open_is_never_surer_than_the_whole_one(number: int, known: set[int]) -> None:
    of = case(number)
    values = {key.lower(): [value] for place, (key, value) in enumerate(of.context.items()) if place in known}
    less, whole = decided(of, Context(values)), decided(of)
    if less.decision is not Decision.CONDITIONAL:
        assert less.decision is whole.decision
    else:
        assert less.limits


@settings(max_examples=400, deadline=None)
@given(number=st.integers(0, 10**9))
def test_a_question_about_all_objects_is_never_surer_than_one_about_an_object(number: int) -> None:
    of = case(number)
    pattern = of.resource[: of.resource.rfind("/") + 1 or of.resource.rfind(":") + 1] + "*"
    all_of_them, one = decided(of, resource=pattern), decided(of)
    if all_of_them.decision is not Decision.CONDITIONAL:
        assert all_of_them.decision is one.decision


def allow(**statement: Any) -> dict[str, Any]:
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **statement}
    return {"Version": "2012-10-17", "Statement": [whole]}


def asked(policies: Policies, resource: str = f"{BUCKET}/*", **context: list[str]) -> Outcome:
    known = Context({key.replace("_", ":").lower(): values for key, values in context.items()})
    return evaluate(Request(ROLE, ACCOUNT, "s3:GetObject", resource, ACCOUNT, known), policies)


def test_the_evidence_names_policy_and_statement() -> None:
    found = asked(Policies([Policy("reader-policy", allow(Sid="ReadAll"))]))
    assert found == Outcome(Decision.ALLOWED, ("reader-policy, statement ReadAll",))


def test_a_part_of_what_is_asked_for_is_a_limit() -> None:
    found = asked(Policies([Policy("p", allow(Resource=f"{BUCKET}/fraud/*"))]))
    assert (found.decision, found.limits) == (Decision.CONDITIONAL, (f"only {BUCKET}/fraud/*",))


def test_a_condition_of_which_nothing_is_known_is_a_limit() -> None:
    second_factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    policies = Policies([Policy("p", allow(Condition=second_factor))])
    assert asked(policies).limits == ("if aws:MultiFactorAuthPresent Bool true",)
    assert asked(policies, aws_MultiFactorAuthPresent=["true"]).decision is Decision.ALLOWED
    assert asked(policies, aws_MultiFactorAuthPresent=["false"]).decision is Decision.DENIED


def test_a_denial_of_a_part_is_an_exception() -> None:
    denial = allow(Effect="Deny", Sid="NotSecrets", Resource=f"{BUCKET}/secret/*")
    found = asked(Policies([Policy("p", allow()), Policy("d", denial)]))
    assert found.decision is Decision.CONDITIONAL
    assert found.limits == (f"not where only {BUCKET}/secret/* (d, statement NotSecrets)",)


def test_a_policy_that_is_not_known_yet_is_a_limit_and_no_denial() -> None:
    found = asked(Policies([Policy("p", UNKNOWN)]))
    assert found.limits == ("the policy is known only after the deployment",)


@pytest.mark.parametrize("document", [None, "", "{", [], {"Statement": "x"}, {"Statement": [3, None]}])
def test_odd_documents_allow_nothing(document: Any) -> None:
    assert asked(Policies([Policy("p", document)])).decision is Decision.DENIED


def test_a_policy_variable_without_a_value_is_a_limit() -> None:
    policies = Policies([Policy("p", allow(Resource=f"{BUCKET}/${{aws:username}}/*"))])
    assert asked(policies).decision is Decision.CONDITIONAL
    mine = asked(policies, f"{BUCKET}/mine/*", aws_username=["mine"])
    assert mine.decision is Decision.ALLOWED


def test_the_answers_are_of_a_named_version() -> None:
    recorded = json.loads(Path(ANSWERS).read_text(encoding="utf-8"))
    assert recorded["simulator"] == "@cloud-copilot/iam-simulate"
    assert recorded["version"] == "0.1.173"
