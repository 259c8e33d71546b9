"""Admission policies as manifests: rules in CEL that the API server itself evaluates."""

from collections.abc import Mapping, Sequence
from typing import Any

Manifest = dict[str, Any]


def admission_policy(
    name: str,
    resources: Mapping[str, Sequence[str]],
    validations: Sequence[tuple[str, str]],
    namespaces: Mapping[str, Any],
    *,
    operations: Sequence[str] = ("CREATE", "UPDATE"),
    conditions: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    computed: Sequence[tuple[str, str]] = (),
    actions: Sequence[str] = ("Deny",),
) -> list[Manifest]:
    """A ValidatingAdmissionPolicy and its binding. It denies what breaks a rule, and what it cannot evaluate.

    Args:
        name: The name of both objects.
        resources: The plurals of the judged kinds, by `group/version`; `v1` is the core group.
        validations: Expressions that must be true, with the message of a refusal.
        namespaces: The label selector of the namespaces.
        operations: The requests that are judged.
        conditions: Expressions by name. Only objects for which all are true are judged.
        variables: Expressions by name. Later expressions read them as `variables.<name>`.
        computed: Expressions that must be true, each with an expression of the message of a refusal.
        actions: What happens to a request that breaks a rule: Deny, Warn or Audit.

    Source: Kubernetes, "Validating Admission Policy".
    """
    spec: Manifest = {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [_rule(version, plurals, operations) for version, plurals in resources.items()]
        },
        "validations": [{"expression": expression, "message": message} for expression, message in validations],
    }
    spec["validations"] += [
        {"expression": expression, "messageExpression": message} for expression, message in computed
    ]
    if variables:
        spec["variables"] = [{"name": each, "expression": text} for each, text in variables.items()]
    if conditions:
        spec["matchConditions"] = [{"name": each, "expression": text} for each, text in conditions.items()]
    bound = {
        "policyName": name,
        "validationActions": list(actions),
        "matchResources": {"namespaceSelector": dict(namespaces)},
    }
    return [_object("ValidatingAdmissionPolicy", name, spec), _object("ValidatingAdmissionPolicyBinding", name, bound)]


def _rule(version: str, plurals: Sequence[str], operations: Sequence[str]) -> Manifest:
    group, _, short = version.rpartition("/")
    return {
        "apiGroups": [group],
        "apiVersions": [short],
        "operations": list(operations),
        "resources": list(plurals),
    }


def _object(kind: str, name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }
