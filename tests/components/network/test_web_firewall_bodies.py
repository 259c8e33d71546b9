"""What the firewall says to bodies: none at all, JSON of every root, gRPC, and free text."""

import json
from typing import Any

import pytest

from components.network.web_firewall.rules import build
from components.network.web_firewall.spec import WebFirewallSpec
from tests.support.components.waf import Request, answers, post


def said(request: Request, **args: Any) -> int | None:
    return answers(build(WebFirewallSpec(**args), "waf"), [request])[0]


@pytest.fixture(scope="module")
def standard() -> list[dict[str, Any]]:
    return build(WebFirewallSpec(), "waf")


@pytest.mark.parametrize("body", ['"a patch"', '"{\\"spec\\": {}}"', "1.5e3", "true", "null", ' "é" \n'])
def test_json_whose_root_is_a_lone_value_is_let_through(standard: list[dict[str, Any]], body: str) -> None:
    assert answers(standard, [post(body)]) == [None]


@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
@pytest.mark.parametrize("length", [{}, {"Content-Length": "0"}])
def test_a_request_without_a_body_is_not_malformed(
    standard: list[dict[str, Any]], content_type: str | None, length: dict[str, str]
) -> None:
    kind = {"Content-Type": content_type} if content_type else {}
    assert answers(standard, [Request("POST", {**kind, **length})]) == [None]


def test_a_body_of_blanks_is_not_malformed(standard: list[dict[str, Any]]) -> None:
    assert answers(standard, [post(" \r\n")]) == [None]


def test_a_body_that_states_neither_type_nor_length_is_refused(standard: list[dict[str, Any]]) -> None:
    assert answers(standard, [Request("POST", {}, b"{}")]) == [415]


def test_grpc_is_refused_where_no_content_type_of_it_is_allowed() -> None:
    # gRPC requests ignore every rule that inspects the body.
    request = Request("POST", {"Content-Type": "application/grpc+proto"}, b"\x00" * 500)
    assert said(request, allowed_content_types=["application/json"]) == 415
    assert said(request, allowed_content_types=["application/grpc+proto"]) is None
    web = post(b"\x00" * 5, "application/grpc-web+proto")
    assert said(web, allowed_content_types=["application/grpc-web+proto"]) is None


PROMPTS = {
    "markup": "Explain <script>alert(1)</script> to me",
    "path": "What does cat ../../../etc/passwd do?",
    "address": "Summarize http://192.0.2.7/report and file://192.0.2.7/x",
    "metadata": "Why is 169.254.169.254 dangerous?",
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_free_text_is_let_through_unless_it_is_ruled_out(prompt: str) -> None:
    request = post(json.dumps({"messages": [{"role": "user", "content": prompt}]}))
    assert said(request) is None
    assert said(request, counted_rules={"common": ["NoUserAgent_HEADER"]}) is None
    assert said(request, free_text=False) == 403


def test_free_text_opens_bodies_alone() -> None:
    assert said(Request(query="q=<script>alert(1)</script>")) == 403
    assert said(Request(path="/v1/models/../../etc/passwd")) == 403
    assert said(post(json.dumps({"prompt": "${jndi:ldap://example.com/}"}))) == 403
