"""The end of a chart's support is seen in time."""

from collections.abc import Iterator

from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.kubernetes.objects import RELEASE
from policies.security.chart_support import FRAMEWORKS, ended, support_of
from pricing.resource import Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    end = support_of(resource)
    if isinstance(end, Undecided):
        yield end
        return
    today = stack.context.today
    if end is None or ended(end, today):
        return
    days = (end.day - today).days
    if days <= stack.settings.support_notice:
        expected = ", as the makers' calendar lets expect" if end.expected else ""
        when = f"in {days} days" if days > 0 else "now"
        yield Finding(f"version {resource.inputs.get('version')} leaves support on {end.day}, {when}{expected}")


RULE = Rule(
    name="chart-support-end",
    title="Helm releases do not leave support soon",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=FRAMEWORKS,
    remediation="Plan the upgrade; supportNotice in the section mlplatform:policies says how early to be told.",
    field="version",
    types=frozenset({RELEASE}),
    check=_check,
)
