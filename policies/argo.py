"""Argo CD's configuration, whether a chart's values or its own ConfigMaps hold it."""

from collections.abc import Iterator
from typing import Any

from policies.inputs import read, text
from policies.kubernetes.objects import RELEASE, name_of
from pricing.resource import UNKNOWN, Resource

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
APP_PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
SETTINGS, RIGHTS = "argocd-cm", "argocd-rbac-cm"
_VALUES = {SETTINGS: "cm", RIGHTS: "rbac"}


def is_chart(resource: Resource) -> bool:
    """Whether a resource is a release of Argo CD's chart."""
    chart = text(read(resource.inputs, "chart"))
    return resource.type == RELEASE and isinstance(chart, str) and chart.rstrip("/").rpartition("/")[2] == "argo-cd"


def configured(resource: Resource, which: str) -> Iterator[tuple[str, Any]]:
    """Where a resource holds the ConfigMap `which`, as a path, and what stands there; nothing where it holds none."""
    if is_chart(resource):
        part = _VALUES[which]
        yield f"values.configs.{part}", read(resource.inputs, "values", "configs", part)
    elif resource.type == CONFIG_MAP and name_of(resource) == which:
        yield "data", read(resource.inputs, "data")


def written(value: Any) -> Any:
    """A setting as Argo CD reads it: text, whether it was given as text or not; `UNKNOWN` stays."""
    if value is None or value is UNKNOWN:
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
