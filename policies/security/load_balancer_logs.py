"""Load balancers log who asked for what."""

from collections.abc import Iterator

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import LOAD_BALANCERS, is_application
from policies.inputs import first, flag, given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if not is_application(resource):
        return
    logs = first(read(resource.inputs, "accessLogs", 0), read(resource.inputs, "accessLogs"))
    enabled = flag(read(logs, "enabled"))
    if enabled is UNKNOWN:
        yield Undecided("accessLogs.enabled")
    elif not enabled or not given(read(logs, "bucket")):
        yield Finding("writes no access logs")


RULE = Rule(
    name="load-balancer-logs",
    title="Application load balancers write access logs",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("ELB.5"), well_architected("SEC04-BP01")),
    remediation="Set accessLogs with a bucket that load balancers may write to, and enabled.",
    field="accessLogs",
    types=frozenset(LOAD_BALANCERS),
    check=_check,
)
