"""What isn't proper HTTP reaches no target."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LOAD_BALANCERS, is_application
from policies.inputs import read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if not is_application(resource):
        return
    dropped = read(resource.inputs, "dropInvalidHeaderFields")
    yield from require(dropped, True, "dropInvalidHeaderFields", "passes headers on whose names are invalid")
    mode = text(read(resource.inputs, "desyncMitigationMode"))
    if mode is UNKNOWN:
        yield Undecided("desyncMitigationMode")
    elif mode == "monitor":
        yield Finding("passes on requests that servers may split differently (desyncMitigationMode is monitor)")


RULE = Rule(
    name="malformed-requests",
    title="Application load balancers drop invalid headers and ambiguous requests",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.4"), fsbp("ELB.12"), well_architected("SEC05-BP03")),
    remediation="Set dropInvalidHeaderFields, and desyncMitigationMode to defensive or strictest.",
    field="dropInvalidHeaderFields and desyncMitigationMode",
    types=frozenset(LOAD_BALANCERS),
    check=_check,
)
