"""What AWS WAF would say to requests under a web ACL's rules, as its documents describe each statement.

    assert answers(rules, [Request("POST", {"Content-Type": "text/plain"}, b"hello")]) == [415]

Of managed groups, it judges only rules for which AWS publishes examples (tests.support.components.managed_rules).
Sources: AWS WAF developer guide, "Request components in AWS WAF", "Considerations for managing body inspection",
"Oversize web request components"; API reference, JsonBody, SizeConstraintStatement, RuleActionOverride.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from tests.support.components.managed_rules import BLOCKED, matched
from tests.support.components.waf_json import is_parsed

SHOWN = 8192
"""Bytes of a body, and of all headers together, that a load balancer hands to AWS WAF."""


@dataclass(frozen=True)
class Request:
    """A request at a moment, from an address."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    address: str = "198.51.100.7"
    second: float = 0
    path: str = "/"
    query: str = ""
    agent: str = "client/1.0"

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    @property
    def is_grpc(self) -> bool:
        return re.match(r"application/grpc(\+|;|$)", self.header("Content-Type") or "") is not None


def post(body: bytes | str, content_type: str | None = "application/json", **more: Any) -> Request:
    """A POST as clients send it: with the length of its body, and its type unless that is None."""
    raw = body.encode() if isinstance(body, str) else body
    headers = {"Content-Length": str(len(raw)), **({"Content-Type": content_type} if content_type else {})}
    return Request("POST", {**headers, **more.pop("headers", {})}, raw, **more)


def answers(rules: Sequence[Mapping[str, Any]], requests: Sequence[Request]) -> list[int | None]:
    """The status that each request is refused with, in order; None where it is let through."""
    return [_answer(rules, requests[: place + 1]) for place in range(len(requests))]


def counted(rules: Sequence[Mapping[str, Any]], request: Request) -> list[str]:
    """The names of the rules that count a request instead of refusing it."""
    return [rule["name"] for rule in rules if "count" in rule.get("action", {}) and _matches(rule, [request])]


def _answer(rules: Sequence[Mapping[str, Any]], seen: Sequence[Request]) -> int | None:
    for rule in sorted(rules, key=lambda each: each["priority"]):
        if group := rule["statement"].get("managedRuleGroupStatement"):
            if "none" in rule["overrideAction"] and _blocked_by(group, seen[-1]):
                return BLOCKED
        elif "block" in rule.get("action", {}) and _matches(rule, seen):
            return int(rule["action"]["block"]["customResponse"]["responseCode"])
    return None


def _blocked_by(group: Mapping[str, Any], request: Request) -> bool:
    overridden = {each["name"] for each in group.get("ruleActionOverrides", ()) if "count" in each["actionToUse"]}
    shown = request.body[:SHOWN] if not request.is_grpc else b""
    whole = 0 if request.is_grpc else len(request.body)
    headers = {"User-Agent": request.agent, **request.headers}
    found = matched(group["name"], request.path, request.query, headers, shown, whole)
    return bool(found - overridden)


def _matches(rule: Mapping[str, Any], seen: Sequence[Request]) -> bool:
    statement = rule["statement"]
    if seen[-1].is_grpc and _inspects_body(statement):
        # "any request that uses gRPC will ignore the request body inspection rules"
        return False
    if rate := statement.get("rateBasedStatement"):
        return _over_rate(rate, seen)
    return "managedRuleGroupStatement" not in statement and _holds(statement, seen[-1])


def _inspects_body(statement: Mapping[str, Any]) -> bool:
    [(_, body)] = statement.items()
    inner = [body["statement"]] if "statement" in body else body.get("statements", ())
    return not {"body", "jsonBody"}.isdisjoint(body.get("fieldToMatch", ())) or any(map(_inspects_body, inner))


def _over_rate(rate: Mapping[str, Any], seen: Sequence[Request]) -> bool:
    scope = rate.get("scopeDownStatement")
    now = seen[-1]
    if scope and not _holds(scope, now):
        return False
    key = _aggregate(rate, now)
    if key is None or key == "":
        return key == "" and rate["forwardedIpConfig"]["fallbackBehavior"] == "MATCH"
    recent = [
        each
        for each in seen
        if now.second - each.second < rate["evaluationWindowSec"] and (not scope or _holds(scope, each))
    ]
    return Counter(_aggregate(rate, each) for each in recent)[key] > rate["limit"]


def _aggregate(rate: Mapping[str, Any], request: Request) -> str | None:
    """The address a request counts for: None when the header is missing, empty when it holds no address."""
    if rate["aggregateKeyType"] == "IP":
        return request.address
    written = request.header(rate["forwardedIpConfig"]["headerName"])
    if written is None:
        return None
    try:
        return str(ip_address(written.split(",")[0].strip()))
    except ValueError:
        return ""


def _holds(statement: Mapping[str, Any], request: Request) -> bool:
    [(kind, body)] = statement.items()
    match kind:
        case "andStatement":
            return all(_holds(each, request) for each in body["statements"])
        case "orStatement":
            return any(_holds(each, request) for each in body["statements"])
        case "notStatement":
            return not _holds(body["statement"], request)
        case "regexMatchStatement":
            return _regex_holds(body, request)
        case "sizeConstraintStatement":
            return _size_holds(body, request)
        case _:
            raise AssertionError(f"{kind} is not described here")


def _regex_holds(body: Mapping[str, Any], request: Request) -> bool:
    [(component, how)] = body["fieldToMatch"].items()
    if component == "body" and len(request.body) > SHOWN and how["oversizeHandling"] != "CONTINUE":
        return how["oversizeHandling"] == "MATCH"
    return any(re.search(body["regexString"], text) for text in _texts(body, request))


def _size_holds(body: Mapping[str, Any], request: Request) -> bool:
    [(component, how)] = body["fieldToMatch"].items()
    assert body["comparisonOperator"] == "GT"
    if component == "body":
        return _oversize(len(request.body), how) or len(request.body[:SHOWN]) > body["size"]
    if component == "headers":
        return _oversize(sum(len(key) + len(value) for key, value in request.headers.items()), how[0])
    if component == "jsonBody":
        if len(request.body) > SHOWN:
            return _oversize(len(request.body), how)
        # Nothing that is parsed from so much is larger than it.
        assert body["size"] >= SHOWN
        return not is_parsed(request.body) and how["invalidFallbackBehavior"] == "MATCH"
    return any(len(text) > body["size"] for text in _texts(body, request))


def _oversize(size: int, how: Mapping[str, Any]) -> bool:
    return size > SHOWN and how["oversizeHandling"] == "MATCH"


def _texts(body: Mapping[str, Any], request: Request) -> list[str]:
    """The component's text, or none when the request lacks it: a missing component never matches."""
    [(component, how)] = body["fieldToMatch"].items()
    match component:
        case "method":
            text = request.method
        case "body":
            text = request.body[:SHOWN].decode("latin-1") or None
        case _:
            text = request.header(how["name"])
    lower = any(each["type"] == "LOWERCASE" for each in body["textTransformations"])
    return [] if text is None else [text.lower() if lower else text]
