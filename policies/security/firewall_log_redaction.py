"""No credential ends up in a firewall's log."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LOGGING
from policies.inputs import each, read, text
from pricing.resource import UNKNOWN, Resource

_SECRET = ("authorization", "cookie")


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    names = [text(read(field, "singleHeader", "name")) for field in each(read(resource.inputs, "redactedFields"))]
    redacted = {name.lower() for name in names if isinstance(name, str)}
    shown = [name for name in _SECRET if name not in redacted]
    if shown and UNKNOWN in names:
        yield Undecided("redactedFields")
    elif shown:
        yield Finding(f"writes the header {' and '.join(shown)} to the log as it is")


RULE = Rule(
    name="firewall-log-redaction",
    title="Firewall logs hold no credentials",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC08-BP04"), well_architected("SEC02-BP03")),
    remediation="Name the headers authorization and cookie in redactedFields.",
    field="redactedFields",
    types=frozenset({LOGGING}),
    check=_check,
)
