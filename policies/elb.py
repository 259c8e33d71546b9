"""Load balancers and their listeners."""

import re
from collections.abc import Iterator

from policies.engine.checks import forbids, in_production, must_be, must_not_be, requires
from policies.engine.frameworks import checkov, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.waf import ASSOCIATION, has_unknown_target, targeting
from resources.inputs import elements, first, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource, Unknown

LOAD_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
_CURRENT_TLS_POLICY = re.compile(r"ELBSecurityPolicy-TLS13-1-[23]-(?!Ext[12]-)[\w-]+")
"""TLS 1.3, with 1.2 or alone. Ext1 and Ext2 add ciphers without forward secrecy.

Source: Elastic Load Balancing user guide, "Security policies for your Application Load Balancer".
"""

requires(
    LOAD_BALANCERS,
    "enableDeletionProtection",
    True,
    "can be deleted by a single call",
    name="load-balancer-deletion",
    title="In production, load balancers have deletion protection",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.6"), well_architected("REL08-BP04")],
    remediation="Set enableDeletionProtection; to destroy on purpose, turn it off in a deployment of its own.",
)


def _is_application(balancer: Resource, _: Stack) -> bool:
    """Whether it speaks HTTP: a load balancer is of type application where the input is absent."""
    return text(read(balancer.inputs, "loadBalancerType")) in (None, "application")


@rule(
    "load-balancer-firewall",
    "Public application load balancers have a web ACL",
    LOAD_BALANCERS,
    when=_is_application,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.16"), well_architected("SEC05-BP03")],
    remediation="Associate a regional web ACL with the load balancer, and leave enableWafFailOpen off.",
    field="aws.wafv2.WebAclAssociation of the load balancer",
)
def _firewall(balancer: Resource, stack: Stack) -> Iterator[Result]:
    internal = flag(read(balancer.inputs, "internal"))
    if internal is UNKNOWN:
        yield Undecided("internal")
    if internal is UNKNOWN or internal:
        return
    if not targeting(balancer, ASSOCIATION, stack):
        if has_unknown_target(ASSOCIATION, stack):
            yield Undecided("resourceArn of a web ACL's association")
        else:
            yield Finding("is public and has no web ACL")
    if flag(read(balancer.inputs, "enableWafFailOpen")) is True:
        yield Finding("lets requests through when its firewall does not answer (enableWafFailOpen)")


@rule(
    "load-balancer-logs",
    "Application load balancers write access logs",
    LOAD_BALANCERS,
    when=_is_application,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.5"), well_architected("SEC04-BP01")],
    remediation="Set accessLogs with a bucket that load balancers may write to, and enabled.",
    field="accessLogs",
)
def _logs(balancer: Resource, _: Stack) -> Iterator[Result]:
    logs = first(read(balancer.inputs, "accessLogs", 0), read(balancer.inputs, "accessLogs"))
    enabled = flag(read(logs, "enabled"))
    if enabled is UNKNOWN:
        yield Undecided("accessLogs.enabled")
    elif not enabled or not is_set(read(logs, "bucket")):
        yield Finding("writes no access logs")


@rule(
    "malformed-requests",
    "Application load balancers drop invalid headers and ambiguous requests",
    LOAD_BALANCERS,
    when=_is_application,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.4"), security_hub("ELB.12"), well_architected("SEC05-BP03")],
    remediation="Set dropInvalidHeaderFields, and desyncMitigationMode to defensive or strictest.",
    field="dropInvalidHeaderFields and desyncMitigationMode",
)
def _malformed_requests(balancer: Resource, _: Stack) -> Iterator[Result]:
    headers = "passes on headers with invalid names"
    yield from must_be(balancer.inputs, "dropInvalidHeaderFields", True, headers)
    split = "passes on requests that servers may split differently (desyncMitigationMode is monitor)"
    yield from must_not_be(balancer.inputs, "desyncMitigationMode", "monitor", split)


def _protocol(listener: Resource) -> str | Unknown | None:
    """The protocol of a listener. With a port alone it is HTTP, the default of an Application Load Balancer.

    Source: CloudFormation, AWS::ElasticLoadBalancingV2::Listener, Protocol; a listener of a Gateway Load Balancer has
    no port.
    """
    given = text(read(listener.inputs, "protocol"))
    return "HTTP" if given is None and is_set(read(listener.inputs, "port")) else given


@rule(
    "https-redirect",
    "HTTP listeners redirect to HTTPS",
    LISTENERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.1"), well_architected("SEC09-BP02")],
    remediation="Give the listener one default action of type redirect with the protocol HTTPS.",
    field="defaultActions",
)
def _https_redirect(listener: Resource, _: Stack) -> Iterator[Result]:
    protocol = _protocol(listener)
    if protocol is UNKNOWN:
        yield Undecided("protocol")
    if protocol != "HTTP":
        return
    actions = elements(read(listener.inputs, "defaultActions"))
    targets = [text(read(action, "redirect", "protocol")) for action in actions]
    if targets and all(target == "HTTPS" for target in targets):
        return
    if UNKNOWN in targets:
        yield Undecided("defaultActions")
    else:
        yield Finding("answers plain HTTP itself instead of redirecting to HTTPS")


@rule(
    "tls-policy",
    "Listeners use TLS 1.2 or 1.3 with forward secrecy",
    LISTENERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ELB.17"), well_architected("SEC09-BP02")],
    remediation="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    field="sslPolicy",
)
def _tls_policy(listener: Resource, _: Stack) -> Iterator[Result]:
    protocol, policy = text(read(listener.inputs, "protocol")), text(read(listener.inputs, "sslPolicy"))
    if protocol is UNKNOWN:
        yield Undecided("protocol")
    elif protocol not in ("HTTPS", "TLS"):
        return
    elif policy is UNKNOWN:
        yield Undecided("sslPolicy")
    elif policy is None:
        yield Finding("has no sslPolicy; AWS then uses ELBSecurityPolicy-2016-08, which allows TLS 1.0")
    elif not _CURRENT_TLS_POLICY.fullmatch(policy):
        yield Finding(f"uses the TLS policy {policy}, which lacks TLS 1.3 or allows older versions or weaker ciphers")


def _is_no_function(group: Resource, _: Stack) -> bool:
    """Whether targets can be unhealthy: a Lambda function has no health check by default."""
    return text(read(group.inputs, "targetType")) != "lambda"


forbids(
    ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"),
    "healthCheck.enabled",
    False,
    "sends requests to targets that do not answer",
    name="target-health-check",
    title="Target groups check the health of their targets",
    when=_is_no_function,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_261"), well_architected("REL11-BP01")],
    remediation="Set healthCheck with a path that answers only while the target can serve.",
)
