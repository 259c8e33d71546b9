"""Helm charts and manifests: where they come from, and how long the makers support what they install."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from components.facts.chart_support import SupportEnd, supported_until
from policies.engine.contained import MANIFESTS, manifest_file, unreadable_manifests
from policies.engine.frameworks import nsa, well_architected
from policies.engine.pod_templates import CHARTS
from policies.engine.rendering import KUSTOMIZATIONS, RENDERED, is_local, rendering_of
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, entries, flag, is_set, read, text
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


_IDENTIFIERS = ("www.w3.org", "schemas.xmlsoap.org", "schemas.microsoft.com", "json-schema.org")
"""Hosts of URLs that name a thing and are never called."""
_SOURCES = {
    "kubernetes:source.toolkit.fluxcd.io/v1:HelmRepository": ("spec", "url"),
    "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository": ("spec", "url"),
    "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository": ("spec", "url"),
}
"""Where Flux reads the address of a repository. Argo CD's is in policies/argo_cd.py."""


@rule(
    "chart-source",
    "Charts come by TLS",
    (*CHARTS, *_SOURCES),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[nsa("Upgrading and application security practices"), well_architected("SEC11-BP06")],
    remediation="Use https:// or oci:// for the repository, and drop plainHttp, insecure and insecureSkipTlsVerify.",
    field="repositoryOpts.repo",
)
def _chart_source(resource: Resource, _: Stack) -> Iterator[Result]:
    repositories = ("repositoryOpts", "repo"), ("fetchOpts", "repo"), ("chart",), ("repo",)
    for path in (_SOURCES[resource.type],) if resource.type in _SOURCES else repositories:
        address = text(read(resource.inputs, *path))
        if address is UNKNOWN:
            yield Undecided(".".join(path))
        elif isinstance(address, str) and address.lower().startswith(("http://", "git://")):
            yield Finding(f"{'.'.join(path)} is {address}: everyone on the network path can change what is installed")
    for path in (("plainHttp",), ("spec", "insecure"), ("repositoryOpts", "insecureSkipTlsVerify")):
        if flag(read(resource.inputs, *path)) is True:
            yield Finding(f"{'.'.join(path)} is true: nobody checks who answers for the repository")


@rule(
    "chart-version",
    "Charts have one version",
    CHARTS,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[nsa("Upgrading and application security practices"), well_architected("SEC11-BP06")],
    remediation="Set version to one version, such as 1.2.3, without ^, ~, *, x, < or >.",
    field="version",
)
def _chart_version(release: Resource, _: Stack) -> Iterator[Result]:
    chart, version = text(read(release.inputs, "chart")), text(read(release.inputs, "version"))
    if UNKNOWN in (chart, version):
        yield Undecided("chart" if chart is UNKNOWN else "version")
    elif not isinstance(chart, str) or chart.startswith((".", "/")) or chart.endswith(".tgz") or _has_digest(chart):
        # A folder and an archive have their one version in them.
        return
    elif version is None:
        yield Finding("names no version, so each deployment may install another one")
    elif isinstance(version, str) and not is_one_version(version):
        yield Finding(f"version {version} is a range, so each deployment may install another one")


ONE_VERSION = r"^v?\d+\.\d+\.\d+(?:[-+].*)?$"
"""The version of a chart that is no range, as a pattern of Python and of RE2."""


def is_one_version(version: str) -> bool:
    """Whether a chart's version is one, and no range."""
    return re.fullmatch(ONE_VERSION, version) is not None


def _has_digest(chart: str) -> bool:
    return "@sha256:" in chart


@rule(
    "chart-values-http",
    "Values of charts name no public address without TLS",
    CHARTS,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation="Write https://, or the name of a service in the cluster.",
    field="values",
)
def _values_http(release: Resource, _: Stack) -> Iterator[Result]:
    for path, address in _texts("values", read(release.inputs, "values"), 0):
        for found in _PLAIN_URL.finditer(address):
            if _is_public(found["host"].lower()):
                yield Finding(f"{path} names {found[0]}, without TLS")


_PLAIN_URL = re.compile(r"(?i)\bhttp://(?P<host>[a-z0-9.-]+)")
_PUBLIC_ENDINGS = (
    *(".com", ".net", ".org", ".io", ".dev", ".ai", ".co", ".cloud", ".app", ".edu", ".gov", ".eu", ".us", ".info"),
    *(".co.uk", ".org.uk", ".de", ".fr", ".nl", ".ch", ".jp", ".in", ".cn", ".ca", ".com.au", ".com.br", ".tech"),
)


def _is_public(host: str) -> bool:
    """Whether a host is one of the internet, and its URL is an address and no identifier."""
    return host.endswith(_PUBLIC_ENDINGS) and host not in _IDENTIFIERS


def _texts(path: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if "http://" in value.lower():
            yield path, value
    elif depth < _DEEPEST:
        items = enumerate(cast(list[Any], value)) if isinstance(value, list) else entries(value)
        for key, item in items:
            yield from _texts(f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}", item, depth + 1)


_DEEPEST = 40


@rule(
    "chart-values-in-sight",
    "The values of charts are in the program",
    CHARTS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[nsa("Upgrading and application security practices"), well_architected("SEC11-BP06")],
    remediation="Read the files in the program, and set values.",
    field="valueYamlFiles",
)
def _values_in_sight(release: Resource, _: Stack) -> Iterator[Result]:
    if is_set(read(release.inputs, "valueYamlFiles")):
        yield Finding("takes values from files (valueYamlFiles), which no rule sees")


@rule(
    "manifests-in-sight",
    "The plan sees the objects that manifests, kustomizations and rendered charts create",
    (*MANIFESTS, *KUSTOMIZATIONS, *CHARTS),
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[nsa("Upgrading and application security practices"), well_architected("SEC11-BP06")],
    remediation="Write the objects as resources, into yaml or objs of a ConfigGroup, or into a file, a kustomization "
    "or a chart in a folder beside the program, for which kustomize or helm must be on PATH. Write a chart of a "
    "repository as a Release, whose values are judged. The preview of the engine renders the others and judges them.",
    field="file, files, directory or chart",
)
def _manifests_in_sight(component: Resource, stack: Stack) -> Iterator[Result]:
    if stack.has_descendant(component.urn, "kubernetes:") or (component.type == RELEASE and not is_local(component)):
        return
    rendering = rendering_of(component) if component.type in RENDERED else None
    if rendering and not rendering.problem:
        return
    why = f": {rendering.problem}" if rendering else ""
    for field in ("file", "files", "directory", "chart", "path"):
        for place in elements(read(component.inputs, field)):
            if place is UNKNOWN:
                yield Undecided(field)
            elif isinstance(place, str) and manifest_file(place) is None:
                yield Finding(f"creates what is in {place}, which no rule sees here{why}")
    for place in unreadable_manifests(component) if component.type in MANIFESTS else ():
        yield Finding(f"creates what is in {place}, which no rule sees here: it is not YAML; mend it")
    for field in ("yaml", "objs"):
        if UNKNOWN in elements(read(component.inputs, field)):
            yield Undecided(field)
