"""Cases of the rules in policies/waf.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
STAGING = EnvironmentKind.STAGING
RATE: dict[str, Any] = {"name": "rate", "action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 1000}}}
GROUP: dict[str, Any] = {
    "name": "common",
    "overrideAction": {"none": {}},
    "statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}},
}
API_RATE: dict[str, Any] = {
    "Name": "rate",
    "Action": {"Count": {}},
    "Statement": {"RateBasedStatement": {"Limit": 1000}},
}
OWN_GROUP: dict[str, Any] = {
    "name": "own",
    "statement": {"ruleGroupReferenceStatement": {"arn": "arn:own"}},
}
WEB_ACL = make(ACL, {"rules": [RATE]})
OTHER_ACL = make(ACL, {"rules": [RATE]}, name="other")


def distribution(**inputs: Any) -> Resource:
    return make("aws:cloudfront/distribution:Distribution", inputs)


def logged(acl: Resource, **inputs: Any) -> Resource:
    return make(LOGGING, {"resourceArn": UNKNOWN, **inputs}, refers={"resourceArn": [acl]})


def redacting(*headers: Any) -> Resource:
    return make(LOGGING, {"redactedFields": [{"singleHeader": {"name": header}} for header in headers]})


def acl(*rules: Any) -> Resource:
    return make(ACL, {"rules": list(rules)})


CASES = [
    passes("firewall-blocks", acl(RATE, GROUP)),
    passes("firewall-blocks", acl({**RATE, "action": {"count": {}}}), environment=STAGING),
    fails(
        "firewall-blocks",
        acl({**RATE, "action": {"count": {}}}, {**GROUP, "overrideAction": {"count": {}}}),
        found="only counts what these rules match: rate, common",
    ),
    fails("firewall-blocks", make(ACL, {"ruleJson": json.dumps([API_RATE])}), found="these rules match: rate"),
    passes("firewall-blocks", make(ACL), kind="absent"),
    unknown("firewall-blocks", make(ACL, {"rules": UNKNOWN}), undecided="rules"),
    passes("firewall-log-redaction", redacting("Authorization", "cookie", "x-api-key")),
    passes("firewall-log-redaction", redacting("authorization", UNKNOWN, "cookie")),
    fails("firewall-log-redaction", redacting("cookie"), found="logs the header authorization in plain text"),
    fails("firewall-log-redaction", make(LOGGING), kind="absent", found="authorization and cookie"),
    unknown("firewall-log-redaction", redacting("cookie", UNKNOWN), undecided="redactedFields"),
    unknown("firewall-log-redaction", make(LOGGING, {"redactedFields": UNKNOWN}), undecided="redactedFields"),
    passes("firewall-logs", WEB_ACL, logged(WEB_ACL)),
    fails("firewall-logs", WEB_ACL, OTHER_ACL, logged(OTHER_ACL), found="has no logging configuration"),
    fails("firewall-logs", WEB_ACL, kind="absent", found="has no logging configuration"),
    unknown(
        "firewall-logs",
        WEB_ACL,
        make(LOGGING, {"resourceArn": UNKNOWN}),
        undecided="resourceArn of a logging configuration",
    ),
    passes("firewall-rate-limit", acl(GROUP, RATE)),
    passes(
        "firewall-rate-limit",
        make(ACL, {"ruleJson": json.dumps([{"Statement": {"RateBasedStatement": {"Limit": 9}}}])}),
    ),
    fails("firewall-rate-limit", acl(GROUP), found="has no rate-based rule"),
    fails("firewall-rate-limit", make(ACL, {"ruleJson": "[]"}), found="has no rate-based rule"),
    fails("firewall-rate-limit", make(ACL), kind="absent", found="has no rate-based rule"),
    unknown("firewall-rate-limit", make(ACL, {"rules": UNKNOWN}), undecided="rules"),
    unknown("firewall-rate-limit", make(ACL, {"ruleJson": UNKNOWN}), undecided="rules"),
    unknown("firewall-rate-limit", acl(OWN_GROUP), undecided="the rules of the group"),
    *of_input("distribution-firewall", distribution, "webAclId", "arn", "", "has no web ACL", unknown_passes=True),
    passes("distribution-firewall", distribution(), environment=EnvironmentKind.STAGING),
]
