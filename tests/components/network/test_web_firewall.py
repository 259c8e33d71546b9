"""The firewall as it is registered: what it says to requests, what it logs, what it must never show."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.spec import SpecError
from components.network.web_firewall.capacity import MANAGED, ManagedRuleGroup, capacity
from components.network.web_firewall.patterns import LONGEST, number_above
from components.network.web_firewall.rules import FREE_TEXT_RULES, build
from components.network.web_firewall.spec import WebFirewallSpec
from components.network.web_firewall.web_firewall import WebFirewall
from tests.support.components.clusters import needs
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.waf import SHOWN, Request, answers, counted, post
from tests.support.planner.sdk import problems

ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOG_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"

GOOD = post('{"instances": [[1.0, 2.0]]}')


def firewall(recording: Recording | None = None, **args: Any) -> Recording:
    return run(lambda: WebFirewall("waf", args), recording)  # pyright: ignore[reportArgumentType]


def rules(**args: Any) -> list[dict[str, Any]]:
    return firewall(**args).one(ACL).inputs["rules"]


def said(request: Request, **args: Any) -> int | None:
    return answers(rules(**args), [request])[0]


@pytest.fixture(scope="module")
def standard() -> list[dict[str, Any]]:
    return rules()


def test_everything_is_known_to_the_sdk() -> None:
    recording = firewall(forwarded_address_header="X-Forwarded-For", redact_query=True, log_allowed=False)
    assert [problem for each in recording.resources if each.custom for problem in problems(each)] == []


@pytest.mark.parametrize(
    "request_",
    [
        GOOD,
        Request("GET"),
        Request("HEAD"),
        post("{}", "application/json; charset=utf-8"),
        post("{}", "Application/JSON"),
        post("{}", "application/json ;charset=utf-8"),
        post(b"\x00" * 5_000, "application/octet-stream"),
        post(json.dumps({"prompt": "x" * 60_000})),
        post(b"\x00" * 1_048_576, "application/octet-stream"),
        Request("POST", {"Content-Type": "application/grpc+proto"}, b"\x00" * 500),
        Request("POST", {"Content-Type": "application/json"}, b"{}"),
    ],
)
def test_honest_requests_are_let_through(standard: list[dict[str, Any]], request_: Request) -> None:
    assert answers(standard, [request_]) == [None]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "PATCH", "post", "POSTS"])
def test_a_method_that_is_not_allowed_is_refused(standard: list[dict[str, Any]], method: str) -> None:
    assert answers(standard, [Request(method)]) == [405]


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/jsonp", "xapplication/json", "application/json/x", "json"]
)
def test_a_missing_or_wrong_content_type_is_refused(standard: list[dict[str, Any]], content_type: str | None) -> None:
    assert answers(standard, [post("{}", content_type)]) == [415]


@pytest.mark.parametrize("body", ["{", "not json", '{"a": }', "[1, 2", '"open', "{} {}", '{"a": 1, "a": 2}', "tru"])
def test_a_body_that_is_not_json_is_refused(standard: list[dict[str, Any]], body: str) -> None:
    assert answers(standard, [post(body)]) == [400]
    assert answers(standard, [post(body, "application/octet-stream")]) == [None]


def test_other_kinds_of_json_are_parsed_too() -> None:
    kinds = ["application/json", "application/cloudevents+json"]
    assert said(post("{", "application/cloudevents+json"), allowed_content_types=kinds) == 400


@pytest.mark.parametrize("beyond", [1, 1_000, 10_000_000])
def test_a_body_beyond_the_limit_is_refused(standard: list[dict[str, Any]], beyond: int) -> None:
    length = {"Content-Type": "application/octet-stream", "Content-Length": str(1024 * 1024 + beyond)}
    assert answers(standard, [Request("POST", length)]) == [413]


def test_body_of_unknown_length_is_refused_beyond_inspection(
    standard: list[dict[str, Any]],
) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    assert answers(standard, [Request("POST", kind, b"x" * SHOWN), Request("POST", kind, b"x" * (SHOWN + 1))]) == [
        None,
        413,
    ]


def test_a_small_limit_holds_for_hidden_lengths_too() -> None:
    hidden = Request("POST", {"Content-Type": "application/octet-stream"}, b"x" * 2_000)
    assert said(hidden, maximum_body_kib=1) == 413
    assert said(hidden, maximum_body_kib=2) is None


def test_headers_beyond_what_can_be_inspected_are_refused(standard: list[dict[str, Any]]) -> None:
    assert answers(standard, [Request("GET", {"X-Padding": "x" * SHOWN})]) == [413]


def test_the_thousand_and_first_request_of_a_minute_is_refused(standard: list[dict[str, Any]]) -> None:
    asked = [Request(second=place * 0.05) for place in range(1_001)]
    later = Request(second=61)
    neighbor = Request(second=50, address="198.51.100.8")
    assert answers(standard, asked[:1_000])[-1] is None
    assert answers(standard, asked)[-1] == 429
    assert answers(standard, [*asked, neighbor])[-1] is None
    assert answers(standard, [*asked, later])[-1] is None


def test_what_is_refused_counts_as_well(standard: list[dict[str, Any]]) -> None:
    assert answers(standard, [Request("DELETE")] * 1_001)[-1] == 429


def test_behind_a_proxy_each_forwarded_address_has_its_own_limit() -> None:
    behind = rules(requests_per_window=10, forwarded_address_header="X-Forwarded-For")
    one = [Request(headers={"X-Forwarded-For": "203.0.113.1"})] * 10
    other = Request(headers={"x-forwarded-for": "203.0.113.2, 203.0.113.1"})
    assert answers(behind, [*one, one[0], other])[-2:] == [429, None]


def test_whoever_goes_past_the_proxy_is_limited_by_connection() -> None:
    behind = rules(requests_per_window=10, forwarded_address_header="X-Forwarded-For")
    proxied = [Request(headers={"X-Forwarded-For": f"203.0.113.{place}"}) for place in range(20)]
    assert set(answers(behind, proxied)) == {None}
    assert answers(behind, [Request()] * 11)[-2:] == [None, 429]
    assert answers(behind, [Request(headers={"X-Forwarded-For": "not an address"})]) == [429]


def test_each_answer_is_json_that_says_its_status(standard: list[dict[str, Any]]) -> None:
    acl = firewall().one(ACL).inputs
    bodies = {each["key"]: each for each in acl["customResponseBodies"]}
    responses = [rule["action"]["block"]["customResponse"] for rule in standard if "action" in rule]
    assert {response["responseCode"] for response in responses} == {400, 405, 413, 415, 429}
    for response in responses:
        body = bodies[response["customResponseBodyKey"]]
        assert body["contentType"] == "APPLICATION_JSON"
        assert json.loads(body["content"])["error"]["code"] == response["responseCode"]


def test_answers_say_when_to_come_back_and_what_is_allowed() -> None:
    by_name = {rule["name"]: rule for rule in rules(window_seconds=300, allowed_methods=["POST"])}
    headers = {
        name: by_name[name]["action"]["block"]["customResponse"]["responseHeaders"]
        for name in ("requests-per-address", "method-not-allowed")
    }
    assert headers["requests-per-address"] == [{"name": "Retry-After", "value": "300"}]
    assert headers["method-not-allowed"] == [{"name": "Allow", "value": "POST"}]


def test_in_count_mode_nothing_is_refused_and_everything_counted() -> None:
    counting = rules(mode="count")
    wrong = Request("DELETE", {"X-Padding": "x" * SHOWN, "Content-Length": "9999999"})
    assert answers(counting, [wrong]) == [None]
    assert counted(counting, wrong) == ["method-not-allowed", "body-too-large", "headers-too-large"]
    groups = [rule for rule in counting if "managedRuleGroupStatement" in rule["statement"]]
    assert [rule["overrideAction"] for rule in groups] == [{"count": {}}] * 3
    assert all("block" not in rule.get("action", {}) for rule in counting)


def test_managed_groups_come_in_the_order_they_are_named() -> None:
    groups = rules(managed_rule_groups=["common", "sql"], counted_rules={"common": ["NoUserAgent_HEADER"]})[-2:]
    names = [rule["statement"]["managedRuleGroupStatement"]["name"] for rule in groups]
    assert names == ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"]
    assert [rule["overrideAction"] for rule in groups] == [{"none": {}}] * 2
    overrides = groups[0]["statement"]["managedRuleGroupStatement"]["ruleActionOverrides"]
    assert [each["name"] for each in overrides] == ["NoUserAgent_HEADER", "SizeRestrictions_BODY", *FREE_TEXT_RULES]
    assert all(each["actionToUse"] == {"count": {}} for each in overrides)


def test_every_rule_has_metrics_samples_and_a_place_of_its_own() -> None:
    acl = firewall(forwarded_address_header="X-Forwarded-For").one(ACL).inputs
    shown = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert all(each["cloudwatchMetricsEnabled"] and each["sampledRequestsEnabled"] for each in shown)
    metrics = [each["metricName"] for each in shown]
    assert len(set(metrics)) == len(metrics)
    assert all(re.fullmatch(r"[\w-]{1,255}", metric) for metric in metrics)
    assert [rule["priority"] for rule in acl["rules"]] == list(range(len(acl["rules"])))


def test_credentials_are_in_no_log_and_in_no_sample() -> None:
    recording = firewall(redacted_headers=["X-Model-Token", "Cookie"], redact_query=True)
    redacted = recording.one(LOGGING).inputs["redactedFields"]
    secret = ["authorization", "cookie", "x-api-key", "x-model-token"]
    assert redacted == [*({"singleHeader": {"name": name}} for name in secret), {"queryString": {}}]
    protections = recording.one(ACL).inputs["dataProtectionConfig"]["dataProtections"]
    assert [(each["action"], each["field"]) for each in protections] == [
        ("SUBSTITUTION", {"fieldType": "SINGLE_HEADER", "fieldKeys": secret}),
        ("SUBSTITUTION", {"fieldType": "QUERY_STRING"}),
    ]


def test_the_log_holds_what_a_rule_matched_unless_all_is_wanted() -> None:
    kept = firewall().one(LOGGING).inputs["loggingFilter"]
    assert kept["defaultBehavior"] == "DROP"
    actions = [each["actionCondition"]["action"] for each in kept["filters"][0]["conditions"]]
    assert actions == ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]
    assert "loggingFilter" not in firewall(log_allowed=True).one(LOGGING).inputs


def test_the_log_is_one_that_aws_waf_can_write_to() -> None:
    recording = firewall(log_retention_days=30)
    group = recording.one(LOG_GROUP)
    assert group.inputs["name"].startswith("aws-waf-logs-")
    assert group.inputs["retentionInDays"] == 30
    assert recording.one(LOGGING).inputs["logDestinationConfigs"] == [
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group.inputs['name']}"
    ]
    [statement] = json.loads(recording.one(LOG_POLICY).inputs["policyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert group.inputs["name"] in statement["Resource"][0]
    assert {"waf-log-delivery", "waf-log", "waf-acl"} <= needs(recording, recording.one(LOGGING))


def test_the_log_has_a_key_that_serves_it_alone() -> None:
    recording = firewall()
    key = recording.one("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.protect
    assert not firewall(deletion_protection=False).one("aws:kms/key:Key").protect
    grant = json.loads(key.inputs["policy"])["Statement"][1]
    assert recording.one(LOG_GROUP).inputs["name"] in str(grant["Condition"])


def test_outputs_lead_to_the_firewall_and_its_log() -> None:
    outputs = firewall().outputs("waf")
    assert outputs["web_acl_arn"].endswith(":regional/webacl/waf-acl-1a2b3c4/waf-acl-1a2b3c4")
    assert outputs["log_group_name"] == "aws-waf-logs-mlplatform-test-waf"
    assert outputs["capacity_units"] == 977


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"window_seconds": 90}, "window_seconds = 90: AWS WAF supports windows of 60, 120, 300, 600 seconds"),
        ({"requests_per_window": 5}, "requests_per_window = 5"),
        ({"forwarded_address_header": "X Forwarded"}, "forwarded_address_header = 'X Forwarded'"),
        ({"managed_rule_groups": ["comon"]}, "did you mean common?"),
        ({"managed_rule_groups": ["sql", "sql"]}, "sql is named more than once"),
        (
            {"counted_rules": {"sql": ["SQLi_BODY"]}},
            "countedRules = ['sql']: managedRuleGroups lacks these; add them there, or remove them",
        ),
        ({"allowed_methods": ["post"]}, "post is not an HTTP method; write it in capitals"),
        ({"allowed_methods": []}, "allowed_methods"),
        ({"allowed_content_types": ["application/json; charset=utf-8"]}, "is not a media type"),
        ({"allowed_content_types": [f"application/x-{place:060}" for place in range(8)]}, "name fewer"),
        ({"redacted_headers": ["X Api"]}, "X Api is not a header name"),
        ({"log_retention_days": 45}, "log_retention_days = 45: CloudWatch Logs keeps events for"),
        ({"maximum_body_kib": 0}, "maximum_body_kib = 0"),
    ],
)
def test_what_aws_refuses_is_refused_before_registration(args: Any, told: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        firewall(recording, **args)
    assert told in str(error.value)
    assert recording.resources == []


@given(st.integers(1, 10**12), st.integers(0, 10**13))
def test_a_pattern_matches_exactly_the_numbers_above_its_limit(limit: int, number: int) -> None:
    for each in (number, limit - 1, limit, limit + 1, limit * 10):
        assert bool(re.search(number_above(limit), str(each))) == (each > limit)
        assert bool(re.search(number_above(limit), f"000{each}")) == (each > limit)
    assert not re.search(number_above(limit), "")
    assert not re.search(number_above(limit), f"{limit * 10}x")


SPECS = st.builds(
    WebFirewallSpec,
    mode=st.sampled_from(["block", "count"]),
    forwarded_address_header=st.sampled_from([None, "X-Forwarded-For", "True-Client-IP"]),
    managed_rule_groups=st.lists(st.sampled_from(ManagedRuleGroup), unique=True),
    maximum_body_kib=st.integers(1, 1_048_576),
    allowed_methods=st.lists(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), unique=True, min_size=1),
    allowed_content_types=st.lists(st.from_regex(r"\A[a-z]{1,12}/[a-z]{1,12}\Z"), unique=True, min_size=1, max_size=9),
)


@given(SPECS)
def test_whatever_is_asked_for_fits_a_web_acl(spec: WebFirewallSpec) -> None:
    made = build(spec, "waf")
    units = capacity(made)
    # AWS WAF developer guide, "AWS WAF quotas": the most that a web ACL can hold.
    assert units <= 5_000
    groups = [rule["statement"]["managedRuleGroupStatement"]["name"] for rule in made if "overrideAction" in rule]
    own = units - sum(MANAGED[name] for name in groups)
    # What our own rules may take at most, so that the groups that are on by default never make a request dearer.
    assert 0 < own <= 1500 - 925
    patterns = re.findall(r"'regexString': '((?:[^'\\]|\\.)*)'", str(made))
    assert patterns
    assert all(len(pattern) <= LONGEST for pattern in patterns)


UNITS: list[tuple[dict[str, Any], int]] = [
    ({"sizeConstraintStatement": {"fieldToMatch": {"body": {}}, "textTransformations": []}}, 1),
    ({"sizeConstraintStatement": {"fieldToMatch": {"jsonBody": {}}, "textTransformations": []}}, 2),
    (
        {
            "regexMatchStatement": {
                "fieldToMatch": {"allQueryArguments": {}},
                "textTransformations": [{"type": "LOWERCASE"}, {"type": "NONE"}],
            }
        },
        3 + 10 + 10,
    ),
    (
        {
            "byteMatchStatement": {
                "positionalConstraint": "CONTAINS",
                "fieldToMatch": {"jsonBody": {}},
                "textTransformations": [{"type": "LOWERCASE"}],
            }
        },
        10 * 2 + 10,
    ),
    ({"rateBasedStatement": {"customKeys": [{"ip": {}}, {"header": {}}]}}, 2 + 2 * 30),
    ({"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}}, 700),
]


@pytest.mark.parametrize(("statement", "units"), UNITS)
def test_capacity_is_what_the_developer_guide_says(statement: Any, units: int) -> None:
    assert capacity([{"statement": statement}]) == units


def test_a_statement_of_unknown_capacity_is_not_taken_for_free() -> None:
    with pytest.raises(ValueError, match="geoMatchStatement has no known capacity"):
        capacity([{"statement": {"geoMatchStatement": {}}}])
