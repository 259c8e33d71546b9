"""What a Helm release installs still gets fixes."""

from collections.abc import Iterator
from datetime import date

from components.facts.chart_support import SupportEnd, supported_until
from policies.engine.frameworks import nsa, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from policies.kubernetes.objects import RELEASE
from pricing.resource import UNKNOWN, Resource

FRAMEWORKS = (nsa("Upgrading and application security practices"), well_architected("SEC06-BP01"))
_FIELDS = (("chart",), ("version",), ("repositoryOpts", "repo"), ("values", "global", "image", "tag"))


def support_of(resource: Resource) -> SupportEnd | Undecided | None:
    """When the support of a release's software ends; None where the makers' policy isn't known or names no day."""
    chart, version, repository, tag = (text(read(resource.inputs, *field)) for field in _FIELDS)
    if chart is UNKNOWN or version is UNKNOWN:
        return Undecided("chart" if chart is UNKNOWN else "version")
    known = ["" if each is UNKNOWN or each is None else str(each) for each in (chart, version, repository, tag)]
    return supported_until(*known)


def ended(end: SupportEnd, today: date) -> bool:
    """Whether the makers have said that support is over."""
    return not end.expected and today >= end.day


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    end = support_of(resource)
    if isinstance(end, Undecided):
        yield end
    elif end and ended(end, stack.context.today):
        yield Finding(f"version {resource.inputs.get('version')} gets no more fixes since {end.day}")


RULE = Rule(
    name="chart-support",
    title="Helm releases install software that still gets fixes",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=FRAMEWORKS,
    remediation="Raise the chart to a supported minor version; make versions names the newest.",
    field="version",
    types=frozenset({RELEASE}),
    check=_check,
)
