"""Nobody gets into Argo CD but by the sign-in, and nobody has rights there that no group gave."""

from collections.abc import Iterator
from typing import Any

from policies.argo import CONFIG_MAP, RIGHTS, SETTINGS, configured, is_chart, written
from policies.engine.frameworks import cis_eks, nsa, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, given, read
from policies.kubernetes.objects import RELEASE
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    for path, settings in configured(resource, SETTINGS):
        yield from _settings(path, settings)
    for path, rights in configured(resource, RIGHTS):
        yield from _rights(path, rights)
    if is_chart(resource):
        secret = read(resource.inputs, "values", "configs", "secret", "argocdServerAdminPassword")
        if given(secret):
            yield Finding("values.configs.secret.argocdServerAdminPassword gives the local admin a password")


def _settings(path: str, settings: Any) -> Iterator[Result]:
    admin = written(read(settings, "admin.enabled"))
    if admin is UNKNOWN:
        yield Undecided(f"{path}.admin.enabled")
    elif admin != "false":
        said = "does not say so" if admin is None else f"is {admin}"
        yield Finding(f"{path}.admin.enabled {said}: a local admin has every right and one password")
    anonymous = written(read(settings, "users.anonymous.enabled"))
    if anonymous is UNKNOWN:
        yield Undecided(f"{path}.users.anonymous.enabled")
    elif anonymous == "true":
        yield Finding(f"{path}.users.anonymous.enabled lets in whoever comes")
    for name, can in entries(settings):
        if name.startswith("accounts.") and "login" in str(written(can)):
            yield Finding(f"{path}.{name} is a local user that signs in with a password")


def _rights(path: str, rights: Any) -> Iterator[Result]:
    default = written(read(rights, "policy.default"))
    if default is UNKNOWN:
        yield Undecided(f"{path}.policy.default")
    elif default:
        yield Finding(f"{path}.policy.default gives {default} to whoever signs in")


RULE = Rule(
    name="argo-cd-access",
    title="Argo CD has no local users, no guests and no rights by default",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(
        cis_eks("4.1.1"),
        nsa("Authentication and authorization: RBAC"),
        well_architected("SEC02-BP04"),
    ),
    remediation='Set admin.enabled to "false" in argocd-cm (configs.cm of the chart), sign people in by oidc.config, '
    'leave policy.default of argocd-rbac-cm "", and give rights to groups in policy.csv or in projects.',
    field="configs.cm and configs.rbac",
    types=frozenset({RELEASE, CONFIG_MAP}),
    check=_check,
)
