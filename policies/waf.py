"""Web ACLs, the firewalls in front of load balancers and distributions."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.checks import SET, in_production, requires
from policies.engine.frameworks import checkov, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, is_set, json_value, read, text
from resources.resource import UNKNOWN, Resource

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


def targeting(target: Resource, kind: str, stack: Stack) -> list[Resource]:
    """The resources of type `kind` whose `resourceArn` was computed from the target."""
    return stack.table(_targets, kind).get(target.urn, [])


def has_unknown_target(kind: str, stack: Stack) -> bool:
    """Whether a resource of type `kind` has a target that is not known."""
    return bool(stack.table(_targets, kind).get(UNKNOWN))


def _targets(resource: Resource) -> Iterable[Any]:
    computed = resource.property_dependencies.get("resourceArn", ())
    return computed or ([UNKNOWN] if read(resource.inputs, "resourceArn") is UNKNOWN else [])


def _rules_of(acl: Resource) -> list[Any]:
    """The rules with keys as the provider writes them, also where they are JSON as the API writes them."""
    written = read(acl.inputs, "ruleJson")
    if written is None:
        return elements(read(acl.inputs, "rules"))
    return [_as_provided(each) for each in elements(json_value(written))]


def _as_provided(api_rule: Any) -> Any:
    """A rule of the API: its keys, and those one level below, begin with a small letter as the provider's do."""
    return {key: dict(_lowered(value)) or value for key, value in _lowered(api_rule)} or api_rule


def _lowered(value: Any) -> Iterator[tuple[str, Any]]:
    return ((key[:1].lower() + key[1:], item) for key, item in entries(value))


@rule(
    "firewall-rate-limit",
    "Web ACLs limit the rate of each client",
    WEB_ACL,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL05-BP02"), well_architected("SEC05-BP03")],
    remediation="Add a rule with a rateBasedStatement by client address.",
    field="rules",
)
def _rate_limit(acl: Resource, _: Stack) -> Iterator[Result]:
    statements = [read(each, "statement") for each in _rules_of(acl)]
    if any(is_set(read(statement, "rateBasedStatement")) for statement in statements if statement is not UNKNOWN):
        return
    if UNKNOWN in statements:
        yield Undecided("rules")
    elif any(is_set(read(statement, "ruleGroupReferenceStatement")) for statement in statements):
        yield Undecided("the rules of the group that it refers to")
    else:
        yield Finding("has no rate-based rule, so one client can send any number of requests")


@rule(
    "firewall-blocks",
    "In production, no rule of a web ACL only counts",
    WEB_ACL,
    when=in_production,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC05-BP03")],
    remediation="When the metrics of the first rollout show no legitimate request among the counted ones, block them.",
    field="rules",
)
def _blocks(acl: Resource, _: Stack) -> Iterator[Result]:
    rules = _rules_of(acl)
    counting = [display(read(each, "name")) for each in rules if _only_counts(each)]
    if UNKNOWN in rules:
        yield Undecided("rules")
    elif counting:
        yield Finding(f"only counts what these rules match: {', '.join(counting)}")


def _only_counts(acl_rule: Any) -> bool:
    return any(read(acl_rule, action, "count") is not None for action in ("action", "overrideAction"))


@rule(
    "firewall-logs",
    "Web ACLs log requests",
    WEB_ACL,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("WAF.11"), well_architected("SEC04-BP01")],
    remediation="Add a logging configuration with the web ACL's ARN as resourceArn.",
    field="aws.wafv2.WebAclLoggingConfiguration of the web ACL",
)
def _logs(acl: Resource, stack: Stack) -> Iterator[Result]:
    if targeting(acl, _LOGGING, stack):
        return
    if has_unknown_target(_LOGGING, stack):
        yield Undecided("resourceArn of a logging configuration")
    else:
        yield Finding("has no logging configuration")


@rule(
    "firewall-log-redaction",
    "Firewall logs hold no credentials",
    _LOGGING,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP04"), well_architected("SEC02-BP03")],
    remediation="Name the headers authorization and cookie in redactedFields.",
    field="redactedFields",
)
def _log_redaction(logging: Resource, _: Stack) -> Iterator[Result]:
    fields = elements(read(logging.inputs, "redactedFields"))
    names = [text(read(each, "singleHeader", "name")) for each in fields]
    redacted = {name.lower() for name in names if isinstance(name, str)}
    logged = [header for header in ("authorization", "cookie") if header not in redacted]
    if logged and UNKNOWN in names:
        yield Undecided("redactedFields")
    elif logged:
        yield Finding(f"logs the header {' and '.join(logged)} in plain text")


requires(
    "aws:cloudfront/distribution:Distribution",
    "webAclId",
    SET,
    "has no web ACL",
    name="distribution-firewall",
    title="In production, distributions have a web ACL",
    when=in_production,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudFront.6"), checkov("CKV_AWS_68"), well_architected("SEC05-BP03")],
    remediation="Set webAclId to the ARN of a web ACL of scope CLOUDFRONT, which is made in us-east-1.",
)
