"""The definitions of KubeRay and JobSet, which Helm would install once and never upgrade."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def definitions() -> list[dict[str, Any]]:
    """The definitions of JobSets, RayClusters, RayJobs and RayServices.

    Pod templates in them accept every field, which keeps the definitions small: the API server checks each pod that a
    controller makes. The deprecated version v1alpha1 of Ray's kinds is left out. Source: ray-project/kuberay v1.7.0,
    helm-chart/kuberay-operator/crds; kubernetes-sigs/jobset v0.12.0, charts/jobset/crds.
    """
    return json.loads(Path(__file__).with_name("definitions.json").read_text(encoding="utf-8"))


def definitions_of(group: str) -> list[dict[str, Any]]:
    """The definitions of one API group."""
    return [each for each in definitions() if each["spec"]["group"] == group]
