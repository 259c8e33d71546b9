"""Cases of the rules in policies/elb.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/it/1"
STAGING = EnvironmentKind.STAGING
STRONG = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def balancer(**inputs: Any) -> Resource:
    return make(BALANCER, inputs)


def network(**inputs: Any) -> Resource:
    return balancer(loadBalancerType="network", **inputs)


def target_group(**inputs: Any) -> Resource:
    return make("aws:lb/targetGroup:TargetGroup", inputs)


PUBLIC = balancer(internal=False)
INNER = make(BALANCER, {"internal": True}, name="inner")


def associated(target: Resource, **inputs: Any) -> Resource:
    return make(ASSOCIATION, {"resourceArn": UNKNOWN, **inputs}, refers={"resourceArn": [target]})


def listener(protocol: Any, **inputs: Any) -> Resource:
    return make(LISTENER, {"protocol": protocol, **inputs})


def redirecting(protocol: Any) -> Resource:
    return listener("HTTP", defaultActions=[{"type": "redirect", "redirect": {"protocol": protocol}}])


CASES = [
    passes("https-redirect", redirecting("HTTPS")),
    passes("https-redirect", listener("HTTPS", defaultActions=[{"type": "forward"}])),
    fails("https-redirect", redirecting("HTTP"), found="answers plain HTTP itself"),
    fails("https-redirect", listener("HTTP", defaultActions=[{"type": "forward"}]), found="answers plain HTTP itself"),
    fails("https-redirect", listener("HTTP"), kind="absent", found="answers plain HTTP itself"),
    fails("https-redirect", make(LISTENER, {"port": 80}), kind="absent", found="answers plain HTTP itself"),
    passes("https-redirect", make(LISTENER, {"loadBalancerArn": ARN}), kind="absent"),
    unknown("https-redirect", redirecting(UNKNOWN), undecided="defaultActions"),
    unknown("https-redirect", listener("HTTP", defaultActions=UNKNOWN), undecided="defaultActions"),
    unknown("https-redirect", listener(UNKNOWN), undecided="protocol"),
    passes("load-balancer-firewall", PUBLIC, associated(PUBLIC)),
    passes("load-balancer-firewall", PUBLIC, associated(PUBLIC, resourceArn=ARN)),
    fails("load-balancer-firewall", PUBLIC, make(ASSOCIATION, {"resourceArn": ARN}), found="has no web ACL"),
    passes("load-balancer-firewall", balancer(internal=True)),
    passes("load-balancer-firewall", network()),
    fails("load-balancer-firewall", PUBLIC, found="is public and has no web ACL"),
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
    *of_input("malformed-requests", balancer, "dropInvalidHeaderFields", True, False, "passes on headers"),
    passes("malformed-requests", balancer(dropInvalidHeaderFields=True, desyncMitigationMode="strictest")),
    passes("malformed-requests", network()),
    fails(
        "malformed-requests",
        balancer(dropInvalidHeaderFields=True, desyncMitigationMode="monitor"),
        found="desyncMitigationMode is monitor",
    ),
    unknown(
        "malformed-requests",
        balancer(dropInvalidHeaderFields=True, desyncMitigationMode=UNKNOWN),
        undecided="desyncMitigationMode",
    ),
    passes("tls-policy", listener("HTTPS", sslPolicy=STRONG)),
    passes("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-3-2021-06")),
    passes("tls-policy", listener("HTTP")),
    fails(
        "tls-policy", listener("HTTPS", sslPolicy="ELBSecurityPolicy-2016-08"), found="policy ELBSecurityPolicy-2016-08"
    ),
    fails("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06"), found="older versions"),
    fails("tls-policy", listener("TLS", sslPolicy="ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"), found="weaker ciphers"),
    fails("tls-policy", listener("HTTPS"), kind="absent", found="has no sslPolicy"),
    unknown("tls-policy", listener("HTTPS", sslPolicy=UNKNOWN), undecided="sslPolicy"),
    unknown("tls-policy", listener(UNKNOWN), undecided="protocol"),
    *of_input(
        "load-balancer-deletion", balancer, "enableDeletionProtection", True, False, "can be deleted by a single call"
    ),
    passes("load-balancer-deletion", balancer(), environment=STAGING),
    fails("load-balancer-deletion", network(enableDeletionProtection=False), found="can be deleted by a single call"),
    *of_input(
        "target-health-check",
        target_group,
        "healthCheck.enabled",
        True,
        False,
        "targets that do not answer",
        absent=None,
    ),
    passes("target-health-check", target_group(targetType="lambda", healthCheck={"enabled": False})),
]
