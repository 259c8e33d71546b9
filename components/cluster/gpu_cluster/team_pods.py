"""An admission policy that keeps pods of teams off the system pool: they could tolerate its taint."""

from typing import Any

from ...core.admission import admission_policy
from ...core.node_labels import SYSTEM_TAINT
from ..secure_namespace import TEAM_LABEL

NAME = "team-pods"
_NAMED = f"(has(each.key) && each.key != '' && each.key != '{SYSTEM_TAINT}')"
_KEPT = "(request.operation == 'UPDATE' && has(oldObject.spec.tolerations) && each in oldObject.spec.tolerations)"


def team_pods_policy() -> list[dict[str, Any]]:
    """The policy and its binding, for pods in namespaces of teams.

    A toleration without a key tolerates every taint. The scheduler does not handle a pod that names its node, so taints
    have no effect on it. A pod that existed before the policy keeps its tolerations, because controllers must still
    label it and remove its finalizers. Source: Kubernetes, "Taints and Tolerations" and "Validating Admission Policy".
    """
    validations = [
        (
            f"!has(object.spec.tolerations) || object.spec.tolerations.all(each, {_NAMED} || {_KEPT})",
            f"a pod of a team tolerates neither {SYSTEM_TAINT} nor every taint: name the taint that it must tolerate; "
            "the system pool is the platform's",
        ),
        (
            "request.operation != 'CREATE' || !has(object.spec.nodeName) || object.spec.nodeName == ''",
            "a pod of a team names no node; leave nodeName out and select nodes by their labels",
        ),
    ]
    return admission_policy(NAME, {"v1": ["pods"]}, validations, {"matchLabels": {TEAM_LABEL: "true"}})
