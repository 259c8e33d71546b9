"""Argo CD: who gets in, and what its projects and sets of applications may do."""

import json
import re
from collections.abc import Iterator
from typing import Any

from policies.charts import ONE_VERSION, RELEASE, is_one_version
from policies.engine.checks import in_production
from policies.engine.frameworks import cis_eks, nsa, well_architected
from policies.engine.objects import name_of
from policies.engine.rule import Area, Finding, Framework, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, first, is_set, read, text
from resources.resource import UNKNOWN, Resource

_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
_APP_PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
_APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application"
_VANISHES = "deletes an Application, and what it delivered, as soon as its folder is removed or renamed"
_KINDS = ("clusterResourceWhitelist", "namespaceResourceWhitelist")
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


_OWNED = re.compile(r"^(?:(?:https|ssh|oci)://[^*/]+/|[^*/:]+@[^*/:]+:|[^*/:@]+\.[^*/:@]+/)[^*/]+/")
"""A repository's address up to its owner, as a URL, in the form of SSH or as an image."""
_OR_EMPTY = ".orValue('')"
_PATTERN = "({0}.contains('*') && !{0}.startsWith('!'))"


def _open_project() -> str:
    """The CEL expression of what `argo-cd-project` finds in a project."""
    repositories = (
        "object.spec.?sourceRepos.orValue([]).transformList(i, each, "
        f"{_PATTERN.format('each')} && !each.matches({json.dumps(_OWNED.pattern)}), "
        "'spec.sourceRepos[' + string(i) + '] is ' + each + ': manifests may come from repositories of others')"
    )
    fields = (("namespace", "each.?namespace"), ("server", "each.?server.or(each.?name)"))
    destinations = [
        "object.spec.?destinations.orValue([]).transformList(i, each, "
        f"{_PATTERN.format(value + _OR_EMPTY)}, 'spec.destinations[' + string(i) + '].{field} is ' + "
        f"{value}.orValue('') + ', which also matches what is not the project\\'s')"
        for field, value in fields
    ]
    kinds = [
        f"object.spec.?{field}.orValue([]).transformList(i, each, '*' in [each.group, each.kind], "
        f"'spec.{field}[' + string(i) + '] allows every kind, also roles and bindings')"
        for field in _KINDS
    ]
    unlisted = (
        "(object.spec.?destinations.orValue([]).size() > 0 && !has(object.spec.namespaceResourceWhitelist) ? "
        "['spec.namespaceResourceWhitelist is absent, which allows every kind'] : [])"
    )
    return " + ".join([repositories, *destinations, *kinds, unlisted])


def _limited_application(spec: str) -> str:
    """The CEL expression of what `argo-cd-application` finds in `spec`, the path of an Application's spec.

    A project named default is always refused in the cluster, which does not know whether the stack closes it.
    """
    sources = f"((has({spec}.source) ? [{spec}.source] : []) + {spec}.?sources.orValue([]))"
    version = "each.?targetRevision.orValue('')"
    return (
        f"({spec}.?project.orValue('') in ['', 'default'] ? ['belongs to the project default, which allows every "
        "repository, cluster, namespace and kind'] : []) + "
        f"{sources}.filter(each, each.?repoURL.orValue('').lowerAscii().matches('^(?:http|git)://'))"
        ".map(each, 'comes from ' + each.repoURL + ': everyone on the network path can change what is installed') + "
        f"{sources}.filter(each, each.?chart.orValue('') != '' && !{version}.matches({json.dumps(ONE_VERSION)}))"
        f".map(each, 'installs the chart ' + each.chart + ' in version ' + ({version} == '' ? '(none)' : {version}) + "
        "', which is a range')"
    )


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
    in_cluster=[InCluster(resources={"argoproj.io/v1alpha1": ["appprojects"]}, found=_open_project())],
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


def _is_open(repository: Any) -> bool:
    """Whether a pattern allows repositories of others: it names no owner before its first `*`."""
    return _is_pattern(repository) and _OWNED.match(repository) is None


def _sources(repositories: list[Any]) -> Iterator[Result]:
    for index, repository in enumerate(repositories):
        if repository is UNKNOWN:
            yield Undecided(f"spec.sourceRepos[{index}]")
        elif _is_open(repository):
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
    for field in _KINDS:
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
    in_cluster=[
        InCluster(
            resources={"argoproj.io/v1alpha1": ["applicationsets"]},
            only_production=True,
            found="object.spec.?syncPolicy.?applicationsSync.orValue('') in ['create-only', 'create-update'] || "
            f"object.spec.generators.all(each, has(each.list)) ? [] : ['{_VANISHES}']",
        )
    ],
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
        yield Finding(_VANISHES)


@rule(
    "argo-cd-application",
    "Applications of Argo CD belong to a project that limits them, and come by TLS in one version",
    (_APPLICATION, _APPLICATION_SET),
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("Argo CD documentation", "Projects: the default project"),
        nsa("Authentication and authorization: RBAC"),
    ],
    remediation="Name a project that lists its repositories, namespaces and kinds; use https and one version of a "
    "chart.",
    field="spec.project",
    in_cluster=[
        InCluster(
            resources={"argoproj.io/v1alpha1": ["applications"]},
            found=_limited_application("object.spec"),
        ),
        InCluster(
            resources={"argoproj.io/v1alpha1": ["applicationsets"]},
            found=_limited_application("object.spec.template.spec"),
        ),
    ],
)
def _application(application: Resource, stack: Stack) -> Iterator[Result]:
    path = ("spec",) if application.type == _APPLICATION else ("spec", "template", "spec")
    spec, within = read(application.inputs, *path), ".".join(path)
    project = text(read(spec, "project"))
    if project is UNKNOWN:
        yield Undecided(f"{within}.project")
    elif spec is not None and project in (None, "", "default") and not stack.once(_default_project_is_stated):
        yield Finding("belongs to the project default, which allows every repository, cluster, namespace and kind")
    one = read(spec, "source")
    for source in (*([] if one is None else [one]), *elements(read(spec, "sources"))):
        address, chart = text(read(source, "repoURL")), text(read(source, "chart"))
        version = text(read(source, "targetRevision"))
        if address is UNKNOWN:
            yield Undecided(f"{within}.source.repoURL")
        elif isinstance(address, str) and address.lower().startswith(("http://", "git://")):
            yield Finding(f"comes from {address}: everyone on the network path can change what is installed")
        if chart and version is not UNKNOWN and not is_one_version(version or ""):
            yield Finding(f"installs the chart {chart} in version {version or '(none)'}, which is a range")


def _default_project_is_stated(stack: Stack) -> bool:
    """Whether the stack itself says what the project default allows; `argo-cd-project` judges that."""
    return any(name_of(each) == "default" for each in stack.of_type(_APP_PROJECT))
