"""Plain HTTP leads to HTTPS and nowhere else."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LISTENERS
from policies.inputs import each, read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    protocol = text(read(resource.inputs, "protocol"))
    if protocol is UNKNOWN:
        yield Undecided("protocol")
    if protocol != "HTTP":
        return
    actions = each(read(resource.inputs, "defaultActions"))
    targets = [text(read(action, "redirect", "protocol")) for action in actions]
    if targets and all(target == "HTTPS" for target in targets):
        return
    if UNKNOWN in targets:
        yield Undecided("defaultActions")
    else:
        yield Finding("answers plain HTTP itself instead of redirecting to HTTPS")


RULE = Rule(
    name="https-redirect",
    title="HTTP listeners redirect to HTTPS",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.1"), well_architected("SEC09-BP02")),
    remediation="Give the listener one default action of type redirect with the protocol HTTPS.",
    field="defaultActions",
    types=frozenset(LISTENERS),
    check=_check,
)
