"""An admission policy that keeps pods of teams off the system pool: they could tolerate its taint."""

from typing import Any

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
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"]}
    validations = [
        {
            "expression": f"!has(object.spec.tolerations) || object.spec.tolerations.all(each, {_NAMED} || {_KEPT})",
            "message": f"a pod of a team tolerates neither {SYSTEM_TAINT} nor every taint: name the taint that it must "
            "tolerate; the system pool is the platform's",
        },
        {
            "expression": "request.operation != 'CREATE' || !has(object.spec.nodeName) || object.spec.nodeName == ''",
            "message": "a pod of a team names no node; leave nodeName out and select nodes by their labels",
        },
    ]
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": NAME},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": [pods]},
                "validations": validations,
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": NAME},
            "spec": {
                "policyName": NAME,
                "validationActions": ["Deny"],
                "matchResources": {"namespaceSelector": {"matchLabels": {TEAM_LABEL: "true"}}},
            },
        },
    ]
