"""A project of Argo CD is a boundary: it names what may come, from where, and to where."""

from collections.abc import Iterator
from typing import Any

from policies.argo import APP_PROJECT
from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, first, read, shown
from pricing.resource import UNKNOWN, Resource

_EVERYTHING = "*"


def _check(project: Resource, _: Stack) -> Iterator[Result]:
    spec = read(project.inputs, "spec")
    if spec is UNKNOWN:
        yield Undecided("spec")
        return
    yield from _sources(each(read(spec, "sourceRepos")))
    destinations = each(read(spec, "destinations"))
    yield from _destinations(destinations)
    yield from _kinds(spec, bool(destinations))


def _sources(repositories: list[Any]) -> Iterator[Result]:
    for index, repository in enumerate(repositories):
        if repository is UNKNOWN:
            yield Undecided(f"spec.sourceRepos[{index}]")
        elif isinstance(repository, str) and _EVERYTHING in repository and not repository.startswith("!"):
            yield Finding(f"spec.sourceRepos[{index}] is {repository}: manifests may come from repositories of others")


def _destinations(destinations: list[Any]) -> Iterator[Result]:
    for index, place in enumerate(destinations):
        where = f"spec.destinations[{index}]"
        namespace, cluster = read(place, "namespace"), first(read(place, "server"), read(place, "name"))
        if UNKNOWN in (namespace, cluster):
            yield Undecided(where)
            continue
        for field, value in (("namespace", namespace), ("server", cluster)):
            if isinstance(value, str) and _EVERYTHING in value and not value.startswith("!"):
                yield Finding(f"{where}.{field} is {shown(value)}, which takes in what is not the project's")


def _kinds(spec: Any, anywhere: bool) -> Iterator[Result]:
    for field in ("clusterResourceWhitelist", "namespaceResourceWhitelist"):
        for index, kind in enumerate(each(read(spec, field))):
            if kind is UNKNOWN:
                yield Undecided(f"spec.{field}[{index}]")
            elif _EVERYTHING in (read(kind, "kind"), read(kind, "group")):
                yield Finding(f"spec.{field}[{index}] lets every kind through, roles and bindings among them")
    # Argo CD lets every kind of a namespace through where the list is left out.
    if anywhere and read(spec, "namespaceResourceWhitelist") is None:
        yield Finding("spec.namespaceResourceWhitelist is left out, so that every kind is let through")


RULE = Rule(
    name="argo-cd-project",
    title="Projects of Argo CD name their repositories, namespaces and kinds",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(cis_eks("4.1.3"), nsa("Authentication and authorization: RBAC")),
    remediation="Write out each repository, each namespace and each kind, without *. Close the project default, which "
    "Argo CD makes open: no sourceRepos, no destinations.",
    field="spec",
    types=frozenset({APP_PROJECT}),
    check=_check,
)
