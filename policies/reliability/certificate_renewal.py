"""Certificates renew without anybody's hand."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    method = text(read(resource.inputs, "validationMethod"))
    if method is UNKNOWN:
        yield Undecided("validationMethod")
    elif method == "EMAIL":
        yield Finding("is renewed only if somebody answers a mail in time (validationMethod is EMAIL)")


RULE = Rule(
    name="certificate-renewal",
    title="Certificates are validated by DNS",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(fsbp("ACM.1"), well_architected("SEC09-BP01")),
    remediation="Set validationMethod to DNS and keep the record that proves the domain.",
    field="validationMethod",
    types=frozenset({"aws:acm/certificate:Certificate"}),
    check=_check,
)
