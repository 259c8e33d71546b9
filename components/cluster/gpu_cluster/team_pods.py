"""What keeps pods of teams off the system pool, whatever they tolerate: a taint keeps off only those who respect it."""

from typing import Any

from ...core.node_labels import SYSTEM_TAINT
from ..secure_namespace import TEAM_LABEL

NAME = "team-pods"
_NAMED = f"(has(each.key) && each.key != '' && each.key != '{SYSTEM_TAINT}')"
_KEPT = "(request.operation == 'UPDATE' && has(oldObject.spec.tolerations) && each in oldObject.spec.tolerations)"


def team_pods_policy() -> list[dict[str, Any]]:
    """The rule, and what it holds for: pods of namespaces that are teams'.

    A toleration without a key tolerates every taint, and a pod that names its node is never scheduled, so that no taint
    is asked. A pod that is older than the rule keeps its tolerations: controllers must still be able to label it and to
    remove its finalizers. Source: Kubernetes, "Taints and Tolerations" and "Validating Admission Policy".
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
