"""Clients are spoken to over TLS of today."""

import re
from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LISTENERS
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource

_OF_TODAY = re.compile(r"ELBSecurityPolicy-TLS13-1-[23]-(?!Ext[12]-)[\w-]+")
"""TLS 1.3 with 1.2 or alone. Ext1 and Ext2 add ciphers without forward secrecy.

Source: Elastic Load Balancing user guide, "Security policies for your Application Load Balancer".
"""


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    protocol = text(read(resource.inputs, "protocol"))
    if protocol is UNKNOWN:
        yield Undecided("protocol")
    elif protocol in ("HTTPS", "TLS"):
        yield from _policy(text(read(resource.inputs, "sslPolicy")))


def _policy(name: object) -> Iterator[Result]:
    if name is UNKNOWN:
        yield Undecided("sslPolicy")
    elif not isinstance(name, str):
        yield Finding("names no sslPolicy, and AWS takes ELBSecurityPolicy-2016-08, which speaks TLS 1.0")
    elif not _OF_TODAY.fullmatch(name):
        yield Finding(f"speaks TLS by {name}, which lacks TLS 1.3 or allows older versions or weaker ciphers")


RULE = Rule(
    name="tls-policy",
    title="Listeners speak TLS 1.2 or 1.3 with forward secrecy",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.17"), well_architected("SEC09-BP02")),
    remediation="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    field="sslPolicy",
    types=frozenset(LISTENERS),
    check=_check,
)
