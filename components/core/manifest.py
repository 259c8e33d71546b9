"""Kubernetes objects and Helm releases, registered from their manifests.

Importing the typed classes of the Kubernetes SDK takes a third of a second, and they add nothing to a manifest. Tests
validate each object against the published schemas.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from ..facts.versions import Chart


def kubernetes_object(
    api_version: str,
    kind: str,
    name: pulumi.Input[str],
    namespace: pulumi.Input[str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **content: Any,
) -> dict[str, Any]:
    """The manifest of an object, in a namespace or of the whole cluster. `content` is its `spec`, `data` or `rules`."""
    metadata: dict[str, Any] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


class Manifest(pulumi.CustomResource):
    """One Kubernetes object. `manifest` is what `kubectl apply` takes."""

    def __init__(self, name: str, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions):
        group = manifest["apiVersion"] if "/" in manifest["apiVersion"] else f"core/{manifest['apiVersion']}"
        super().__init__(f"kubernetes:{group}:{manifest['kind']}", name, dict(manifest), opts)


class Release(pulumi.CustomResource):
    """A Helm release of a pinned chart. It waits for its workloads, and rolls back when they do not become ready."""

    def __init__(
        self,
        name: str,
        chart: Chart,
        namespace: pulumi.Input[str],
        values: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ):
        properties: dict[str, Any] = {
            "chart": chart.reference,
            "version": chart.version,
            "name": chart.name,
            "namespace": namespace,
            "values": dict(values),
            "atomic": True,
            "cleanupOnFail": True,
            "dependencyUpdate": False,
            "maxHistory": 5,
            "timeout": 900,
            "skipCrds": chart.skip_crds,
        }
        if chart.repository:
            properties["repositoryOpts"] = {"repo": chart.repository}
        super().__init__("kubernetes:helm.sh/v3:Release", name, properties, opts)
