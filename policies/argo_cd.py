"""Argo CD: who gets in, and what its projects and sets of applications may do."""

from collections.abc import Iterator
from typing import Any

from policies.charts import RELEASE
from policies.engine.checks import in_production
from policies.engine.frameworks import cis_eks, nsa, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, first, is_set, read, text
from resources.resource import UNKNOWN, Resource

_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
_APP_PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
_CHART_VALUES = {"argocd-cm": "cm", "argocd-rbac-cm": "rbac"}
"""Where the chart's `values.configs` has what it writes into a ConfigMap."""


def is_chart(resource: Resource) -> bool:
    """Whether a resource is a release of Argo CD's chart."""
    chart = text(read(resource.inputs, "chart")) or ""
    return resource.type == RELEASE and chart.rstrip("/").rpartition("/")[2] == "argo-cd"


def _configured(resource: Resource, config_map: str) -> Iterator[tuple[str, Any]]:
    """The path and content of one of Argo CD's ConfigMaps, where a chart's values hold it or the resource is it."""
    if is_chart(resource):
        part = _CHART_VALUES[config_map]
        yield f"values.configs.{part}", read(resource.inputs, "values", "configs", part)
    elif resource.type == _CONFIG_MAP and text(read(resource.inputs, "metadata", "name")) == config_map:
        yield "data", read(resource.inputs, "data")


def _setting(content: Any, key: str) -> Any:
    """A setting as Argo CD reads it: text, whether it was given as text or not; `UNKNOWN` stays."""
    value = read(content, key)
    if value is None or value is UNKNOWN:
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


@rule(
    "argo-cd-access",
    "Argo CD has no local users, no guests and no default permissions",
    (RELEASE, _CONFIG_MAP),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.1"),
        nsa("Authentication and authorization: RBAC"),
        well_architected("SEC02-BP04"),
    ],
    remediation='Set admin.enabled to "false" in argocd-cm (configs.cm of the chart), sign people in by oidc.config, '
    'leave policy.default of argocd-rbac-cm "", and give rights to groups in policy.csv or in projects.',
    field="configs.cm and configs.rbac",
)
def _access(resource: Resource, _: Stack) -> Iterator[Result]:
    for path, settings in _configured(resource, "argocd-cm"):
        yield from _local_users(path, settings)
    for path, rights in _configured(resource, "argocd-rbac-cm"):
        default = _setting(rights, "policy.default")
        if default is UNKNOWN:
            yield Undecided(f"{path}.policy.default")
        elif default:
            yield Finding(f"{path}.policy.default gives {default} to everyone who signs in")
    if is_chart(resource):
        field = "values.configs.secret.argocdServerAdminPassword"
        if is_set(read(resource.inputs, *field.split("."))):
            yield Finding(f"{field} gives the local admin a password")


def _local_users(path: str, settings: Any) -> Iterator[Result]:
    admin = _setting(settings, "admin.enabled")
    if admin is UNKNOWN:
        yield Undecided(f"{path}.admin.enabled")
    elif admin != "false":
        state = "is absent" if admin is None else f"is {admin}"
        yield Finding(f"{path}.admin.enabled {state}: a local admin has every right and one password")
    anonymous = _setting(settings, "users.anonymous.enabled")
    if anonymous is UNKNOWN:
        yield Undecided(f"{path}.users.anonymous.enabled")
    elif anonymous == "true":
        yield Finding(f"{path}.users.anonymous.enabled lets anyone in without signing in")
    for name, _ in entries(settings):
        if name.startswith("accounts.") and "login" in str(_setting(settings, name)):
            yield Finding(f"{path}.{name} is a local user that signs in with a password")


@rule(
    "argo-cd-project",
    "Projects of Argo CD name their repositories, namespaces and kinds",
    _APP_PROJECT,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.3"), nsa("Authentication and authorization: RBAC")],
    remediation="Write out each repository, each namespace and each kind, without *. Close the project default, which "
    "Argo CD makes open: no sourceRepos, no destinations.",
    field="spec",
)
def _project(project: Resource, _: Stack) -> Iterator[Result]:
    spec = read(project.inputs, "spec")
    if spec is UNKNOWN:
        yield Undecided("spec")
        return
    yield from _sources(elements(read(spec, "sourceRepos")))
    destinations = elements(read(spec, "destinations"))
    yield from _destinations(destinations)
    yield from _kinds(spec, bool(destinations))


def _is_pattern(value: Any) -> bool:
    """Whether a value allows more than one name. One that begins with `!` refuses names."""
    return isinstance(value, str) and "*" in value and not value.startswith("!")


def _sources(repositories: list[Any]) -> Iterator[Result]:
    for index, repository in enumerate(repositories):
        if repository is UNKNOWN:
            yield Undecided(f"spec.sourceRepos[{index}]")
        elif _is_pattern(repository):
            yield Finding(f"spec.sourceRepos[{index}] is {repository}: manifests may come from repositories of others")


def _destinations(destinations: list[Any]) -> Iterator[Result]:
    for index, destination in enumerate(destinations):
        where = f"spec.destinations[{index}]"
        namespace, server = (
            read(destination, "namespace"),
            first(read(destination, "server"), read(destination, "name")),
        )
        if UNKNOWN in (namespace, server):
            yield Undecided(where)
            continue
        for field, value in (("namespace", namespace), ("server", server)):
            if _is_pattern(value):
                yield Finding(f"{where}.{field} is {display(value)}, which also matches what is not the project's")


def _kinds(spec: Any, has_destinations: bool) -> Iterator[Result]:
    for field in ("clusterResourceWhitelist", "namespaceResourceWhitelist"):
        for index, kind in enumerate(elements(read(spec, field))):
            if kind is UNKNOWN:
                yield Undecided(f"spec.{field}[{index}]")
            elif "*" in (read(kind, "kind"), read(kind, "group")):
                yield Finding(f"spec.{field}[{index}] allows every kind, also roles and bindings")
    # Argo CD lets every kind of a namespace through where the list is left out.
    if has_destinations and read(spec, "namespaceResourceWhitelist") is None:
        yield Finding("spec.namespaceResourceWhitelist is absent, which allows every kind")


@rule(
    "model-deletion",
    "In production, a model stays when its folder is removed, until a person deletes it",
    _APPLICATION_SET,
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("OPS06-BP01")],
    remediation="Set applicationsSync to create-update (deletionProtection of a Delivery); to destroy on purpose, turn "
    "it off in a deployment of its own.",
    field="spec.syncPolicy.applicationsSync",
)
def _model_deletion(application_set: Resource, _: Stack) -> Iterator[Result]:
    policy = text(read(application_set.inputs, "spec", "syncPolicy", "applicationsSync"))
    generators = elements(read(application_set.inputs, "spec", "generators"))
    # The program itself writes the elements of a list, so that no change elsewhere takes one away.
    followed = [each for each in generators if read(each, "list") is None or each is UNKNOWN]
    if policy in ("create-only", "create-update") or not followed:
        return
    if policy is UNKNOWN:
        yield Undecided("spec.syncPolicy.applicationsSync")
    elif UNKNOWN in followed:
        yield Undecided("spec.generators")
    else:
        yield Finding("deletes an Application, and what it delivered, as soon as its folder is removed or renamed")
