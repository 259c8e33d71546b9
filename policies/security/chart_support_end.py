"""The end of a chart's support is seen in time."""

from collections.abc import Iterator

from policies.kubernetes.objects import RELEASE
from policies.rule import Finding, Result, Rule, Severity, Undecided
from policies.security.chart_support import FRAMEWORKS, ended, support_of
from policies.settings import Level
from policies.view import View
from pricing.resource import Resource


def _check(resource: Resource, view: View) -> Iterator[Result]:
    end = support_of(resource)
    if isinstance(end, Undecided):
        yield end
        return
    today = view.context.today
    if end is None or ended(end, today):
        return
    days = (end.day - today).days
    if days <= view.settings.support_notice:
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
