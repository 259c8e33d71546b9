"""How rules, levels and exceptions make verdicts."""

from datetime import date, timedelta
from typing import Any

import pytest

from policies.engine.evaluate import EXPIRED, UNUSED, PolicyError, Verdict, evaluate, fails
from policies.engine.exceptions import PolicyException
from policies.engine.registry import RULES
from policies.engine.settings import EnvironmentKind, Level
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import TODAY, context, costing, make

KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
STACK = Resource(
    urn="urn:pulumi:test::mlplatform::pulumi:pulumi:Stack::mlplatform-test", type="pulumi:pulumi:Stack", name="x"
)
OPEN = make(LOG_GROUP, {"retentionInDays": 90}, name="open")


def exempt(rule: str = "log-encryption", resource: str = "open", expires: date = TODAY, **more: Any) -> PolicyException:
    return PolicyException(
        rule=rule,
        resource=resource,
        reason="holds nothing but health checks",
        expires=expires,
        approved_by="ann",
        **more,
    )


def judged(
    *resources: Resource, settings: Any = None, exceptions: Any = (), **options: Any
) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in evaluate(resources, context(settings=settings, exceptions=exceptions, **options)):
        found.setdefault(verdict.policy, []).append(verdict)
    return found


def test_a_sound_stack_has_no_verdicts() -> None:
    tags = {"owner": "ml", "cost-center": "42", "environment": "production"}
    assert judged(make(KEY, {"enableKeyRotation": True, "tags": tags}, protect=True)) == {}


def test_a_verdict_carries_the_rule_and_the_resource() -> None:
    (verdict,) = judged(OPEN)["log-encryption"]
    rule = RULES["log-encryption"]
    assert (verdict.severity, verdict.level, verdict.urn) == (rule.severity, rule.level, OPEN.urn)
    assert verdict.exception is None


def test_verdicts_are_sorted_and_the_same_each_time() -> None:
    resources = [make(KEY, name=name) for name in "cab"] + [OPEN]
    first = evaluate(resources, context())
    assert list(first) == sorted(first, key=lambda verdict: (verdict.policy, verdict.urn, verdict.message))
    assert first == evaluate(list(reversed(resources)), context())


@pytest.mark.parametrize("level", [Level.MANDATORY, Level.ADVISORY])
def test_a_stack_sets_the_level_of_a_rule(level: Level) -> None:
    found = judged(OPEN, settings={"levels": {"log-encryption": level}})
    assert [verdict.level for verdict in found["log-encryption"]] == [level]


def test_a_disabled_rule_is_not_judged() -> None:
    assert "log-encryption" not in judged(OPEN, settings={"levels": {"log-encryption": "disabled"}})


def test_a_level_for_no_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PolicyError, match=r"levels = 'log-encription'.*did you mean log-encryption\?"):
        judged(OPEN, settings={"levels": {"log-encription": "advisory"}})


def test_mandatory_verdicts_fail_and_advisory_ones_do_not() -> None:
    assert fails(evaluate([OPEN], context()))
    levels = dict.fromkeys(RULES.keys() - {"monthly-budget"}, "advisory")
    assert judged(OPEN, settings={"levels": levels})
    assert not fails(evaluate([OPEN], context(settings={"levels": levels})))


def test_what_is_undecided_is_advisory_also_of_a_mandatory_rule() -> None:
    (verdict,) = judged(make(KEY, {"enableKeyRotation": UNKNOWN}))["kms-rotation"]
    assert RULES["kms-rotation"].level is Level.MANDATORY
    assert verdict.level == Level.ADVISORY
    assert verdict.message == "cannot be decided before deployment: enableKeyRotation"


def test_a_known_violation_outweighs_what_is_unknown_beside_it() -> None:
    options = {"metadataOptions": {"httpTokens": "optional", "httpPutResponseHopLimit": UNKNOWN}}
    (verdict,) = judged(make("aws:ec2/launchTemplate:LaunchTemplate", options))["imdsv2"]
    assert (verdict.level, "optional" in verdict.message) == (Level.MANDATORY, True)


def test_a_finding_about_the_stack_names_the_stack() -> None:
    (verdict,) = judged(STACK, estimate=costing(5000))["monthly-budget"]
    assert verdict.urn == STACK.urn


def test_the_budget_is_held_against_the_stacks_own_estimate() -> None:
    sizes = {"minSize": 20, "desiredSize": 20, "maxSize": 20}
    pool = make("aws:eks/nodeGroup:NodeGroup", {"instanceTypes": ["g4dn.xlarge"], "scalingConfig": sizes})
    settings = context()
    unpriced = type(settings)(
        settings.environment, settings.settings, settings.budget, settings.usage, settings.today, settings.exceptions
    )
    assert any(verdict.policy == "monthly-budget" for verdict in evaluate([pool], unpriced))


