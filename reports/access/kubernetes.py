"""Who may do what in Kubernetes, by the roles and bindings of a plan, as the API server's RBAC authorizer decides it.

Source: Kubernetes documentation, "Using RBAC Authorization". Roles of installed charts are in no plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resources.index import ResourceIndex
from resources.inputs import display, elements, read

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Allowed:
    """A subject that may do what was asked, and the binding and role that let it."""

    kind: str
    name: str
    """For a service account, its namespace and name, such as `velero/velero-server`."""
    evidence: str


def who_may(index: ResourceIndex, action: str, namespace: str) -> list[Allowed]:
    """Every subject that may do `action` in a namespace, or in the whole cluster if that is empty.

    An action is as `kubectl auth can-i` takes it: a verb and a resource, such as `get secrets`, `create pods/exec` or
    `list deployments.apps`.
    """
    verb, _, what = action.partition(" ")
    named, _, group = what.partition(".")
    found = {
        Allowed(kind, name, f"{binding} binds {role}")
        for binding, role, rules, subjects in _bindings(index, namespace)
        if any(_rule_allows(rule, verb, group, named) for rule in rules)
        for kind, name in subjects
    }
    return sorted(found, key=lambda each: (each.kind, each.name, each.evidence))


def role_of(binding: Any, index: ResourceIndex) -> Any:
    """The inputs of the role that a binding refers to; `None` if the plan has no such role."""
    kind, name = (display(read(binding, "roleRef", key)) for key in ("kind", "name"))
    namespace = read(binding, "metadata", "namespace") if kind == "Role" else None
    for role in index.of_type(f"{RBAC}:{kind}"):
        metadata = read(role.inputs, "metadata")
        if read(metadata, "name") == name and read(metadata, "namespace") == namespace:
            return role.inputs
    return None


def _bindings(index: ResourceIndex, namespace: str) -> Iterator[tuple[str, str, list[Any], list[tuple[str, str]]]]:
    """The bindings that hold in a namespace: their names, their roles with rules, and their subjects."""
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in index.of_type(f"{RBAC}:{kind}"):
            if kind == "RoleBinding" and read(binding.inputs, "metadata", "namespace") != namespace:
                continue
            role = role_of(binding.inputs, index)
            subjects = [
                (display(read(each, "kind")), "/".join(filter(None, (_text(each, "namespace"), _text(each, "name")))))
                for each in elements(read(binding.inputs, "subjects"))
            ]
            name = display(read(binding.inputs, "roleRef", "name"))
            yield binding.name, name, elements(read(role, "rules")) if role else [], subjects


def _text(subject: Any, key: str) -> str:
    value = read(subject, key)
    return value if isinstance(value, str) else ""


def _rule_allows(rule: Any, verb: str, group: str, resource: str) -> bool:
    """Whether a rule allows a verb on all objects of a resource, such as `pods` or `pods/exec`."""
    # A rule with names allows these objects only, which is less than what is asked.
    if elements(read(rule, "resourceNames")):
        return False
    subresource = resource.partition("/")[2]
    resources = elements(read(rule, "resources"))
    return (
        _has(elements(read(rule, "verbs")), verb)
        and _has(elements(read(rule, "apiGroups")), group)
        and (_has(resources, resource) or bool(subresource and f"*/{subresource}" in resources))
    )


def _has(values: list[Any], value: str) -> bool:
    return "*" in values or value in values
