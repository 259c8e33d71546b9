"""The rules of a firewall as the provider's inputs: pure functions of the spec."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .capacity import AWS_NAMES, ManagedRuleGroup
from .patterns import GRPC, JSON, LONE_JSON_VALUE, media_type, number_above, one_of
from .spec import WebFirewallSpec

Rule = dict[str, Any]
Statement = dict[str, Any]

INSPECTED_BYTES = 8192
"""The bytes of a body, and of the headers, that AWS WAF inspects behind a load balancer. Source: AWS WAF developer
guide, "Considerations for managing body inspection"."""

METHODS_WITH_BODY = ("POST", "PUT", "PATCH")

RESPONSES = {
    400: "The body is not valid JSON.",
    405: "This method is not allowed.",
    413: "The request is too large, or its body does not state its length.",
    415: "The Content-Type is missing or not supported.",
    429: "Too many requests from this address; try again later.",
}
"""The messages to clients, by status code."""

_OWN_LIMIT = "SizeRestrictions_BODY"
FREE_TEXT_RULES = ("CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY")
"""The rules of the group `common` that block bodies with markup, paths or addresses.

Source: AWS WAF developer guide, "Baseline rule groups".
"""
_BINARY_INPUTS = "inference-header-content-length"
"""The header of the Open Inference Protocol's binary data extension. NVIDIA's HTTP client sends it without a
Content-Type. Source: tritonclient 2.73.0, tritonclient/http/_client.py, infer."""

_COUNT: dict[str, Any] = {"count": {}}
_AS_IT_IS = [{"priority": 0, "type": "NONE"}]
_LOWER = [{"priority": 0, "type": "LOWERCASE"}]


def build(spec: WebFirewallSpec, name: str) -> list[Rule]:
    """All rules in order of priority. `name` is the prefix of their metrics."""
    own: list[Rule] = [
        *_rates(spec),
        _refusal("method-not-allowed", 405, _not(_method(spec.allowed_methods)), {"Allow": _allow(spec)}),
        _refusal("body-too-large", 413, _too_large(spec.maximum_body_kib * 1024)),
        _refusal("headers-too-large", 413, _HEADERS_TOO_LARGE),
        _refusal("content-type-not-supported", 415, _wrong_content_type(spec)),
        *_grpc_not_supported(spec),
        _refusal("json-not-valid", 400, _BROKEN_JSON),
    ]
    rules = own if spec.blocks else [rule | {"action": _COUNT} for rule in own]
    rules += [_managed(spec, group) for group in spec.managed_rule_groups]
    return [{**rule, "priority": place, **visibility(f"{name}-{rule['name']}")} for place, rule in enumerate(rules)]


def visibility(metric: str) -> dict[str, Any]:
    """Metrics and samples of a rule, under the name `metric`."""
    return {
        "visibilityConfig": {
            "cloudwatchMetricsEnabled": True,
            "metricName": metric,
            "sampledRequestsEnabled": True,
        }
    }


def response_bodies() -> list[dict[str, str]]:
    """The bodies of the responses to blocked requests."""
    return [
        {
            "key": _body_key(code),
            "contentType": "APPLICATION_JSON",
            "content": json.dumps({"error": {"code": code, "message": message}}),
        }
        for code, message in RESPONSES.items()
    ]


def _refusal(name: str, code: int, statement: Statement, headers: Mapping[str, str] | None = None) -> Rule:
    response: dict[str, Any] = {"responseCode": code, "customResponseBodyKey": _body_key(code)}
    if headers:
        response["responseHeaders"] = [{"name": key, "value": value} for key, value in headers.items()]
    return {"name": name, "action": {"block": {"customResponse": response}}, "statement": statement}


def _body_key(code: int) -> str:
    return f"status-{code}"


def _allow(spec: WebFirewallSpec) -> str:
    return ", ".join(spec.allowed_methods)


def _rates(spec: WebFirewallSpec) -> list[Rule]:
    """The rate limit of each client address.

    AWS WAF skips a rule on a forwarded address when the header is missing. A client that bypasses the proxy could omit
    the header, so such requests are counted by their source address.
    """
    counting = {"limit": spec.requests_per_window, "evaluationWindowSec": spec.window_seconds}
    by_connection = {**counting, "aggregateKeyType": "IP"}
    header = spec.forwarded_address_header
    if header is None:
        return [_rate(spec, "requests-per-address", by_connection)]
    forwarded = {
        **counting,
        "aggregateKeyType": "FORWARDED_IP",
        "forwardedIpConfig": {"headerName": header, "fallbackBehavior": "MATCH"},
    }
    missing = _not(_size(_header(header), "GT", 0))
    return [
        _rate(spec, "requests-per-address", forwarded),
        _rate(spec, "requests-without-forwarded-address", {**by_connection, "scopeDownStatement": missing}),
    ]


def _rate(spec: WebFirewallSpec, name: str, body: Mapping[str, Any]) -> Rule:
    headers = {"Retry-After": str(spec.window_seconds)}
    return _refusal(name, 429, {"rateBasedStatement": dict(body)}, headers)


def _managed(spec: WebFirewallSpec, group: ManagedRuleGroup) -> Rule:
    counted = list(spec.counted_rules.get(group, ()))
    if group is ManagedRuleGroup.COMMON:
        # It blocks every body over 8 KiB, which is too small for images and prompts; maximumBodyKib replaces it.
        further = (_OWN_LIMIT, *(FREE_TEXT_RULES if spec.free_text else ()))
        counted += [rule for rule in further if rule not in counted]
    body: dict[str, Any] = {"vendorName": "AWS", "name": AWS_NAMES[group]}
    if counted:
        body["ruleActionOverrides"] = [{"name": rule, "actionToUse": _COUNT} for rule in counted]
    override: dict[str, Any] = {"none": {}} if spec.blocks else _COUNT
    return {"name": group.value, "overrideAction": override, "statement": {"managedRuleGroupStatement": body}}


def _too_large(limit: int) -> Statement:
    """A body with a Content-Length above `limit` bytes, or a body without one that AWS WAF cannot inspect whole."""
    length = _header("content-length")
    inspected = {"body": {"oversizeHandling": "MATCH"}}
    unstated = _and([_size(inspected, "GT", min(limit, INSPECTED_BYTES)), _not(_size(length, "GT", 0))])
    return {"orStatement": {"statements": [_matches(length, number_above(limit)), unstated]}}


def _wrong_content_type(spec: WebFirewallSpec) -> Statement:
    """A body with a content type that is not allowed. A request without a body needs no content type."""
    content_type = _header("content-type")
    allowed = [_matches(content_type, media_type(spec.allowed_content_types), _LOWER)]
    if "application/octet-stream" in spec.allowed_content_types:
        allowed.append(_and([_not(_size(content_type, "GT", 0)), _size(_header(_BINARY_INPUTS), "GT", 0)]))
    return _and([_method(METHODS_WITH_BODY), _HAS_BODY, *map(_not, allowed)])


def _grpc_not_supported(spec: WebFirewallSpec) -> list[Rule]:
    """Refuses gRPC by its header when no gRPC content type is allowed.

    gRPC requests ignore every rule that inspects the body, the rule on content types among them. Source: AWS WAF
    developer guide, "Considerations for managing body inspection".
    """
    if any(re.search(GRPC, each) for each in spec.allowed_content_types):
        return []
    return [_refusal("grpc-not-supported", 415, _matches(_header("content-type"), GRPC, _LOWER))]


def _method(methods: Sequence[str]) -> Statement:
    return _matches({"method": {}}, one_of(methods))


def _header(name: str) -> dict[str, Any]:
    return {"singleHeader": {"name": name.lower()}}


def _matches(field: Mapping[str, Any], pattern: str, transformations: Sequence[Any] = _AS_IT_IS) -> Statement:
    return {
        "regexMatchStatement": {
            "fieldToMatch": dict(field),
            "regexString": pattern,
            "textTransformations": list(transformations),
        }
    }


def _size(field: Mapping[str, Any], operator: str, size: int) -> Statement:
    return {
        "sizeConstraintStatement": {
            "fieldToMatch": dict(field),
            "comparisonOperator": operator,
            "size": size,
            "textTransformations": _AS_IT_IS,
        }
    }


def _and(statements: Sequence[Statement]) -> Statement:
    return {"andStatement": {"statements": list(statements)}}


def _not(statement: Statement) -> Statement:
    return {"notStatement": {"statement": statement}}


_HEADERS_TOO_LARGE = _size(
    {"headers": [{"matchPattern": {"all": {}}, "matchScope": "ALL", "oversizeHandling": "MATCH"}]},
    "GT",
    INSPECTED_BYTES,
)

_HAS_BODY = _size({"body": {"oversizeHandling": "MATCH"}}, "GT", 0)

# A body larger than AWS WAF inspects is truncated and never valid JSON, so this rule must not match it. AWS WAF also
# regards a body as invalid that is empty, or whose root is neither an object nor an array; the rule excludes both.
_BROKEN_JSON = _and(
    [
        _method(METHODS_WITH_BODY),
        _matches(_header("content-type"), JSON, _LOWER),
        _HAS_BODY,
        _not(_matches({"body": {"oversizeHandling": "CONTINUE"}}, LONE_JSON_VALUE)),
        _size(
            {
                "jsonBody": {
                    "matchPattern": {"all": {}},
                    "matchScope": "ALL",
                    "invalidFallbackBehavior": "MATCH",
                    "oversizeHandling": "NO_MATCH",
                }
            },
            "GT",
            INSPECTED_BYTES,
        ),
    ]
)