def test_an_exception_excuses_without_hiding() -> None:
    found = judged(OPEN, exceptions=[exempt()])
    assert found["log-encryption"][0].exception == "holds nothing but health checks"
    assert UNUSED not in found
    assert EXPIRED not in found
    rest = [
        verdict for verdict in evaluate([OPEN], context(exceptions=[exempt()])) if verdict.policy == "log-encryption"
    ]
    assert not fails(rest)


@pytest.mark.parametrize("pattern", ["open", "op*", "*::open", "urn:pulumi:test::*LogGroup::open"])
def test_an_exception_names_a_resource_by_name_or_urn(pattern: str) -> None:
    assert judged(OPEN, exceptions=[exempt(resource=pattern)])["log-encryption"][0].exception


@pytest.mark.parametrize("other", [exempt(rule="kms-rotation"), exempt(resource="closed")])
def test_an_exception_excuses_one_rule_for_one_resource(other: PolicyException) -> None:
    assert judged(OPEN, exceptions=[other])["log-encryption"][0].exception is None


def test_an_exception_holds_until_its_last_day() -> None:
    assert EXPIRED not in judged(OPEN, exceptions=[exempt(expires=TODAY)])
    found = judged(OPEN, exceptions=[exempt(expires=TODAY - timedelta(days=1))])
    assert found["log-encryption"][0].exception is None
    (verdict,) = found[EXPIRED]
    assert verdict.level == Level.MANDATORY
    assert "expired on 2026-11-20" in verdict.message
    assert fails([verdict])


def test_an_expired_exception_fails_also_where_it_covers_nothing() -> None:
    assert EXPIRED in judged(exceptions=[exempt(expires=date(2026, 1, 1))])


def test_an_exception_for_more_than_a_year_does_not_hold() -> None:
    found = judged(OPEN, exceptions=[exempt(expires=TODAY + timedelta(days=367))])
    assert found["log-encryption"][0].exception is None
    (verdict,) = found[EXPIRED]
    assert "for more than a year" in verdict.message
    assert EXPIRED not in judged(OPEN, exceptions=[exempt(expires=TODAY + timedelta(days=366))])


def test_an_unused_exception_is_told() -> None:
    (verdict,) = judged(exceptions=[exempt()])[UNUSED]
    assert verdict.level == Level.ADVISORY
    assert "covers nothing in this stack" in verdict.message
    assert verdict.remediation.endswith("unless another stack needs it.")
    assert verdict.remediation not in verdict.message


def test_development_hears_only_of_unused_exceptions_for_what_it_has() -> None:
    rotated = make(KEY, {"enableKeyRotation": True}, name="vault")
    kept, absent = exempt("kms-rotation", "vault"), exempt("kms-rotation", "archive")
    for kind, heard in (
        (EnvironmentKind.DEVELOPMENT, ["vault"]),
        (EnvironmentKind.STAGING, ["archive", "vault"]),
        (EnvironmentKind.PRODUCTION, ["archive", "vault"]),
    ):
        found = judged(rotated, exceptions=[kept, absent], kind=kind)[UNUSED]
        assert [each.message.partition(" for ")[2].partition(",")[0] for each in found] == heard
    gone = exempt(resource="archive", expires=date(2026, 1, 1))
    assert EXPIRED in judged(rotated, exceptions=[gone], kind=EnvironmentKind.DEVELOPMENT)


def hosting(**metadata: Any) -> Resource:
    pod = {"containers": [{"name": "app", "image": "app:1.0"}], "hostNetwork": True}
    return make("kubernetes:core/v1:Pod", {"metadata": metadata, "spec": pod}, name="debug")


def named(object_: str) -> PolicyException:
    return exempt("host-namespaces", "debug", object=object_)


def test_an_exception_with_the_object_of_another_resource_is_told() -> None:
    pod = hosting(name="debug", namespace="search")
    assert UNUSED not in judged(pod, exceptions=[named("Pod/search/debug")])
    (verdict,) = judged(pod, exceptions=[named("Pod/search/debug-two")])[UNUSED]
    assert "names the object Pod/search/debug-two, which it does not cover" in verdict.message
    assert verdict.remediation == "Write Pod/search/debug, or remove object."
    assert verdict.level == Level.ADVISORY


def test_an_object_whose_name_is_known_only_later_is_not_compared() -> None:
    for pod in (hosting(name=UNKNOWN, namespace="search"), hosting(namespace="search")):
        assert UNUSED not in judged(pod, exceptions=[named("Pod/search/debug")])


def test_an_exception_of_another_stack_is_not_judged_here() -> None:
    elsewhere = exempt(resource="urn:pulumi:prod::*::open", expires=date(2026, 1, 1))
    assert not {EXPIRED, UNUSED} & set(judged(OPEN, exceptions=[elsewhere]))


def test_of_two_exceptions_the_one_that_still_holds_counts() -> None:
    old, new = exempt(expires=date(2026, 1, 1)), exempt(expires=date(2027, 1, 1))
    found = judged(OPEN, exceptions=[old, new])
    assert found["log-encryption"][0].exception
    assert len(found[EXPIRED]) == 1
