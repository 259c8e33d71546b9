"""Helm releases: how long the makers support what they install."""

from collections.abc import Callable, Iterator
from functools import partial

from components.facts.chart_support import SupportEnd, supported_until
from policies.engine.frameworks import nsa, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import read, text
from resources.resource import UNKNOWN, Resource

RELEASE = "kubernetes:helm.sh/v3:Release"


def _support_ends(release: Resource) -> SupportEnd | Undecided | None:
    """When the support of a release's software ends; `None` where the makers' policy isn't known or names no day."""
    chart, version = text(read(release.inputs, "chart")), text(read(release.inputs, "version"))
    repository = text(read(release.inputs, "repositoryOpts", "repo"))
    tag = text(read(release.inputs, "values", "global", "image", "tag"))
    if chart is UNKNOWN or version is UNKNOWN:
        return Undecided("chart" if chart is UNKNOWN else "version")
    return supported_until(chart or "", version or "", repository or "", tag or "")


def _ended(end: SupportEnd, stack: Stack) -> str | None:
    over = not end.expected and stack.context.today >= end.day
    return f"has had no fixes since {end.day}" if over else None


def _ends_soon(end: SupportEnd, stack: Stack) -> str | None:
    days = (end.day - stack.context.today).days
    if _ended(end, stack) or days > stack.settings.support_notice:
        return None
    expected = ", as expected from the makers' calendar" if end.expected else ""
    return f"leaves support on {end.day}, {f'in {days} days' if days > 0 else 'now'}{expected}"


def _judge(problem: Callable[[SupportEnd, Stack], str | None], release: Resource, stack: Stack) -> Iterator[Result]:
    end = _support_ends(release)
    if isinstance(end, Undecided):
        yield end
    elif end and (found := problem(end, stack)):
        yield Finding(f"version {release.inputs.get('version')} {found}")


for name, title, severity, level, problem, remediation in (
    (
        "chart-support",
        "Helm releases install software that still gets fixes",
        Severity.HIGH,
        Level.MANDATORY,
        _ended,
        "Raise the chart to a supported minor version; make versions names the newest.",
    ),
    (
        "chart-support-end",
        "Helm releases do not leave support soon",
        Severity.MEDIUM,
        Level.ADVISORY,
        _ends_soon,
        "Plan the upgrade; supportNotice in mlplatform:policies sets how early the plan reports this.",
    ),
):
    rule(
        name,
        title,
        RELEASE,
        area=Area.SECURITY,
        severity=severity,
        level=level,
        frameworks=[nsa("Upgrading and application security practices"), well_architected("SEC06-BP01")],
        remediation=remediation,
        field="version",
    )(partial(_judge, problem))
