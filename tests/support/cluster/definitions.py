"""Definitions of kinds whose controllers write a status."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.support.cluster.jobs import Manifest

OPEN: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def definition_with_status(name: str, kind: str, scope: str, schemas: Mapping[str, Any]) -> Manifest:
    """The definition `name`, such as topics.kueue.x-k8s.io, from a schema a version. It stores the first version."""
    plural, _, group = name.partition(".")
    versions: list[Manifest] = []
    for version, kept in schemas.items():
        schema = deepcopy(kept)
        schema.setdefault("properties", {})["status"] = OPEN
        versions.append(
            {
                "name": version,
                "served": True,
                "storage": not versions,
                "schema": {"openAPIV3Schema": schema},
                "subresources": {"status": {}},
            }
        )
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {"group": group, "names": names, "scope": scope, "versions": versions},
    }
