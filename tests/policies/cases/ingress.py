"""What the rules on load balancers, listeners, firewalls and certificates say."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import fails, make, passes, unknown

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
CERTIFICATE = "aws:acm/certificate:Certificate"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/it/1"
STAGING = EnvironmentKind.STAGING
STRONG = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def balancer(**inputs: Any) -> Resource:
    return make(BALANCER, inputs)


def network(**inputs: Any) -> Resource:
    return balancer(loadBalancerType="network", **inputs)


PUBLIC = balancer(internal=False)
INNER = make(BALANCER, {"internal": True}, name="inner")
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


def associated(target: Resource, **inputs: Any) -> Resource:
    return make(ASSOCIATION, {"resourceArn": UNKNOWN, **inputs}, refers={"resourceArn": [target]})


def logged(acl: Resource, **inputs: Any) -> Resource:
    return make(LOGGING, {"resourceArn": UNKNOWN, **inputs}, refers={"resourceArn": [acl]})


def redacting(*headers: Any) -> Resource:
    return make(LOGGING, {"redactedFields": [{"singleHeader": {"name": header}} for header in headers]})


def acl(*rules: Any) -> Resource:
    return make(ACL, {"rules": list(rules)})


def listener(protocol: Any, **inputs: Any) -> Resource:
    return make(LISTENER, {"protocol": protocol, **inputs})


def redirecting(protocol: Any) -> Resource:
    return listener("HTTP", defaultActions=[{"type": "redirect", "redirect": {"protocol": protocol}}])


CASES = [
    passes("load-balancer-firewall", PUBLIC, associated(PUBLIC)),
    passes("load-balancer-firewall", PUBLIC, associated(PUBLIC, resourceArn=ARN)),
    fails("load-balancer-firewall", PUBLIC, make(ASSOCIATION, {"resourceArn": ARN}), found="has no web ACL"),
    passes("load-balancer-firewall", balancer(internal=True)),
    passes("load-balancer-firewall", network()),
    fails("load-balancer-firewall", PUBLIC, found="is reached from the internet and has no web ACL"),
    fails("load-balancer-firewall", PUBLIC, INNER, associated(INNER), found="has no web ACL"),
    fails(
        "load-balancer-firewall",
        balancer(enableWafFailOpen=True),
        associated(PUBLIC),
        found="lets requests through when its firewall does not answer",
    ),
    fails("load-balancer-firewall", balancer(), kind="absent", found="has no web ACL"),
    unknown("load-balancer-firewall", balancer(internal=UNKNOWN), undecided="internal"),
    unknown(
        "load-balancer-firewall",
        PUBLIC,
        make(ASSOCIATION, {"resourceArn": UNKNOWN}),
        undecided="resourceArn of a web ACL's association",
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
    passes("firewall-logs", WEB_ACL, logged(WEB_ACL)),
    fails("firewall-logs", WEB_ACL, OTHER_ACL, logged(OTHER_ACL), found="has no logging configuration"),
    fails("firewall-logs", WEB_ACL, kind="absent", found="has no logging configuration"),
    unknown(
        "firewall-logs",
        WEB_ACL,
        make(LOGGING, {"resourceArn": UNKNOWN}),
        undecided="resourceArn of a logging configuration",
    ),
    passes("firewall-log-redaction", redacting("Authorization", "cookie", "x-api-key")),
    passes("firewall-log-redaction", redacting("authorization", UNKNOWN, "cookie")),
    fails("firewall-log-redaction", redacting("cookie"), found="writes the header authorization to the log"),
    fails("firewall-log-redaction", make(LOGGING), kind="absent", found="authorization and cookie"),
    unknown("firewall-log-redaction", redacting("cookie", UNKNOWN), undecided="redactedFields"),
    unknown("firewall-log-redaction", make(LOGGING, {"redactedFields": UNKNOWN}), undecided="redactedFields"),
    passes("tls-policy", listener("HTTPS", sslPolicy=STRONG)),
    passes("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-3-2021-06")),
    passes("tls-policy", listener("HTTP")),
    fails("tls-policy", listener("HTTPS", sslPolicy="ELBSecurityPolicy-2016-08"), found="by ELBSecurityPolicy-2016-08"),
    fails("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06"), found="older versions"),
    fails("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"), found="weaker ciphers"),
    fails("tls-policy", listener("HTTPS"), kind="absent", found="names no sslPolicy"),
    unknown("tls-policy", listener("HTTPS", sslPolicy=UNKNOWN), undecided="sslPolicy"),
    unknown("tls-policy", listener(UNKNOWN), undecided="protocol"),
    passes("https-redirect", redirecting("HTTPS")),
    passes("https-redirect", listener("HTTPS", defaultActions=[{"type": "forward"}])),
    fails("https-redirect", redirecting("HTTP"), found="answers plain HTTP itself"),
    fails("https-redirect", listener("HTTP", defaultActions=[{"type": "forward"}]), found="answers plain HTTP itself"),
    fails("https-redirect", listener("HTTP"), kind="absent", found="answers plain HTTP itself"),
    unknown("https-redirect", redirecting(UNKNOWN), undecided="defaultActions"),
    unknown("https-redirect", listener("HTTP", defaultActions=UNKNOWN), undecided="defaultActions"),
    unknown("https-redirect", listener(UNKNOWN), undecided="protocol"),
    passes("load-balancer-logs", balancer(accessLogs={"bucket": "logs", "enabled": True})),
    passes("load-balancer-logs", balancer(accessLogs=[{"bucket": UNKNOWN, "enabled": True}])),
    passes("load-balancer-logs", network()),
    fails("load-balancer-logs", balancer(accessLogs={"bucket": "logs"}), found="writes no access logs"),
    fails("load-balancer-logs", balancer(accessLogs={"enabled": True}), found="writes no access logs"),
    fails("load-balancer-logs", balancer(), kind="absent", found="writes no access logs"),
    unknown(
        "load-balancer-logs",
        balancer(accessLogs={"bucket": "logs", "enabled": UNKNOWN}),
        undecided="accessLogs.enabled",
    ),
    unknown("load-balancer-logs", balancer(accessLogs=UNKNOWN), undecided="accessLogs.enabled"),
    passes("malformed-requests", balancer(dropInvalidHeaderFields=True)),
    passes("malformed-requests", balancer(dropInvalidHeaderFields=True, desyncMitigationMode="strictest")),
    passes("malformed-requests", network()),
    fails("malformed-requests", balancer(dropInvalidHeaderFields=False), found="passes headers on"),
    fails(
        "malformed-requests",
        balancer(dropInvalidHeaderFields=True, desyncMitigationMode="monitor"),
        found="desyncMitigationMode is monitor",
    ),
    fails("malformed-requests", balancer(), kind="absent", found="passes headers on"),
    unknown("malformed-requests", balancer(dropInvalidHeaderFields=UNKNOWN), undecided="dropInvalidHeaderFields"),
    unknown(
        "malformed-requests",
        balancer(dropInvalidHeaderFields=True, desyncMitigationMode=UNKNOWN),
        undecided="desyncMitigationMode",
    ),
    passes("load-balancer-deletion", balancer(enableDeletionProtection=True)),
    passes("load-balancer-deletion", balancer(), environment=STAGING),
    fails("load-balancer-deletion", network(enableDeletionProtection=False), found="can be deleted by a single call"),
    fails("load-balancer-deletion", balancer(), kind="absent", found="can be deleted by a single call"),
    unknown("load-balancer-deletion", balancer(enableDeletionProtection=UNKNOWN), undecided="enableDeletionProtection"),
    passes("certificate-renewal", make(CERTIFICATE, {"validationMethod": "DNS"})),
    fails("certificate-renewal", make(CERTIFICATE, {"validationMethod": "EMAIL"}), found="answers a mail in time"),
    passes("certificate-renewal", make(CERTIFICATE, {"privateKey": "[secret]"}), kind="absent"),
    unknown("certificate-renewal", make(CERTIFICATE, {"validationMethod": UNKNOWN}), undecided="validationMethod"),
]
