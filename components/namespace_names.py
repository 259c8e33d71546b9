"""What a namespace may be called. Source: Kubernetes, "Object Names and IDs", RFC 1123 label names."""

from .spec import each_once

NAMESPACE_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


def namespaces_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, of which each is a namespace's and stands there once; refused otherwise."""
    return each_once(names, NAMESPACE_PATTERN, "namespace's name; use lower case letters, digits and hyphens")
