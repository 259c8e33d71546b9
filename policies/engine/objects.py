"""Kubernetes objects: their names, their namespaces, and which Pods a label selector is for."""

from typing import Any

from policies.engine.stack import Stack
from resources.inputs import entries, first, is_set, read, text
from resources.resource import UNKNOWN, Resource, Unknown

INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"


def with_patches(*types: str) -> tuple[str, ...]:
    """The types, and those that change such an object which something else made."""
    return (*types, *(f"{each}Patch" for each in types))


def is_patch(resource: Resource) -> bool:
    """Whether a resource changes an object that something else made: what it leaves out, that decides."""
    return resource.type.endswith("Patch")


def name_of(resource: Resource) -> str | Unknown | None:
    """An object's name in the cluster; `None` where Kubernetes makes one up."""
    return text(read(resource.inputs, "metadata", "name"))


def namespace_of(resource: Resource) -> str | Unknown | None:
    """The namespace of an object or a Helm release; `None` where none is named."""
    return first(text(read(resource.inputs, "metadata", "namespace")), text(read(resource.inputs, "namespace")))


def name_in_cluster(resource: Resource) -> str | None:
    """An object as an exception names it, such as `Pod/search/debug`; `None` if a part is known only later."""
    name, namespace = name_of(resource), text(read(resource.inputs, "metadata", "namespace"))
    if not resource.type.startswith("kubernetes:") or not isinstance(name, str) or namespace is UNKNOWN:
        return None
    return "/".join(part for part in (resource.type.rpartition(":")[2], namespace, name) if isinstance(part, str))


def in_same_namespace(resource: Resource, stack: Stack, *types: str) -> list[Resource]:
    """The objects of `types` that are, or may be, in the namespace of `resource`."""
    namespace = namespace_of(resource)
    if namespace is UNKNOWN:
        return stack.of_type(*types)
    by_namespace = stack.table(_namespaces, *types)
    return [*by_namespace.get(namespace, ()), *by_namespace.get(UNKNOWN, ())]


def _namespaces(resource: Resource) -> tuple[str | Unknown | None]:
    return (namespace_of(resource),)


def selects(selecting: Resource, field: str, workload: Resource, labels: Any) -> bool | Unknown:
    """Whether the selector in `spec.<field>` of an object near a workload is for its Pods, which have these labels."""
    selected = _matches(read(selecting.inputs, "spec", field), labels)
    elsewhere = UNKNOWN in (namespace_of(selecting), namespace_of(workload))
    return UNKNOWN if elsewhere and selected is not False else selected


def is_selected(workload: Resource, labels: Any, kind: str, field: str, stack: Stack) -> bool | Unknown:
    """Whether any object of a kind, with its selector in `spec.<field>`, is for the Pods of a workload."""
    found = [selects(each, field, workload, labels) for each in in_same_namespace(workload, stack, kind)]
    return True if True in found else UNKNOWN if UNKNOWN in found else False


def _matches(selector: Any, labels: Any) -> bool | Unknown:
    """Whether a label selector's `matchLabels` select these labels. Expressions are not followed: `UNKNOWN`."""
    required = read(selector, "matchLabels")
    if required is UNKNOWN or labels is UNKNOWN or is_set(read(selector, "matchExpressions")):
        return UNKNOWN
    have = dict(entries(labels))
    results = [
        UNKNOWN if UNKNOWN in (value, have.get(key)) else have.get(key) == value for key, value in entries(required)
    ]
    return False if False in results else UNKNOWN if UNKNOWN in results else True
