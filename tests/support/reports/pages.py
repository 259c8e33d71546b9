"""Reads a report as a browser does, and makes plans for it."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from planner.plan import Plan
from policies.engine.evaluate import Verdict
from pricing.budget import Budget
from pricing.lines import Estimate, Line
from resources.resource import Resource
from tests.support.planner.terminal import EMPTY

URN = "urn:pulumi:test::sample::"
STACK = Resource(f"{URN}pulumi:pulumi:Stack::sample-test", "pulumi:pulumi:Stack", "sample-test", custom=False)
_VOID = {"meta", "link", "br", "input"}


class Page(HTMLParser):
    """The elements of a page: each tag with its attributes, and the text in it."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.elements.append((tag, dict(attrs), text))
        if tag not in _VOID:
            self._open.append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.append(data)

    def texts(self, tag: str, **attributes: str) -> list[str]:
        """The text of each element with this tag and these attributes; `class_` is the class."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            " ".join("".join(text).split())
            for found, given, text in self.elements
            if found == tag and all(given.get(name) == value for name, value in wanted.items())
        ]

    def raw(self, tag: str, **attributes: str) -> list[str]:
        """As `texts`, with white space as it is."""
        return [
            "".join(text)
            for found, given, text in self.elements
            if found == tag and all(given.get(name) == value for name, value in attributes.items())
        ]

    @property
    def data(self) -> dict[str, Any]:
        """What the page's scripts read."""
        [text] = self.raw("script", id="data")
        return json.loads(text)

    @property
    def details(self) -> list[dict[str, Any]]:
        """The details of all resources, unpacked as the page unpacks them."""
        chunks = self.raw("script", **{"class": "chunk"})
        return [each for chunk in chunks for each in json.loads(gzip.decompress(base64.b64decode(chunk)))]

    @property
    def policy(self) -> dict[str, str]:
        """The rules of the content security policy."""
        [content] = [
            str(given["content"]) for tag, given, _ in self.elements if tag == "meta" and given.get("http-equiv")
        ]
        return dict(rule.split(" ", 1) for rule in content.split("; "))

    def code(self) -> Iterator[tuple[str, str]]:
        """Each inline script that runs and each style, as the name of its rule and the text."""
        for tag, given, text in self.elements:
            if tag == "script" and "type" not in given:
                yield "script-src", "".join(text)
            if tag == "style":
                yield "style-src", "".join(text)


def hash_of(text: str) -> str:
    """How a content security policy names an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def outside(html: str) -> list[str]:
    """The attributes of a page that make a browser request something."""
    return re.findall(r"<[^>]+\s(?:src|href|action|data|poster|srcset)=\"(?!#|data:)[^\"]*\"", html)


def resource(name: str, resource_type: str = "aws:s3/bucket:Bucket", **fields: Any) -> Resource:
    """A resource of the test's stack."""
    given: dict[str, Any] = {"parent": STACK.urn, **fields}
    return Resource(f"{URN}{resource_type}::{name}", resource_type, name, **given)


def component(name: str, kind: str = "Network", **fields: Any) -> Resource:
    """A component of the test's stack."""
    return resource(name, f"mlplatform:index:{kind}", custom=False, **fields)


def line(owner: Resource, monthly: float, **fields: Any) -> Line:
    """A line of the cost of a resource."""
    given: dict[str, Any] = {"component": owner.name, "item": "s3 standard", "what": "stored", "unit": "GB", **fields}
    return Line(owner.urn, quantity=1.0, unit_price=monthly, monthly=monthly, price_date="2026-01-01", **given)


def verdict(owner: Resource, policy: str = "a-rule", message: str = "is wrong", **fields: Any) -> Verdict:
    """A verdict on a resource."""
    given: dict[str, Any] = {"severity": "high", "level": "advisory", "field": "x", "remediation": "Mend it.", **fields}
    return Verdict(policy=policy, urn=owner.urn, message=message, **given)


def plan(*resources: Resource, lines: tuple[Line, ...] = (), budget: float = 1000, **fields: Any) -> Plan:
    """A plan of these resources."""
    estimate = Estimate("USD", "us-east-1", sum(each.monthly for each in lines), lines, (), ())
    given = {"resources": (STACK, *resources), "estimate": estimate, "budget": Budget(monthly_budget=budget), **fields}
    return replace(EMPTY, **given)


def large(count: int) -> Plan:
    """A plan of `count` resources in components of a hundred, each resource with a cost."""
    components = [component(f"part-{number:04}") for number in range(-(-count // 100))]
    members = [resource(f"bucket-{number:05}", parent=components[number // 100].urn) for number in range(count)]
    lines = tuple(line(each, 1.0 + position % 7) for position, each in enumerate(members))
    verdicts = tuple(verdict(each) for each in members[::10])
    return plan(*components, *members, lines=lines, budget=10_000_000, verdicts=verdicts)
